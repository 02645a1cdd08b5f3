"""Candle resolutions and how a candle grows. Prices are integers of one unit that the caller names."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

WEEK_ORIGIN_MS = 4 * 86_400_000
"""The Unix epoch was a Thursday; weeks begin on Monday 00:00 UTC."""


class Resolution(StrEnum):
    """Length of a bucket."""

    S1 = "1s"
    S5 = "5s"
    S15 = "15s"
    M1 = "1m"
    M5 = "5m"
    M15 = "15m"
    H1 = "1h"
    H4 = "4h"
    D1 = "1d"
    W1 = "1w"


LENGTH_MS: dict[Resolution, int] = {
    Resolution.S1: 1_000,
    Resolution.S5: 5_000,
    Resolution.S15: 15_000,
    Resolution.M1: 60_000,
    Resolution.M5: 300_000,
    Resolution.M15: 900_000,
    Resolution.H1: 3_600_000,
    Resolution.H4: 14_400_000,
    Resolution.D1: 86_400_000,
    Resolution.W1: 604_800_000,
}


def bucket_start(resolution: Resolution, ts_ms: int) -> int:
    """Start in Unix ms of the bucket that holds ``ts_ms``."""
    length = LENGTH_MS[resolution]
    origin = WEEK_ORIGIN_MS if resolution is Resolution.W1 else 0
    return ts_ms - (ts_ms - origin) % length


@dataclass(slots=True)
class Candle:
    """One bucket: open, high, low, close, volume (base lots), traded quote atoms and number of trades."""

    t_ms: int
    o: int
    h: int
    l: int  # noqa: E741 - the field's conventional name
    c: int
    v: int = 0
    quote: int = 0
    trades: int = 0

    @classmethod
    def opened(cls, t_ms: int, price: int) -> Candle:
        """A bucket that has seen one price and no volume."""
        return cls(t_ms, price, price, price, price)

    def add(self, price: int, lots: int = 0, quote: int = 0) -> bool:
        """Take in a trade (``lots`` > 0) or a price sample (``lots`` = 0); whether that changed anything."""
        if not lots and price == self.c:
            return False
        self.h = max(self.h, price)
        self.l = min(self.l, price)
        self.c = price
        if lots:
            self.v += lots
            self.quote += quote
            self.trades += 1
        return True

    def invariant(self) -> None:
        """Raises ``AssertionError`` where a candle contradicts itself."""
        assert self.l <= min(self.o, self.c) <= max(self.o, self.c) <= self.h, self
        assert (self.v > 0) == (self.trades > 0), self
