"""Orders from their arrival to their end, fills, positions and funding payments."""

from __future__ import annotations

from collections import defaultdict

from quantdesk.domain.orders import ASK_BIT, OrderId, OrderStatus, Side
from quantdesk.domain.units import Ticks
from quantdesk.indexer.placed import Row
from quantdesk.indexer.projection.losses import put_losses
from quantdesk.indexer.projection.markets import market_traded, sample
from quantdesk.indexer.projection.money import put_usdc
from quantdesk.indexer.projection.step import Step
from quantdesk.indexer.projection.triggers import TOPIC as TRIGGERS
from quantdesk.indexer.projection.triggers import position_moved, trigger_fired
from quantdesk.indexer.state import UNKNOWN_HOLDER, Holder
from quantdesk.infra.bus import messages as bus
from quantdesk.infra.store import tables
from quantdesk.program.errors import error_name
from quantdesk.program.events import BankruptcyResolved, OrdersProcessed, PositionsTransferred, Realized
from quantdesk.program.records import (
    CANCEL_INDEX,
    REMOVAL_REASONS,
    FillRecord,
    OrderFlag,
    OrderKind,
    OrderRecord,
    RemovedRecord,
    TouchedRecord,
    TradeKind,
)

EXPIRY_REASONS = {"expired", "dead_man"}
LIQUIDATION = "liquidation"
"""Reason of an order that a keeper sent for an account under maintenance margin."""
NOT_FILLED = "not_filled"
"""Reason of an immediate-or-cancel order whose remainder was dropped."""

Topics = dict[Holder, set[str]]


def orders_processed(step: Step, event: OrdersProcessed) -> Topics:
    """Everything that one trading instruction did. Answers who is concerned, and by what."""
    topics: Topics = defaultdict(set)
    taker = step.state.holder(event.taker_slot, event.generation)
    arrived: dict[int, Row] = {}
    for record in event.orders:
        row = _order_row(step, event, taker, record)
        if row is not None:
            arrived[record.index] = row
            _put_order(step, row)
            topics[taker].add("orders")
    for index, fill in enumerate(event.fills):
        maker = _fill(step, event, index, taker, arrived.get(fill.taker_index))
        for holder in (maker, taker):
            topics[holder] |= {"orders", "fills"}
    if event.kind == TradeKind.EXECUTE_TRIGGER and trigger_fired(step, event, taker):
        topics[taker].add(TRIGGERS)  # before the position moves, which would end it for another reason
    for removed in event.removed:
        _remove(step, event.market, removed)
        topics[step.state.holder(removed.slot, removed.generation)].add("orders")
    for touched in event.touched:
        holder = step.state.holder(touched.slot, touched.generation)
        topics[holder] |= _touch(step, event.market, holder, touched)
    market_traded(step, event.market, event.market_after, filled=bool(event.fills))
    topics.pop(UNKNOWN_HOLDER, None)
    return topics


def lost(step: Step, event: PositionsTransferred | BankruptcyResolved) -> Topics:
    """Positions changed hands without the book, or a debt was paid: only what the slots hold changed."""
    topics: Topics = defaultdict(set)
    for holder in put_losses(step, event):
        topics[holder].add("liquidations")
    for touched in event.touched:
        holder = step.state.holder(touched.slot, touched.generation)
        topics[holder] |= _touch(step, event.market, holder, touched)
    if isinstance(event, PositionsTransferred):
        market_traded(step, event.market, event.market_after, filled=False)
    topics.pop(UNKNOWN_HOLDER, None)
    return topics


def realized(step: Step, event: Realized) -> Topics:
    """Profit became balance: the position's quote moved, its entry stayed."""
    holder = Holder(str(event.owner), event.sub)
    return {holder: _touch(step, event.market, holder, event.after)}


def _order_row(step: Step, event: OrdersProcessed, taker: Holder, record: OrderRecord) -> Row | None:
    """The order that ``record`` tells of; None where it tells of none that we know."""
    if record.index >= CANCEL_INDEX:
        return None
    if event.kind == TradeKind.EXECUTE_TRIGGER and not record.lots:
        return None  # a dead trigger was cleared away: no order was sent
    known = step.state.open_orders.get((event.market, str(OrderId(Ticks(record.ticks), record.seq))))
    if known is not None:
        # Made smaller in its place.
        size = {"lots": known["filled_lots"] + record.lots, "resting_lots": record.resting}
        return known | size | _updated(step)
    if event.kind == TradeKind.MODIFY_ORDER and not event.removed:
        return None  # placed before our history begins
    return _new_order(step, event, taker, record)


