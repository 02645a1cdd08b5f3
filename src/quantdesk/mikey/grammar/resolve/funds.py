"""Deposits, withdrawals and transfers between own sub-accounts."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from quantdesk.domain.units import QUOTE_DECIMALS
from quantdesk.mikey.grammar.desk import Desk, Step, text_of
from quantdesk.mikey.grammar.exact import floor_to, shown
from quantdesk.mikey.grammar.frames import Frame
from quantdesk.mikey.grammar.outcome import Action, Ask, Refuse, Tell
from quantdesk.mikey.grammar.phrases import Unit

ASSET = "USDC"
ATOM = Decimal(1).scaleb(-QUOTE_DECIMALS)


def deposit(desk: Desk, frame: Frame) -> Step:
    """Put USDC in."""
    amount = _amount(desk, frame, "deposit")
    return Step([_action("deposit", amount)], f"deposit {shown(amount)} {ASSET}")


def withdraw(desk: Desk, frame: Frame) -> Step:
    """Take USDC out, at most what is withdrawable."""
    free = desk.view.account.withdrawable if desk.view.account else None
    if frame.amount is None and frame.every is not None:
        if free is None:
            raise Ask("What is withdrawable is unknown at the moment. How much should I withdraw?")
        if free <= 0:
            raise Tell("Nothing is withdrawable now. Nothing was done.")
        amount = floor_to(Fraction(free), ATOM)
    else:
        amount = _amount(desk, frame, "withdraw")
    if free is not None and amount > free:
        choices = ("withdraw everything",) if free > 0 else ()
        raise Ask(f"Only {shown(free)} {ASSET} is withdrawable now. How much should I withdraw?", choices)
    return Step([_action("withdraw", amount)], f"withdraw {shown(amount)} {ASSET} to your wallet")


def transfer(desk: Desk, frame: Frame) -> Step:
    """Move USDC to another sub-account of the same wallet."""
    if frame.to_sub is None:
        raise Refuse(
            "I move money only between your own sub-accounts, such as 'transfer 100 usdc to sub "
            "1'. Nothing was done."
        )
    amount = _amount(desk, frame, "transfer")
    action = _action("transfer", amount) | {"to_sub": frame.to_sub.sub}
    return Step([action], f"transfer {shown(amount)} {ASSET} to your sub-account {frame.to_sub.sub}")


def _action(name: str, amount: Decimal) -> Action:
    return {"instruction": name, "asset": ASSET, "amount": text_of(amount)}


def _amount(desk: Desk, frame: Frame, verb: str) -> Decimal:
    said = frame.amount
    if frame.market is not None or (said is not None and said.unit is Unit.BASE):
        raise Ask(f"Only {ASSET} can be moved. How much {ASSET} should I {verb}?")
    if said is None or said.unit is Unit.SHARE:
        raise Ask(f"How much {ASSET} should I {verb}?")
    if said.unit is Unit.BARE:
        number = shown(said.value)
        raise Ask(f"{number} what? Do you mean {number} {ASSET}?", (f"{verb} {number} {ASSET}",))
    amount = floor_to(said.value, ATOM)
    if Fraction(amount) != said.value:
        raise Ask(f"{ASSET} has {QUOTE_DECIMALS} decimals. How much should I {verb}?")
    return amount
