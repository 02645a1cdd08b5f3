"""Positions that change hands or end without the book, and debts that insurance pays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from quantdesk.domain.orders import Side
from quantdesk.indexer.placed import Row
from quantdesk.indexer.projection.step import Step
from quantdesk.indexer.state import UNKNOWN_HOLDER, Holder
from quantdesk.infra.bus import messages as bus
from quantdesk.infra.store import tables
from quantdesk.program.events import BankruptcyResolved, PositionsTransferred
from quantdesk.program.records import TransferKind

SIDES = (Side.BUY, Side.SELL)
RESOLVED = "resolve_bankruptcy"


@dataclass(frozen=True, slots=True)
class Loss:
    """One step: whose position or debt it was, who took the other side, and what both rows have."""

    place: int
    account: Holder
    counterparty: Holder | None
    row: Row
    counterparty_pnl: int | None = None


def put_losses(step: Step, event: PositionsTransferred | BankruptcyResolved) -> set[Holder]:
    """A row for each wallet and step, where the wallet is known, and a message a step. Who has a row."""
    losses = _transfers(step, event) if isinstance(event, PositionsTransferred) else _debt(step, event)
    concerned: set[Holder] = set()
    for loss in losses:
        _tell(step, event.market, loss)
        sides = [(2 * loss.place, "account", loss.account, loss.row)]
        if loss.counterparty is not None:
            theirs = {"side": Side(loss.row["side"]).opposite.value, "pnl": loss.counterparty_pnl}
            sides.append((2 * loss.place + 1, "counterparty", loss.counterparty, loss.row | theirs))
        for index, role, holder, row in sides:
            if holder is UNKNOWN_HOLDER:
                continue
            concerned.add(holder)
            where = {"event_seq": step.placed.seq, "step_index": index, "role": role, "market": event.market}
            when = {"slot": step.placed.slot, "ts_ms": step.placed.ts_ms, "signature": step.placed.signature}
            who = {"wallet": holder.wallet, "sub": holder.sub}
            step.changes.put(tables.liquidations, where | who | row | when)
    return concerned


def _tell(step: Step, market: int, loss: Loss) -> None:
    known = step.state.markets.get(market)
    if known is None or loss.account is UNKNOWN_HOLDER:
        return
    other, row = loss.counterparty, loss.row
    message = bus.LiquidationStep(
        symbol=known["symbol"],
        event_seq=step.placed.seq,
        step_index=2 * loss.place,
        slot=step.placed.slot,
        ts_ms=step.placed.ts_ms,
        signature=step.placed.signature,
        kind=row["kind"],
        wallet=loss.account.wallet,
        sub=loss.account.sub,
        counterparty=None if other is None or other is UNKNOWN_HOLDER else other.wallet,
        side=row["side"],
        lots=row["lots"],
        price=row["price"],
        paid=row["paid"],
        unpaid=row["unpaid"],
    )
    step.changes.tell(bus.liquidations_subject(known["symbol"]), message)


def _transfers(step: Step, event: PositionsTransferred) -> Iterator[Loss]:
    """A settlement closes the positions of the records against nobody; else they took from ``from_slot``."""
    loser = step.state.holder(event.from_slot, event.generation)
    kind = TransferKind(event.kind)
    for place, record in enumerate(event.transfers):
        other = step.state.holder(record.slot, record.generation)
        row: Row = {
            "kind": kind.name.lower(),
            "side": SIDES[record.side].value,
            "lots": record.lots,
            "price": record.price,
            "paid": None,
            "unpaid": None,
        }
        if kind is TransferKind.SETTLEMENT:
            yield Loss(place, other, None, row | {"pnl": record.pnl})
        else:
            yield Loss(place, loser, other, row | {"pnl": record.from_pnl}, record.pnl)


def _debt(step: Step, event: BankruptcyResolved) -> Iterator[Loss]:
    nothing: Row = {"side": None, "lots": None, "price": None, "pnl": None}
    debtor = step.state.holder(event.from_slot, event.generation)
    yield Loss(0, debtor, None, nothing | {"kind": RESOLVED, "paid": event.paid, "unpaid": event.unpaid})