def _new_order(step: Step, event: OrdersProcessed, taker: Holder, record: OrderRecord) -> Row:
    numbered = record.seq & ~ASK_BIT
    status, reason = _outcome(record)
    if event.kind == TradeKind.LIQUIDATE and record.filled:
        reason = LIQUIDATION
    return {
        "event_seq": step.placed.seq,
        "order_index": record.index,
        "market": event.market,
        "order_id": str(OrderId(Ticks(record.ticks), record.seq)) if numbered else None,
        "wallet": taker.wallet,
        "sub": taker.sub,
        "client_id": str(record.client_id),
        "signer": str(event.signer),
        "side": _side(record.seq).value,
        "time_in_force": _time_in_force(record),
        "post_only": _post_only(record),
        "reduce_only": bool(record.flags & OrderFlag.REDUCE_ONLY),
        "expires_at": record.expiry or None,
        "expiry_kind": _expiry_kind(record),
        "ticks": record.ticks,
        "lots": record.lots,
        "filled_lots": record.filled,
        "filled_quote": 0,
        "resting_lots": record.resting,
        "fee": 0,
        "status": status.value,
        "reason": reason,
        "created_ms": step.placed.ts_ms,
        "updated_ms": step.placed.ts_ms,
        "updated_event_seq": step.placed.seq,
        "slot": step.placed.slot,
        "signature": step.placed.signature,
    }


def _outcome(record: OrderRecord) -> tuple[OrderStatus, str | None]:
    """A record with a code may have filled before what the code says stopped it."""
    if record.resting:
        return OrderStatus.OPEN, None
    if record.filled and record.filled >= record.lots:
        return OrderStatus.FILLED, None
    if record.code and not record.filled:
        return OrderStatus.REJECTED, error_name(record.code)
    return OrderStatus.CANCELLED, error_name(record.code) if record.code else NOT_FILLED


def _fill(step: Step, event: OrdersProcessed, index: int, taker: Holder, taker_order: Row | None) -> Holder:
    fill = event.fills[index]
    market = step.state.markets.get(event.market)
    tick_size = market["tick_size"] if market is not None else 0
    quote = fill.ticks * tick_size * fill.lots
    maker = step.state.holder_now(fill.maker_slot)
    row = _fill_row(step, event.market, index, fill) | {
        "liquidation": event.kind == TradeKind.LIQUIDATE,
        "maker_wallet": maker.wallet,
        "maker_sub": maker.sub,
        "taker_wallet": taker.wallet,
        "taker_sub": taker.sub,
        "taker_order_id": taker_order["order_id"] if taker_order and taker_order["order_id"] else "",
        "taker_client_id": taker_order["client_id"] if taker_order else "0",
    }
    step.changes.put(tables.fills, row)
    _fill_maker(step, (event.market, row["maker_order_id"]), fill, quote)
    if taker_order is not None:
        # The record already counts the lots; price and fee come with each fill.
        taker_order["filled_quote"] += quote
        taker_order["fee"] += fill.taker_fee
        _put_order(step, taker_order)
    if market is not None:
        sample(step, event.market, "trade", fill.ticks * tick_size, lots=fill.lots, quote=quote)
        _tell_fill(step, market["symbol"], row)
    return maker


def _fill_row(step: Step, market: int, index: int, fill: FillRecord) -> Row:
    return {
        "event_seq": step.placed.seq,
        "fill_index": index,
        "market": market,
        "ticks": fill.ticks,
        "lots": fill.lots,
        "taker_side": _side(fill.maker_seq).opposite.value,
        "maker_order_id": str(OrderId(Ticks(fill.ticks), fill.maker_seq)),
        "maker_client_id": str(fill.maker_client_id),
        "maker_fee": fill.maker_fee,
        "maker_pnl": fill.maker_pnl,
        "taker_fee": fill.taker_fee,
        "taker_pnl": fill.taker_pnl,
        "slot": step.placed.slot,
        "ts_ms": step.placed.ts_ms,
        "signature": step.placed.signature,
    }


