"""The market pipeline: checks what sources push, keeps the index and collects trades and candles."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import structlog

from quantdesk.infra.bus.messages import Feed, Price, SourcePrice, VenueTrade
from quantdesk.ingestion.history.candles import CandleBuilder
from quantdesk.ingestion.pipeline.measures import Measures
from quantdesk.ingestion.prices import IndexPrice, PriceIndex
from quantdesk.ingestion.quality import QuoteCheck, TradeCheck
from quantdesk.ingestion.quantities import format_e8
from quantdesk.ingestion.sources.port import Quote, Trade

PUBLISH_LEAST_MS = 100
PUBLISH_MOST_MS = 1_000
TRADES_HELD = 10_000
_log = structlog.get_logger(__name__)


def wall_ms() -> int:
    return time.time_ns() // 1_000_000


@dataclass(slots=True)
class _Stream:
    """One venue's data of one symbol."""

    quotes: QuoteCheck = field(default_factory=QuoteCheck)
    trades: TradeCheck = field(default_factory=TradeCheck)
    mid2: int | None = None
    refused: int = 0
    last_refusal: str | None = None
    last_refusal_ms: int | None = None


@dataclass(slots=True)
class _Market:
    index: PriceIndex
    changed: bool = False
    published_at_ms: int = 0
    streams: dict[str, _Stream] = field(default_factory=dict)

    def stream(self, venue: str) -> _Stream:
        found = self.streams.get(venue)
        if found is None:
            found = self.streams[venue] = _Stream()
        return found


class MarketPipeline:
    """A `MarketSink`. ``due`` hands out the prices to publish now, ``take_trades`` the believed trades."""

    def __init__(
        self,
        symbols: Iterable[str],
        measures: Measures,
        candles: CandleBuilder,
        now_ms: Callable[[], int] = wall_ms,
    ) -> None:
        self._markets = {symbol: _Market(PriceIndex(symbol)) for symbol in symbols}
        self._measures = measures
        self._candles = candles
        self._now_ms = now_ms
        self._trades: deque[VenueTrade] = deque(maxlen=TRADES_HELD)

    def quote(self, quote: Quote) -> None:
        market = self._markets[quote.symbol]
        stream = market.stream(quote.venue)
        reason = stream.quotes.refuse(quote, self._now_ms())
        if reason is not None:
            self._refuse(stream, quote.venue, quote.symbol, reason)
            return
        stream.mid2 = quote.bid + quote.ask
        market.index.vote(quote)
        market.changed = True
        self._measures.quotes.labels(quote.venue, quote.symbol).inc()

    def trade(self, trade: Trade) -> None:
        stream = self._markets[trade.symbol].stream(trade.venue)
        reason = stream.trades.refuse(trade, stream.mid2, self._now_ms())
        if reason is not None:
            self._refuse(stream, trade.venue, trade.symbol, reason)
            return
        self._candles.add(trade)
        self._trades.append(_message(trade))
        self._measures.trades.labels(trade.venue, trade.symbol).inc()

    def alive(self, venue: str, symbol: str, seen_ms: int) -> None:
        self._markets[symbol].index.confirm(venue, seen_ms)

    def reset(self, venue: str, symbol: str, reason: str) -> None:
        market = self._markets[symbol]
        stream = market.stream(venue)
        stream.quotes.reset()
        stream.mid2 = None
        market.index.withdraw(venue, reason)
        market.changed = True

    def refused(self, venue: str, symbol: str, reason: str) -> None:
        self._refuse(self._markets[symbol].stream(venue), venue, symbol, reason)

    def due(self) -> list[Price]:
        """Prices to publish now: changed and not sent for `PUBLISH_LEAST_MS`, or quiet for a second."""
        now_ms = self._now_ms()
        prices = []
        for symbol, market in self._markets.items():
            waited = now_ms - market.published_at_ms
            if not (waited >= PUBLISH_MOST_MS or (market.changed and waited >= PUBLISH_LEAST_MS)):
                continue
            index, sources = market.index.compute(now_ms)
            market.changed = False
            market.published_at_ms = now_ms
            if index is not None:
                self._measures.price_age.labels(symbol).set((now_ms - index.true_ms) / 1_000)
                prices.append(_price(symbol, index, sources))
        return prices

    def take_trades(self) -> list[VenueTrade]:
        """Believed trades since the last call, in order."""
        trades = list(self._trades)
        self._trades.clear()
        return trades

    def index_of(self, symbol: str) -> IndexPrice | None:
        """The last index of a symbol; None before the first."""
        return self._markets[symbol].index.last

    def oldest_ms(self) -> int | None:
        """Age of the oldest index; None when a symbol has none yet."""
        lasts = [market.index.last for market in self._markets.values()]
        if any(last is None for last in lasts):
            return None
        return max(self._now_ms() - last.true_ms for last in lasts if last is not None)

    def status(self) -> dict[str, object]:
        """Each symbol's price, feed label and age, with each source's vote and last refusal."""
        return {symbol: self._status_of(market) for symbol, market in self._markets.items()}

    def _status_of(self, market: _Market) -> dict[str, object]:
        now_ms = self._now_ms()
        index, sources = market.index.compute(now_ms)
        return {
            "price": format_e8(index.price) if index else None,
            "confidence": format_e8(index.confidence) if index else None,
            "feed": index.feed if index else None,
            "published_ms": index.true_ms if index else None,
            "age_ms": now_ms - index.true_ms if index else None,
            "sources": sources,
            "refused": {
                venue: {"count": s.refused, "last": s.last_refusal, "last_ms": s.last_refusal_ms}
                for venue, s in market.streams.items()
                if s.refused
            },
        }

    def _refuse(self, stream: _Stream, venue: str, symbol: str, reason: str) -> None:
        stream.refused += 1
        stream.last_refusal = reason
        stream.last_refusal_ms = self._now_ms()
        kind = reason.split(":", 1)[0]
        self._measures.refused.labels(venue, symbol, kind).inc()
        if stream.refused == 1 or stream.refused % 1_000 == 0:
            _log.warning(
                "venue data refused", venue=venue, symbol=symbol, reason=reason, count=stream.refused
            )


def _message(trade: Trade) -> VenueTrade:
    return VenueTrade(
        symbol=trade.symbol,
        venue=trade.venue,
        trade_id=trade.trade_id,
        price=format_e8(trade.price),
        size=format_e8(trade.size),
        side=trade.side,
        ts_ms=trade.ts_ms,
        feed=trade.feed,
    )


def _price(symbol: str, index: IndexPrice, sources: list[SourcePrice]) -> Price:
    feed: Feed = index.feed
    return Price(
        symbol=symbol,
        price=format_e8(index.price),
        confidence=format_e8(index.confidence),
        published_ms=index.true_ms,
        feed=feed,
        sources=sources,
    )
