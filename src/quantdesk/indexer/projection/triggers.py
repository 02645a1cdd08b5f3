"""Stop and take-profit orders from their placing to their end.

What ends one: it fires, its pair fires, it is cancelled, its position is closed or turned (events show the
position), or its time is over (an event shows it when somebody clears it away). One that fired and could not
be filled whole may wait on for the rest: no event says whether that rest is too small, so it stays ``live``
until the next event about its entry or its position.
"""

from __future__ import annotations

from typing import Literal

from quantdesk.domain.orders import ASK_BIT, OrderId, Side
from quantdesk.domain.units import Ticks
from quantdesk.indexer.placed import Row
from quantdesk.indexer.projection.step import Step
from quantdesk.indexer.state import Holder
from quantdesk.infra.store import tables
from quantdesk.program.errors import error_named
from quantdesk.program.events import OrdersProcessed, TriggerCancelled, TriggerPlaced
from quantdesk.program.records import NO_PAIR, OrderRecord

Ended = Literal["executed", "cancelled", "expired"]
CANCELLED, PAIR_FIRED, POSITION_CLOSED, EXPIRED = "cancelled", "pair_fired", "position_closed", "expired"
"""Reasons."""
TOPIC = "triggers"


def trigger_placed(step: Step, event: TriggerPlaced) -> None:
    """A trigger takes its entry; one that still stood there was dead."""
    holder, terms = Holder(str(event.owner), event.sub), event.terms
    old = step.state.live_triggers[holder].get(terms.index)
    if old is not None:
        _bury(step, holder, old)
    pair = None if terms.pair == NO_PAIR else terms.pair
    if pair is not None:
        _repair(step, holder, pair, terms.index)
    _put(
        step,
        holder,
        {
            "event_seq": step.placed.seq,
            "wallet": holder.wallet,
            "sub": holder.sub,
            "entry": terms.index,
            "epoch": event.epoch,
            "market": terms.market,
            "kind": terms.kind,
            "side": (Side.SELL if terms.side else Side.BUY).value,
            "pair": pair,
            "limit_ticks": terms.limit_ticks,
            "max_slippage": terms.max_slippage,
            "trigger_price": terms.trigger_price,
            "lots": terms.lots,
            "executor_fee": terms.executor_fee,
            "client_id": str(terms.client_id),
            "expires_at": terms.expires or None,
            "live": True,
            "status": "waiting",
            "reason": None,
            "order_id": None,
            "filled_lots": 0,
            "filled_quote": 0,
            "created_ms": step.placed.ts_ms,
            "slot": step.placed.slot,
            "signature": step.placed.signature,
            "ended_signature": None,
        },
    )


def trigger_cancelled(step: Step, event: TriggerCancelled) -> None:
    """Its owner or a delegate took it back."""
    holder = Holder(str(event.owner), event.sub)
    row = step.state.live_triggers[holder].get(event.index)
    if row is not None:
        _end(step, holder, row, "cancelled", CANCELLED)


def trigger_fired(step: Step, event: OrdersProcessed, holder: Holder) -> bool:
    """A trigger sent its order, or was found dead and cleared away. Whether a known one changed."""
    changed = False
    for record in event.orders:
        row = step.state.live_triggers[holder].get(record.index)
        if row is None or row["market"] != event.market:
            continue  # placed before our history begins
        changed = True
        if record.lots:
            _fired(step, event, holder, row, record)
        elif record.code == error_named("OrderExpired").code:
            _end(step, holder, row, "expired", EXPIRED)
        else:
            _end(step, holder, row, "cancelled", POSITION_CLOSED)
    return changed


def position_moved(step: Step, holder: Holder, market: int, base: int) -> bool:
    """Ends the triggers of a position that was closed or turned. Whether there were any."""
    live = step.state.live_triggers.get(holder)
    if not live:
        return False
    dead = [
        row
        for row in live.values()
        if row["market"] == market and (base >= 0 if row["side"] == Side.BUY.value else base <= 0)
    ]
    for row in dead:
        _bury(step, holder, row)
    return bool(dead)


def _fired(step: Step, event: OrdersProcessed, holder: Holder, row: Row, record: OrderRecord) -> None:
    placed = record.filled + record.resting
    if not placed:
        return  # the match limit was reached behind dead orders: it waits on
    market = step.state.markets.get(event.market)
    tick = market["tick_size"] if market is not None else 0
    quote = sum(fill.ticks * tick * fill.lots for fill in event.fills if fill.taker_index == record.index)
    if row["pair"] is not None:
        other = step.state.live_triggers[holder].get(row["pair"])
        if other is not None:
            _end(step, holder, other, "cancelled", PAIR_FIRED)
    numbered = record.seq & ~ASK_BIT
    live = placed < record.lots and not record.resting
    sent: Row = {
        "status": "executed",
        "live": live,
        "pair": None if live else row["pair"],
        "order_id": str(OrderId(Ticks(record.ticks), record.seq)) if numbered else None,
        "filled_lots": row["filled_lots"] + record.filled,
        "filled_quote": row["filled_quote"] + quote,
        "ended_signature": step.placed.signature,
    }
    _put(step, holder, row | sent)


def _bury(step: Step, holder: Holder, row: Row) -> None:
    """It can no longer fire: its time is over, or its position is gone."""
    over = row["expires_at"] is not None and row["expires_at"] * 1_000 <= step.placed.ts_ms
    if over:
        _end(step, holder, row, "expired", EXPIRED)
    else:
        _end(step, holder, row, "cancelled", POSITION_CLOSED)


def _end(step: Step, holder: Holder, row: Row, status: Ended, reason: str) -> None:
    """One that has fired stays ``executed``, whatever ended the rest of it."""
    if row["pair"] is not None:
        _repair(step, holder, row["pair"], None)
    ended: Row = {"live": False}
    if row["status"] == "waiting":
        ended |= {"status": status, "reason": reason, "ended_signature": step.placed.signature}
    _put(step, holder, row | ended)


def _repair(step: Step, holder: Holder, entry: int, pair: int | None) -> None:
    other = step.state.live_triggers[holder].get(entry)
    if other is not None and other["pair"] != pair:
        _put(step, holder, other | {"pair": pair})


def _put(step: Step, holder: Holder, row: Row) -> None:
    row |= {"updated_ms": step.placed.ts_ms, "updated_event_seq": step.placed.seq}
    step.changes.put(tables.triggers, row)
    live = step.state.live_triggers[holder]
    if row["live"]:
        live[row["entry"]] = row
    else:
        live.pop(row["entry"], None)
