"""The last steps of liquidation: positions that change hands without the book, debts that are paid."""

from __future__ import annotations

from collections.abc import Iterator

from quantdesk.domain.orders import Side
from quantdesk.indexer.placed import Row
from quantdesk.indexer.projection.step import Step
from quantdesk.indexer.state import UNKNOWN_HOLDER, Holder
from quantdesk.infra.store import tables
from quantdesk.program.events import BankruptcyResolved, PositionsTransferred
from quantdesk.program.records import TransferKind

SIDES = (Side.BUY, Side.SELL)
RESOLVED = "resolve_bankruptcy"


def put_losses(step: Step, event: PositionsTransferred | BankruptcyResolved) -> None:
    """A row for each wallet and step, where the wallet is known."""
    loser = step.state.holder(event.from_slot, event.generation)
    steps = _transfers(step, event, loser) if isinstance(event, PositionsTransferred) else _debt(event, loser)
    for index, role, holder, row in steps:
        if holder is UNKNOWN_HOLDER:
            continue
        where = {"event_seq": step.placed.seq, "step_index": index, "role": role, "market": event.market}
        when = {"slot": step.placed.slot, "ts_ms": step.placed.ts_ms, "signature": step.placed.signature}
        step.changes.put(
            tables.liquidations, where | {"wallet": holder.wallet, "sub": holder.sub} | row | when
        )


def _transfers(
    step: Step, event: PositionsTransferred, loser: Holder
) -> Iterator[tuple[int, str, Holder, Row]]:
    kind = TransferKind(event.kind).name.lower()
    for index, record in enumerate(event.transfers):
        side = SIDES[record.side]
        both: Row = {"kind": kind, "lots": record.lots, "price": record.price, "paid": None, "unpaid": None}
        yield 2 * index, "account", loser, both | {"side": side.value, "pnl": record.from_pnl}
        other = step.state.holder(record.slot, record.generation)
        yield 2 * index + 1, "counterparty", other, both | {"side": side.opposite.value, "pnl": record.pnl}


def _debt(event: BankruptcyResolved, loser: Holder) -> Iterator[tuple[int, str, Holder, Row]]:
    nothing: Row = {"side": None, "lots": None, "price": None, "pnl": None}
    yield 0, "account", loser, {"kind": RESOLVED, "paid": event.paid, "unpaid": event.unpaid} | nothing
