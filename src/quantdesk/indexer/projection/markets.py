"""Markets, prices, funding rates and candles."""

from __future__ import annotations

from typing import Any

from quantdesk.domain.candles import Candle, Resolution, bucket_start
from quantdesk.indexer.placed import Row
from quantdesk.indexer.projection.step import Step
from quantdesk.indexer.state import CandleKey
from quantdesk.infra.bus import messages as bus
from quantdesk.infra.store import tables
from quantdesk.program.events import MarketCreated, PricesUpdated
from quantdesk.program.records import MarketAfter, PriceRecord

HOUR_MS = 3_600_000


def market_created(step: Step, event: MarketCreated) -> None:
    """A market appeared: nothing is known of its prices yet."""
    unknown: Row = {column.name: None for column in tables.market_states.columns if column.nullable}
    row = unknown | {
        "market": event.market,
        "symbol": event.params.name,
        "lots_per_base": event.params.lots_per_base,
        "tick_size": event.params.tick_size,
        "book": str(event.book),
    }
    _put_market(step, row, {})


def prices_updated(step: Step, event: PricesUpdated) -> None:
    """Prices were posted: state, history, funding and the index and mark candles move."""
    for price in event.prices:
        row = step.state.markets.get(price.market)
        if row is None:
            continue
        seen = {
            "index": price.index,
            "mark": price.mark,
            "confidence": price.confidence,
            "publish_ms": price.publish_ms,
            "price_flags": price.flags,
            "funding_index": price.funding_index,
            "funding_rate": price.funding_rate,
            "next_rate": price.next_rate,
        }
        _put_market(step, row, seen)
        _put_price(step, price)
        _put_funding(step, price)
        sample(step, price.market, "index", price.index)
        sample(step, price.market, "mark", price.mark)


def market_traded(step: Step, market: int, after: MarketAfter, *, filled: bool) -> None:
    """Orders moved the book, and with it the mark."""
    row = step.state.markets.get(market)
    if row is None:
        return
    seen: dict[str, Any] = {
        "best_bid": after.best_bid or None,
        "best_ask": after.best_ask or None,
        "index": after.index or None,
        "mark": after.mark or None,
        "last": after.last or None,
        "open_interest": after.open_interest,
        "funding_index": after.funding_index,
        "next_rate": after.next_rate,
    }
    if filled:
        seen["last_ms"] = step.placed.ts_ms
    _put_market(step, row, seen)
    if after.mark:
        sample(step, market, "mark", after.mark)


def sample(
    step: Step, market: int, source: bus.CandleSource, price: int, *, lots: int = 0, quote: int = 0
) -> None:
    """Let one price (LotPrice) into the candles of every resolution; a trade brings its lots."""
    if price <= 0:
        return
    for resolution in Resolution:
        key = (market, source, resolution)
        start = bucket_start(resolution, step.placed.ts_ms)
        candle = step.state.candles.get(key)
        if candle is not None and candle.t_ms >= start:
            if not candle.add(price, lots, quote):
                continue
        else:
            if candle is not None:
                _tell_candle(step, key, candle, closed=True)
            candle = step.state.candles[key] = Candle.opened(start, price)
            candle.add(price, lots, quote)
        _put_candle(step, key, candle)


def tell_candles(step: Step) -> None:
    """One message for each candle that this batch changed."""
    for row in step.changes.rows_of(tables.candles):
        key = (row["market"], row["source"], Resolution(row["resolution"]))
        candle = step.state.candles[key]
        if candle.t_ms == row["t_ms"]:
            _tell_candle(step, key, candle, closed=False)


def tell_markets(step: Step) -> None:
    """One message for each market that this batch changed."""
    for row in step.changes.rows_of(tables.market_states):
        message = bus.MarketState(
            symbol=row["symbol"],
            event_seq=row["event_seq"],
            slot=row["slot"],
            ts_ms=row["ts_ms"],
            **{name: row[name] or 0 for name in _STATE_FIELDS},
        )
        step.changes.tell(bus.market_subject(row["symbol"]), message)


_STATE_FIELDS = (
    "index",
    "mark",
    "confidence",
    "publish_ms",
    "best_bid",
    "best_ask",
    "last",
    "open_interest",
    "funding_index",
    "funding_rate",
    "next_rate",
)


def _put_market(step: Step, row: Row, seen: Row) -> None:
    new = row | seen | {"event_seq": step.placed.seq, "slot": step.placed.slot, "ts_ms": step.placed.ts_ms}
    step.state.markets[new["market"]] = new
    step.changes.put(tables.market_states, new)


def _put_price(step: Step, price: PriceRecord) -> None:
    step.changes.put(
        tables.prices,
        {
            "market": price.market,
            "event_seq": step.placed.seq,
            "index": price.index,
            "mark": price.mark,
            "confidence": price.confidence,
            "publish_ms": price.publish_ms,
            "flags": price.flags,
            "ts_ms": step.placed.ts_ms,
            "slot": step.placed.slot,
        },
    )


def _put_funding(step: Step, price: PriceRecord) -> None:
    hour_ms = step.placed.ts_ms - step.placed.ts_ms % HOUR_MS
    if step.state.funding.get(price.market) == (hour_ms, price.funding_rate):
        return
    step.state.funding[price.market] = (hour_ms, price.funding_rate)
    row = {"market": price.market, "hour_ms": hour_ms, "rate": price.funding_rate}
    step.changes.put(
        tables.funding_rates, row | {"funding_index": price.funding_index, "event_seq": step.placed.seq}
    )


def _put_candle(step: Step, key: CandleKey, candle: Candle) -> None:
    market, source, resolution = key
    step.changes.put(
        tables.candles,
        {
            "market": market,
            "source": source,
            "resolution": resolution.value,
            "t_ms": candle.t_ms,
            "o": candle.o,
            "h": candle.h,
            "l": candle.l,
            "c": candle.c,
            "v": candle.v,
            "quote": candle.quote,
            "trades": candle.trades,
            "event_seq": step.placed.seq,
        },
    )


def _tell_candle(step: Step, key: CandleKey, candle: Candle, *, closed: bool) -> None:
    market, source, resolution = key
    symbol = step.state.markets[market]["symbol"]
    message = bus.Candle(
        symbol=symbol,
        source=source,  # type: ignore[arg-type]  # the key's source is one of the three words
        resolution=resolution.value,
        unit="lot_price",
        t_ms=candle.t_ms,
        o=candle.o,
        h=candle.h,
        l=candle.l,
        c=candle.c,
        volume=candle.v,
        closed=closed,
    )
    step.changes.tell(bus.candles_subject(symbol), message)
