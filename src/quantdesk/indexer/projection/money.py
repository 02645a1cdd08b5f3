"""Traders, balances and transfers."""

from __future__ import annotations

from quantdesk.indexer.projection.step import Step
from quantdesk.indexer.projection.triggers import trigger_cancelled, trigger_placed
from quantdesk.indexer.state import UNKNOWN_HOLDER, Holder
from quantdesk.infra.store import tables
from quantdesk.program.events import (
    CollateralConverted,
    Deposited,
    TraderActivated,
    TraderClosed,
    TraderOpened,
    TraderParked,
    Transferred,
    TriggerCancelled,
    TriggerPlaced,
    Withdrawn,
)
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


def trader_parked(step: Step, event: TraderParked) -> Holder:
    """A sub-account gave up its slot: its positions were closed before."""
    holder = Holder(str(event.owner), event.sub)
    _put_account(step, holder, "parked", None)
    put_balances(step, holder, event.after)
    return holder


def moved_in_or_out(step: Step, event: Deposited | Withdrawn) -> Holder:
    """Money came in or went out."""
    holder = Holder(str(event.owner), event.sub)
    kind = "deposit" if isinstance(event, Deposited) else "withdrawal"
    _put_transfer(step, holder, kind, event, parked=event.parked)
    put_balances(step, holder, event.after)
    return holder


def transferred(step: Step, event: Transferred) -> list[Holder]:
    """Money moved between two sub-accounts of one owner: a row each."""
    giver, taker = Holder(str(event.owner), event.from_sub), Holder(str(event.owner), event.to_sub)
    for holder, kind, after in (
        (giver, "transfer_out", event.from_after),
        (taker, "transfer_in", event.to_after),
    ):
        _put_transfer(step, holder, kind, event, parked=after.slot_index == NO_SLOT)
        put_balances(step, holder, after)
    return [giver, taker]


def converted(step: Step, event: CollateralConverted) -> list[Holder]:
    """Collateral changed hands for USDC: the balances of who paid and of who was in debt."""
    payer = Holder(str(event.owner), event.sub)
    put_balances(step, payer, event.after)
    debtor = step.state.holder(event.debtor_slot, event.debtor_generation)
    if debtor is UNKNOWN_HOLDER:
        return [payer]
    for collateral, amount in ((USDC, event.debtor_usdc), (event.collateral, event.debtor_left)):
        known = step.state.balances.get((debtor.wallet, debtor.sub, collateral))
        kept = {name: known[name] if known else 0 for name in ("parked", "locked", "locked_at", "locked_for")}
        _put_balance(step, debtor, collateral, kept | {"amount": amount})
    return [payer, debtor]


def trigger_changed(step: Step, event: TriggerPlaced | TriggerCancelled) -> Holder:
    """A trigger was placed or cancelled: what its executor would earn left the balance, or came back."""
    holder = Holder(str(event.owner), event.sub)
    if isinstance(event, TriggerPlaced):
        trigger_placed(step, event)
    else:
        trigger_cancelled(step, event)
    put_balances(step, holder, event.after)
    return holder


def _put_transfer(
    step: Step, holder: Holder, kind: str, event: Deposited | Withdrawn | Transferred, *, parked: bool
) -> None:
    step.changes.put(
        tables.transfers,
        {
            "event_seq": step.placed.seq,
            "wallet": holder.wallet,
            "sub": holder.sub,
            "kind": kind,
            "collateral": event.collateral,
            "amount": event.amount,
            "parked": parked,
            "slot": step.placed.slot,
            "ts_ms": step.placed.ts_ms,
            "signature": step.placed.signature,
        },
    )


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
