"""Price histories: candles from Parquet, checked, and the path of prices that a run walks along.

A candle becomes four prices, a quarter of its interval apart: open, the two extremes, close; a rising candle
visits its low first, a falling one its high. A gap between candles is an oracle that is silent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from quantdesk.stress.errors import PricesInvalid

COLUMNS = ("ts_ms", "open", "high", "low", "close")
POINTS = 4
"""Prices of one candle."""
SHORTEST_MS, LONGEST_MS = 4_000, 3_600_000
"""The chain's clock counts seconds, so a candle must hold four of them; beyond an hour a path says little."""

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Candles:
    """One market's history. Arrays of one length: opening times in UTC ms, prices in quote per base unit."""

    ts_ms: Integers
    open: Floats
    high: Floats
    low: Floats
    close: Floats

    def between(self, from_ms: int | None, to_ms: int | None) -> Candles:
        """The candles that open in [from, to)."""
        keep = np.ones(len(self.ts_ms), bool)
        if from_ms is not None:
            keep &= self.ts_ms >= from_ms
        if to_ms is not None:
            keep &= self.ts_ms < to_ms
        return Candles(*(getattr(self, name)[keep] for name in COLUMNS))

    def merged(self, count: int) -> Candles:
        """The same history in candles ``count`` times as long; one with a hole is merged of what is there."""
        length = count * int(np.diff(self.ts_ms).min())
        begins = (self.ts_ms - self.ts_ms[0]) // length
        first = np.flatnonzero(np.append(True, begins[1:] != begins[:-1]))
        last = np.append(first[1:], len(begins)) - 1
        return Candles(
            self.ts_ms[0] + begins[first] * length,
            self.open[first],
            np.maximum.reduceat(self.high, first),
            np.minimum.reduceat(self.low, first),
            self.close[last],
        )

    def amplified(self, factor: float) -> Candles:
        """The same history with every log return since its first open multiplied by ``factor``."""
        anchor = self.open[0]
        stretched = [anchor * (getattr(self, name) / anchor) ** factor for name in COLUMNS[1:]]
        return Candles(self.ts_ms, *stretched)


@dataclass(frozen=True)
class PricePath:
    """Prices of several markets over time, shapes (steps,) and (steps, markets); NaN: silent."""

    ts_ms: Integers
    prices: Floats
    interval_ms: int

    @property
    def step_ms(self) -> int:
        """Time between two steps inside a candle."""
        return self.interval_ms // POINTS


def read_candles(path: Path) -> Candles:
    """Read and check ``path``. Raises ``PricesInvalid``."""
    candles = Candles(**_columns(path))
    _check(path, candles)
    return candles


def _columns(path: Path) -> dict[str, Any]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        names = pq.read_schema(path).names
        missing = [name for name in COLUMNS if name not in names]
        if missing:
            raise PricesInvalid(
                f"{path} lacks {', '.join(missing)}: it has {', '.join(names)}; "
                f"a price file has the columns {', '.join(COLUMNS)}"
            )
        table = pq.read_table(path, columns=list(COLUMNS))
        for name in COLUMNS:
            if table[name].null_count:
                raise PricesInvalid(f"{path}: {table[name].null_count} values of {name} are missing")
        found = {name: table[name].cast(pa.float64()).to_numpy() for name in COLUMNS[1:]}
        return found | {"ts_ms": table["ts_ms"].cast(pa.int64()).to_numpy()}
    except OSError as error:
        raise PricesInvalid(f"cannot read {path}: {error.strerror or error}") from error
    except pa.ArrowException as error:
        raise PricesInvalid(f"{path} is no Parquet file of numbers: {error}") from error


def _check(path: Path, candles: Candles) -> None:
    if len(candles.ts_ms) < 2:
        raise PricesInvalid(f"{path} has {len(candles.ts_ms)} candles; a history takes at least 2")
    steps = np.diff(candles.ts_ms)
    _none(path, candles, np.append(False, steps <= 0), "is not later than the row before it")
    for name in COLUMNS[1:]:
        values = getattr(candles, name)
        _none(path, candles, ~(np.isfinite(values) & (values > 0)), f"has a {name} that is no positive price")
    _none(path, candles, candles.high < candles.low, "has a high under its low")
    for name in ("open", "close"):
        values = getattr(candles, name)
        outside = (values > candles.high) | (values < candles.low)
        _none(path, candles, outside, f"has its {name} outside of low and high")
    interval = int(steps.min())
    if not SHORTEST_MS <= interval <= LONGEST_MS:
        raise PricesInvalid(
            f"{path}: candles are {interval / 1_000:g} s apart; "
            f"{SHORTEST_MS // 1_000} s to {LONGEST_MS // 1_000} s can be run"
        )


def _none(path: Path, candles: Candles, wrong: npt.NDArray[np.bool_], what: str) -> None:
    rows = np.flatnonzero(wrong)
    if len(rows):
        row = int(rows[0])
        values = ", ".join(f"{name} {getattr(candles, name)[row]}" for name in COLUMNS)
        more = f" (and {len(rows) - 1} more)" if len(rows) > 1 else ""
        raise PricesInvalid(f"{path}: row {row} {what}{more}: {values}")


def walk(histories: Mapping[str, Candles]) -> PricePath:
    """The path through all histories, over the time that they share. Raises ``PricesInvalid``."""
    intervals = {symbol: int(np.diff(each.ts_ms).min()) for symbol, each in histories.items()}
    if len(set(intervals.values())) > 1:
        said = ", ".join(f"{symbol} {ms / 1_000:g} s" for symbol, ms in intervals.items())
        raise PricesInvalid(f"the histories have candles of different length: {said}")
    first = max(int(each.ts_ms[0]) for each in histories.values())
    last = min(int(each.ts_ms[-1]) for each in histories.values())
    if last <= first:
        raise PricesInvalid(f"the histories of {', '.join(histories)} share no time")
    interval = next(iter(intervals.values()))
    shared = {symbol: each.between(first, last + 1) for symbol, each in histories.items()}
    opens = np.unique(np.concatenate([each.ts_ms for each in shared.values()]))
    if np.diff(opens).min() < interval:
        raise PricesInvalid(f"the candles of {', '.join(histories)} do not open at the same times")
    prices = np.full((len(opens), POINTS, len(shared)), np.nan)
    for market, each in enumerate(shared.values()):
        prices[np.searchsorted(opens, each.ts_ms), :, market] = _points(each)
    times = opens[:, None] + np.arange(POINTS) * (interval // POINTS)
    return PricePath(times.reshape(-1), prices.reshape(-1, len(shared)), interval)


def _points(candles: Candles) -> Floats:
    rising = candles.close >= candles.open
    second = np.where(rising, candles.low, candles.high)
    third = np.where(rising, candles.high, candles.low)
    return np.stack([candles.open, second, third, candles.close], axis=1)
