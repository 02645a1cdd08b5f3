"""A price file is checked before anything runs, and becomes a path that touches every extreme."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from quantdesk.stress.errors import PricesInvalid
from quantdesk.stress.prices import read_candles, walk
from stress_ground import BEGAN_MS, MINUTE_MS, along, rows, write

BAD: list[tuple[dict[str, Any], str]] = [
    ({"ts_ms": [BEGAN_MS, BEGAN_MS, BEGAN_MS + 1]}, "row 1 is not later than the row before it"),
    ({"ts_ms": [BEGAN_MS, BEGAN_MS + 9_000, BEGAN_MS + 5_000]}, "row 2 is not later"),
    ({"open": [100.0, -1.0, 100.0]}, "row 1 has a open that is no positive price"),
    ({"close": [100.0, 100.0, float("nan")]}, "row 2 has a close that is no positive price"),
    ({"low": [99.0, 0.0, 0.0]}, r"row 1 has a low that is no positive price \(and 1 more\)"),
    ({"high": [101.0, 98.0, 101.0]}, "row 1 has a high under its low"),
    ({"close": [100.0, 102.0, 100.0]}, "row 1 has its close outside of low and high"),
    ({"high": [101.0, None, 101.0]}, "1 values of high are missing"),
    ({"open": ["a", "b", "c"]}, "no Parquet file of numbers"),
    ({"ts_ms": [BEGAN_MS, BEGAN_MS + 1_000, BEGAN_MS + 2_000]}, "candles are 1 s apart"),
]


@pytest.mark.parametrize(("changes", "said"), BAD, ids=[said for _, said in BAD])
def test_a_bad_row_is_named(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    path = write(tmp_path / "bad.parquet", rows(3, **changes))
    with pytest.raises(PricesInvalid, match=said):
        read_candles(path)


def test_missing_columns_are_named_with_those_that_are_there(tmp_path: Path) -> None:
    columns = rows(3)
    del columns["low"], columns["ts_ms"]
    path = write(tmp_path / "few.parquet", columns)
    with pytest.raises(PricesInvalid, match="lacks ts_ms, low: it has open, high, close"):
        read_candles(path)


def test_a_file_that_is_absent_or_no_parquet_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PricesInvalid, match="cannot read"):
        read_candles(tmp_path / "absent.parquet")
    (tmp_path / "text.parquet").write_text("ts_ms,open,high,low,close\n")
    with pytest.raises(PricesInvalid, match="no Parquet file"):
        read_candles(tmp_path / "text.parquet")


def test_one_candle_is_no_history(tmp_path: Path) -> None:
    with pytest.raises(PricesInvalid, match="1 candles; a history takes at least 2"):
        read_candles(write(tmp_path / "one.parquet", rows(1)))


def test_a_rising_candle_visits_its_low_first_and_a_falling_one_its_high(tmp_path: Path) -> None:
    columns = rows(2, open=[100.0, 100.5], close=[100.5, 99.5])
    path = walk({"A": read_candles(write(tmp_path / "p.parquet", columns))})
    assert path.prices[:, 0].tolist() == [100.0, 99.0, 101.0, 100.5, 100.5, 101.0, 99.0, 99.5]
    assert np.diff(path.ts_ms).tolist() == [15_000] * 7
    assert path.step_ms == 15_000


def test_a_history_that_is_silent_has_no_price_and_the_other_goes_on(tmp_path: Path) -> None:
    whole = rows(5)
    holes = {name: values[:2] + values[3:] for name, values in whole.items()}
    first = read_candles(write(tmp_path / "a.parquet", whole))
    second = read_candles(write(tmp_path / "b.parquet", holes))
    path = walk({"A": first, "B": second})
    assert len(path.ts_ms) == 20
    assert np.isfinite(path.prices[:, 0]).all()
    assert np.flatnonzero(np.isnan(path.prices[:, 1])).tolist() == [8, 9, 10, 11]


def test_histories_must_share_time_interval_and_openings(tmp_path: Path) -> None:
    def shifted(name: str, start: int, every: int) -> Any:
        times = [BEGAN_MS + start + every * n for n in range(4)]
        return read_candles(write(tmp_path / name, rows(4, ts_ms=times)))

    one = shifted("one", 0, MINUTE_MS)
    for other, said in (
        (shifted("long", 0, 5 * MINUTE_MS), "different length: A 60 s, B 300 s"),
        (shifted("late", 10 * MINUTE_MS, MINUTE_MS), "share no time"),
        (shifted("between", 30_000, MINUTE_MS), "do not open at the same times"),
    ):
        with pytest.raises(PricesInvalid, match=said):
            walk({"A": one, "B": other})


def test_merged_candles_keep_the_first_open_the_extremes_and_the_last_close(tmp_path: Path) -> None:
    columns = along([101.0, 103.0, 99.0, 100.0, 104.0], 100.0)
    merged = read_candles(write(tmp_path / "p.parquet", columns)).merged(2)
    assert merged.ts_ms.tolist() == [BEGAN_MS, BEGAN_MS + 2 * MINUTE_MS, BEGAN_MS + 4 * MINUTE_MS]
    assert merged.open.tolist() == [100.0, 103.0, 100.0]
    assert merged.high.tolist() == [103.0, 103.0, 104.0]
    assert merged.low.tolist() == [100.0, 99.0, 100.0]
    assert merged.close.tolist() == [103.0, 100.0, 104.0]


def test_amplified_moves_are_that_many_times_larger_and_candles_stay_candles(tmp_path: Path) -> None:
    candles = read_candles(write(tmp_path / "p.parquet", along([110.0, 99.0], 100.0)))
    larger = candles.amplified(2.0)
    assert larger.close.tolist() == pytest.approx([121.0, 98.01])
    assert (larger.high >= larger.low).all()
    assert larger.open[0] == 100.0