def _fill_maker(
    step: Step,
    key: tuple[int, str],
    fill: FillRecord,
    quote: int,
) -> None:
    order = step.state.open_orders.get(key)
    if order is None:
        return  # placed before our history begins
    moved = {
        "filled_lots": order["filled_lots"] + fill.lots,
        "filled_quote": order["filled_quote"] + quote,
        "fee": order["fee"] + fill.maker_fee,
        "resting_lots": fill.maker_left,
        "status": (OrderStatus.OPEN if fill.maker_left else OrderStatus.FILLED).value,
    }
    _put_order(step, order | moved | _updated(step))


def _remove(step: Step, market: int, removed: RemovedRecord) -> None:
    order = step.state.open_orders.get((market, str(OrderId(Ticks(removed.ticks), removed.seq))))
    if order is None:
        return  # placed before our history begins
    known = removed.reason < len(REMOVAL_REASONS)
    reason = REMOVAL_REASONS[removed.reason] if known else f"reason_{removed.reason}"
    status = OrderStatus.EXPIRED if reason in EXPIRY_REASONS else OrderStatus.CANCELLED
    ended = {"status": status.value, "reason": reason, "resting_lots": 0}
    _put_order(step, order | ended | _updated(step))


def _touch(
    step: Step,
    market: int,
    holder: Holder,
    touched: TouchedRecord,
) -> set[str]:
    if holder is UNKNOWN_HOLDER:
        return set()
    vesting = {
        "amount": touched.usdc,
        "locked": touched.locked,
        "locked_at": touched.locked_at,
        "locked_for": touched.locked_for,
    }
    put_usdc(step, holder, vesting)
    where = {"wallet": holder.wallet, "sub": holder.sub, "market": market}
    when = {"event_seq": step.placed.seq, "slot": step.placed.slot, "ts_ms": step.placed.ts_ms}
    position = {name: getattr(touched, name) for name in _POSITION_FIELDS}
    step.changes.put(tables.positions, where | position | when)
    topics = {"balances", "positions"}
    if touched.funding_paid:
        paid = {"paid": touched.funding_paid, "funding_index": touched.funding_index}
        step.changes.put(tables.funding_payments, where | paid | when | {"signature": step.placed.signature})
        topics.add("funding")
    if position_moved(step, holder, market, touched.base):
        topics.add(TRIGGERS)
    return topics


_POSITION_FIELDS = (
    "base",
    "quote",
    "entry_quote",
    "funding_index",
    "bid_lots",
    "ask_lots",
    "bid_orders",
    "ask_orders",
)


def _put_order(step: Step, row: Row) -> None:
    step.changes.put(tables.orders, row)
    if row["order_id"] is None:
        return
    key = (row["market"], row["order_id"])
    if row["status"] == OrderStatus.OPEN.value:
        step.state.open_orders[key] = row
    else:
        step.state.open_orders.pop(key, None)


def _updated(step: Step) -> Row:
    return {"updated_ms": step.placed.ts_ms, "updated_event_seq": step.placed.seq}


def _tell_fill(step: Step, symbol: str, row: Row) -> None:
    message = bus.ChainFill(
        symbol=symbol,
        event_seq=step.placed.seq,
        fill_index=row["fill_index"],
        slot=step.placed.slot,
        ts_ms=step.placed.ts_ms,
        signature=step.placed.signature,
        ticks=row["ticks"],
        lots=row["lots"],
        taker_side=row["taker_side"],
        maker_wallet=row["maker_wallet"],
        taker_wallet=row["taker_wallet"],
        liquidation=row["liquidation"],
    )
    step.changes.tell(bus.fills_subject(symbol), message)


def _side(seq: int) -> Side:
    return Side.SELL if seq & ASK_BIT else Side.BUY


def _time_in_force(record: OrderRecord) -> str:
    if record.kind == OrderKind.IMMEDIATE_OR_CANCEL:
        return "ioc"
    return "gtt" if record.expiry else "gtc"


def _post_only(record: OrderRecord) -> str:
    return {OrderKind.POST_ONLY: "reject", OrderKind.POST_ONLY_SLIDE: "slide"}.get(
        OrderKind(record.kind), "none"
    )


def _expiry_kind(record: OrderRecord) -> str | None:
    if record.flags & OrderFlag.EXPIRES_AT_SLOT:
        return "slot"
    return "unix" if record.flags & OrderFlag.EXPIRES_AT_TIME else None
