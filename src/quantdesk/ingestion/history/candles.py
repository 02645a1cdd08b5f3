"""One-minute candles of the venues' own trades, built as trades arrive."""

from __future__ import annotations

from dataclasses import dataclass, field

from quantdesk.infra.bus.messages import Feed
from quantdesk.ingestion.sources.port import Trade

MINUTE_MS = 60_000
RESOLUTION = "1m"


@dataclass(slots=True)
class VenueCandle:
    """One minute of one venue's trades in one symbol; prices and volume in 1e-8."""

    venue: str
    symbol: str
    t_ms: int
    open: int
    high: int
    low: int
    close: int
    volume: int
    trades: int
    feed: Feed

    def add(self, trade: Trade) -> None:
        self.high = max(self.high, trade.price)
        self.low = min(self.low, trade.price)
        self.close = trade.price
        self.volume += trade.size
        self.trades += 1
        self.feed = trade.feed


@dataclass(slots=True)
class CandleBuilder:
    """Holds the candles that changed since they were last taken, and the current one of each stream."""

    _current: dict[tuple[str, str], VenueCandle] = field(default_factory=dict)
    _changed: dict[tuple[str, str, int], VenueCandle] = field(default_factory=dict)

    def seed(self, candle: VenueCandle) -> None:
        """Go on with a stored candle, so that a restart within its minute loses nothing."""
        self._current[candle.venue, candle.symbol] = candle

    def add(self, trade: Trade) -> None:
        """Count a trade; one older than the stream's current minute is left to the venue's history."""
        t_ms = trade.ts_ms - trade.ts_ms % MINUTE_MS
        stream = (trade.venue, trade.symbol)
        candle = self._current.get(stream)
        if candle is None or t_ms > candle.t_ms:
            price, size = trade.price, trade.size
            candle = VenueCandle(*stream, t_ms, price, price, price, price, size, 1, trade.feed)
            self._current[stream] = candle
        elif t_ms == candle.t_ms:
            candle.add(trade)
        else:
            return
        self._changed[(*stream, t_ms)] = candle

    def take_changed(self) -> list[VenueCandle]:
        """Candles to write, each as it stands now."""
        changed = list(self._changed.values())
        self._changed.clear()
        return changed

    def put_back(self, candles: list[VenueCandle]) -> None:
        """They could not be written: offer them again."""
        for candle in candles:
            self._changed.setdefault((candle.venue, candle.symbol, candle.t_ms), candle)
