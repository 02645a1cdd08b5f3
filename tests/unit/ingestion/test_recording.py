"""The recording that the package ships, and what happens to a broken one."""

from __future__ import annotations

import gzip
import hashlib
import json
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from quantdesk.ingestion.sources.recorded.recording import (
    FILE,
    BrokenRecording,
    Recording,
    load_recording,
    shipped_recording,
)

SHA256 = "9d07ee3d3480e01d8b530c1eca0dc7289ed45cd94c50373e748bbe801aa8fb84"


@pytest.fixture(scope="module")
def recording() -> Recording:
    return shipped_recording()


def test_the_shipped_file_is_the_published_one_with_its_licence() -> None:
    data = resources.files("quantdesk.ingestion.sources.recorded") / "data"
    assert hashlib.sha256((data / FILE).read_bytes()).hexdigest() == SHA256
    assert "Copyright (c) 2021 Barter Contributors" in (data / "LICENCE.txt").read_text()


def test_every_event_of_the_recording_is_there(recording: Recording) -> None:
    counts = [(len(track.quote_us), len(track.trade_us)) for track in recording.tracks]
    assert counts == [(17_634, 6_770), (12_033, 1_805), (9_301, 2_457)]
    assert recording.duration_us == 184_490_286


def test_events_are_in_order_of_time_though_the_file_is_not(recording: Recording) -> None:
    for track in recording.tracks:
        assert (np.diff(track.quote_us) >= 0).all()
        assert (np.diff(track.trade_us) >= 0).all()
        assert (np.diff(track.trade_id) > 0).all()


def test_prices_are_exact(recording: Recording) -> None:
    btc = recording.tracks[0]
    assert (int(btc.bid[0]), int(btc.ask[0])) == (8_723_200_000_000, 8_723_201_000_000)
    assert (int(btc.trade_id[0]), int(btc.price[0]), int(btc.size[0])) == (
        4744868157,
        8_723_200_000_000,
        12_000,
    )
    assert not btc.taker_buys[0]


def line(instrument: int = 0, bid: str = "10.00", ask: str = "10.01") -> str:
    level = {"best_bid": {"price": bid, "amount": "1"}, "best_ask": {"price": ask, "amount": "1"}}
    item = {
        "time_received": "2025-03-25T23:07:00.773684644Z",
        "instrument": instrument,
        "kind": {"OrderBookL1": level},
    }
    return json.dumps({"Item": item})


def write(folder: Path, *lines: str) -> Path:
    file = folder / "feed.jsonl.gz"
    file.write_bytes(gzip.compress("\n".join(lines).encode()))
    return file


def test_a_small_whole_recording_loads(tmp_path: Path) -> None:
    assert len(load_recording(write(tmp_path, line(0), line(1), line(2))).tracks) == 3


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ("{", "line 2"),
        (line(7), "line 2: instrument 7"),
        (line(0, bid="ten"), "line 2: 'ten' is not a number"),
        (line(0, bid="10.02"), "line 2: bid 10.02 is not under ask 10.01"),
        (line(0, bid="0"), "line 2: bid 0"),
        ('{"Item":{"time_received":"2025-03-25T23:07:00Z","instrument":0,"kind":{}}}', "line 2: neither"),
        (line(0).replace("2025-03-25T23", "yesterday"), "line 2"),
    ],
)
def test_a_broken_line_is_named_with_what_is_wrong(tmp_path: Path, broken: str, said: str) -> None:
    with pytest.raises(BrokenRecording, match=said):
        load_recording(write(tmp_path, line(0), broken, line(1), line(2)))


def test_a_file_cut_short_says_after_which_line(tmp_path: Path) -> None:
    file = write(tmp_path, *[line(number % 3, ask=f"{11 + number}.5") for number in range(3_000)])
    file.write_bytes(file.read_bytes()[:-200])
    with pytest.raises(BrokenRecording, match=r"after line \d+"):
        load_recording(file)


def test_a_missing_market_or_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BrokenRecording, match="no quote of SOL-PERP"):
        load_recording(write(tmp_path, line(0), line(1)))
    with pytest.raises(BrokenRecording, match="missing"):
        load_recording(tmp_path / "nothing.gz")
