"""Price files and scenarios for the tests of the stress lab."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from quantdesk.bootstrap.market_file import read_market_file
from quantdesk.stress.prices import Candles, read_candles
from quantdesk.stress.scenario import Crowd, History, Scenario, override

BEGAN_MS = 1_750_000_020_000
MINUTE_MS = 60_000
MARKETS = Path(__file__).resolve().parents[1] / "markets.toml"
ROW = {"ts_ms": BEGAN_MS, "open": 100.0, "high": 101.0, "low": 99.0, "close": 100.5}


def rows(count: int, **columns: Sequence[Any]) -> dict[str, list[Any]]:
    """``count`` good candles a minute apart, with some columns replaced."""
    good: dict[str, list[Any]] = {name: [value] * count for name, value in ROW.items()}
    good["ts_ms"] = [BEGAN_MS + MINUTE_MS * n for n in range(count)]
    return good | {name: list(values) for name, values in columns.items()}


def write(path: Path, columns: dict[str, Any]) -> Path:
    """A Parquet file of ``columns``."""
    pq.write_table(pa.table(columns), path)
    return path


def along(closes: Sequence[float], start: float) -> dict[str, list[Any]]:
    """Candles that open where the last one closed and have no wicks."""
    opens = [start, *closes[:-1]]
    high, low = np.maximum(opens, closes).tolist(), np.minimum(opens, closes).tolist()
    return rows(len(closes), open=opens, high=high, low=low, close=closes)


def crash(path: Path, *, calm: int = 60, fall: float = 0.4, minutes: int = 20) -> Path:
    """An hour around $150, then a fall by ``fall`` within ``minutes``, then an hour of quiet."""
    wobble = 150 * (1 + 0.001 * np.sin(np.arange(calm)))
    down = wobble[-1] * np.exp(np.linspace(0, np.log(1 - fall), minutes + 1)[1:])
    after = np.full(calm, down[-1]) * (1 + 0.0005 * np.sin(np.arange(calm)))
    return write(path, along([*wobble.tolist(), *down.tolist(), *after.tolist()], 150.0))


def scenario(path: Path, *settings: str, symbols: Sequence[str] = ("SOL-PERP",), **changes: Any) -> Scenario:
    """The history of ``path`` in each of ``symbols``, with a small crowd."""
    file = read_market_file(MARKETS)
    candles: Candles = read_candles(path)
    crowd = {"traders": 60, "makers": 3, "depth": 50_000, "stake": 2_000, "long_share": 0.8}
    named = {name: changes.pop(name) for name in list(changes) if name in Crowd.__slots__}
    return Scenario(
        file,
        tuple(override(file, symbol, settings) for symbol in symbols),
        tuple(History(path.name, candles) for _ in symbols),
        Crowd(**(crowd | named)),
        **changes,
    )
