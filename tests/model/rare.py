"""States that random sequences seldom reach, counted so that a soak shows which it met."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from model.report import MOST_FILLS, MOST_REMOVALS, REASONS
from model.state import Event, State

NAMES = {number: name for name, number in REASONS.items()}
PRICE_FLAGS = {2: "pending", 8: "held to a minute's move", 16: "after a gap", 32: "an anchor"}


def states(state: State, event: Event) -> Iterator[str]:
    """What an instruction that succeeded did or met."""
    name, told = event
    exchange = state.rows["exchange", 0]
    if name == "OrdersProcessed":
        yield from of_orders(told)
    elif name == "PricesUpdated":
        flags = {bit for one in told["prices"] for bit in PRICE_FLAGS if one.flags & bit}
        yield from (f"price: {PRICE_FLAGS[bit]}" for bit in flags)
    elif name == "CollateralPriceUpdated" and told["flags"] == 2:
        yield "price of a collateral: pending"
    elif name == "PositionsTransferred":
        yield ("taken over", "deleveraged", "settled at one price")[told["kind"]]
    elif name == "BankruptcyResolved":
        yield "insurance paid" if told["paid"] else "nothing paid"
        if told["unpaid"]:
            yield "deficit grew"
    elif name == "ChangeApplied":
        yield f"changed: {next(iter(told['change']))}"
    elif name in ("MarketCreated", "CollateralAdded") and exchange.opened:
        yield f"{name} after opening"
    elif name == "Withdrawn" and told["cut"]:
        yield "withdrawal cut by the deficit"
    yield from of_state(state)


def of_state(state: State) -> Iterator[str]:
    """What was so while it succeeded."""
    exchange = state.rows["exchange", 0]
    if exchange.deficit:
        yield "while there is a deficit"
    if exchange.paused:
        yield "while something is paused"
    if exchange.negative_usdc:
        yield "while somebody owes USDC"
    for (kind, key), before in state.kept.items():
        if kind == "market" and before is not None:
            row = state.rows[kind, key]
            if before.later_oi_cap and not row.later_oi_cap:
                yield "first cap lifted"
            if before.pending_price and not row.pending_price:
                yield "price: no longer pending"
            if row.status != before.status:
                yield f"market status {before.status} to {row.status}"


def of_orders(told: dict[str, Any]) -> Iterator[str]:
    """Of an instruction on a book."""
    fills, removed = told["fills"], told["removed"]
    for why in {NAMES[one.reason] for one in removed}:
        yield f"removed: {why}"
    if len(fills) == MOST_FILLS:
        yield "as many fills as there may be"
    if len([one for one in removed if NAMES[one.reason] in ("expired", "dead man")]) >= MOST_REMOVALS:
        yield "as many removals as there may be"
    if told["kind"] == 10:
        yield "trigger fired" if fills else "trigger without a fill"
