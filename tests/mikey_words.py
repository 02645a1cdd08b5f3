"""Reading a text with the grammar, and saying shortly which actions it should become."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fakes.venue import VIEW
from quantdesk.mikey.grammar import AccountView, Outcome, View, parse

NOW_MS = 1_790_000_000_000
"""2026-09-21 14:13:20 UTC."""

Action = dict[str, Any]


def read(text: str, view: View = VIEW) -> Outcome:
    """The outcome of ``text``."""
    return parse(text, view, NOW_MS)


def view_with(**account: Any) -> View:
    """The usual view with another account."""
    usual = VIEW.account or AccountView("")
    return replace(VIEW, account=replace(usual, **account))


def order(side: str, size: str, base: str, price: str | None = None, **fields: Any) -> Action:
    """A ``place-order``."""
    action: Action = {"instruction": "place-order", "market": f"{base}-PERP", "side": side, "size": size}
    action["type"] = "market" if price is None else "limit"
    if price is not None:
        action["price"] = price
    return action | fields


def buy(size: str, base: str, price: str | None = None, **fields: Any) -> Action:
    """Buy ``size`` of ``base``, at market or at ``price``."""
    return order("buy", size, base, price, **fields)


def sell(size: str, base: str, price: str | None = None, **fields: Any) -> Action:
    """Sell ``size`` of ``base``, at market or at ``price``."""
    return order("sell", size, base, price, **fields)


def trigger(kind: str, at: str, action: Action) -> Action:
    """``action`` waiting for ``at``."""
    return action | {"instruction": "place-trigger", "kind": kind, "trigger_price": at}


def cancel_all(base: str | None = None) -> Action:
    """Cancel all orders, or those of one market."""
    return {"instruction": "cancel-all"} | ({"market": f"{base}-PERP"} if base else {})


def cancel(base: str, order_id: str) -> Action:
    """Cancel one order."""
    return {"instruction": "cancel-order", "market": f"{base}-PERP", "order_id": order_id}


def move(base: str, order_id: str, price: str) -> Action:
    """Give an order another price."""
    return {"instruction": "modify-order", "market": f"{base}-PERP", "order_id": order_id, "price": price}


def funds(instruction: str, amount: str) -> Action:
    """Deposit or withdraw USDC."""
    return {"instruction": instruction, "asset": "USDC", "amount": amount}


CLOSE = {"reduce_only": True}


def expect_ticket(text: str, *actions: Action, view: View = VIEW) -> Outcome:
    """Assert that ``text`` is a ticket for exactly ``actions``."""
    outcome = read(text, view)
    assert (outcome.kind, list(outcome.actions)) == ("ticket", list(actions)), f"{text!r}: {outcome.text}"
    return outcome


def expect(kind: str, text: str, view: View = VIEW, *, says: str = "") -> Outcome:
    """Assert that ``text`` is a question, an answer or refused, that nothing is done, and what it says."""
    outcome = read(text, view)
    assert outcome.kind == kind, f"{text!r}: {outcome.kind}: {outcome.text} {outcome.actions}"
    assert outcome.actions == ()
    assert says in outcome.text, f"{text!r}: {outcome.text}"
    return outcome
