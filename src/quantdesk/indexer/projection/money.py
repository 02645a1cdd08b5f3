"""Traders, balances and transfers."""

from __future__ import annotations

from quantdesk.indexer.projection.step import Step
from quantdesk.indexer.state import Holder
from quantdesk.infra.store import tables
from quantdesk.program.events import Deposited, TraderActivated, TraderClosed, TraderOpened, Withdrawn
from quantdesk.program.layouts import NO_SLOT
from quantdesk.program.records import Balances

USDC = 0


def trader_opened(step: Step, event: TraderOpened) -> Holder:
    """A sub-account was created."""
    holder = Holder(str(event.owner), event.sub)
    _put_account(step, holder, "opened", None)
    return holder


def trader_activated(step: Step, event: TraderActivated) -> Holder:
    """A sub-account took a slot: from here on events name the slot."""
    holder = Holder(str(event.owner), event.sub)
    step.state.seat(event.slot_index, event.generation, holder)
    row = {"slot_index": event.slot_index, "generation": event.generation, "event_seq": step.placed.seq}
    step.changes.put(tables.traders, row | {"wallet": holder.wallet, "sub": holder.sub})
    _put_account(step, holder, "active", (event.slot_index, event.generation))
    put_balances(step, holder, event.after)
    return holder


def trader_closed(step: Step, event: TraderClosed) -> Holder:
    """A sub-account was closed: it was empty."""
    holder = Holder(str(event.owner), event.sub)
    _put_account(step, holder, "closed", None)
    for (wallet, sub, collateral), row in list(step.state.balances.items()):
        if (wallet, sub) == (holder.wallet, holder.sub):
            zero = {"amount": 0, "parked": 0, "locked": 0, "locked_at": 0, "locked_for": 0}
            _put_balance(step, holder, collateral, row | zero)
    return holder


def transferred(step: Step, event: Deposited | Withdrawn) -> Holder:
    """Money came in or went out."""
    holder = Holder(str(event.owner), event.sub)
    step.changes.put(
        tables.transfers,
        {
            "event_seq": step.placed.seq,
            "wallet": holder.wallet,
            "sub": holder.sub,
            "kind": "deposit" if isinstance(event, Deposited) else "withdrawal",
            "collateral": event.collateral,
            "amount": event.amount,
            "parked": event.parked,
            "slot": step.placed.slot,
            "ts_ms": step.placed.ts_ms,
            "signature": step.placed.signature,
        },
    )
    put_balances(step, holder, event.after)
    return holder


def put_balances(step: Step, holder: Holder, after: Balances) -> None:
    """All balances of one trader as ``after`` says; a collateral never held gets no row."""
    in_slot = [after.usdc, *after.collaterals]
    for collateral, (amount, parked) in enumerate(zip(in_slot, after.parked, strict=True)):
        known = (holder.wallet, holder.sub, collateral) in step.state.balances
        if collateral != USDC and not (amount or parked or known):
            continue
        vesting = collateral == USDC and after.slot_index != NO_SLOT
        row = {
            "amount": amount,
            "parked": parked,
            "locked": after.locked if vesting else 0,
            "locked_at": after.locked_at if vesting else 0,
            "locked_for": after.locked_for if vesting else 0,
        }
        _put_balance(step, holder, collateral, row)


def put_usdc(step: Step, holder: Holder, vesting: dict[str, int]) -> None:
    """The slot's USDC after a trade; what is parked stays as it was."""
    known = step.state.balances.get((holder.wallet, holder.sub, USDC))
    parked = known["parked"] if known is not None else 0
    _put_balance(step, holder, USDC, vesting | {"parked": parked})


def _put_balance(
    step: Step,
    holder: Holder,
    collateral: int,
    amounts: dict[str, int],
) -> None:
    row = amounts | {
        "wallet": holder.wallet,
        "sub": holder.sub,
        "collateral": collateral,
        "event_seq": step.placed.seq,
        "slot": step.placed.slot,
        "ts_ms": step.placed.ts_ms,
    }
    step.state.balances[holder.wallet, holder.sub, collateral] = row
    step.changes.put(tables.balances, row)


def _put_account(
    step: Step,
    holder: Holder,
    word: str,
    seat: tuple[int, int] | None,
) -> None:
    known = step.state.accounts.get((holder.wallet, holder.sub))
    opened_ms = step.placed.ts_ms if known is None or word == "opened" else known["opened_ms"]
    row = {
        "wallet": holder.wallet,
        "sub": holder.sub,
        "state": word,
        "slot_index": seat[0] if seat else None,
        "generation": seat[1] if seat else None,
        "opened_ms": opened_ms,
        "updated_ms": step.placed.ts_ms,
        "event_seq": step.placed.seq,
        "slot": step.placed.slot,
    }
    step.state.accounts[holder.wallet, holder.sub] = row
    step.changes.put(tables.accounts, row)
