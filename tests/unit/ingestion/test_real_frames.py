"""Binance's own frames, recorded by others: read in place where they lie beside the checkout."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from quantdesk.ingestion.quality import QuoteCheck, TradeCheck
from quantdesk.ingestion.sources.binance.decode import BadFrame, candle_of, quote_of, trade_of
from requires import recorded


def frames(file: str, kind: str) -> Iterator[tuple[int, dict[str, Any]]]:
    with gzip.open(recorded(f"orderflow/{file}"), "rt") as lines:
        for line in lines:
            received, _, text = line.partition(" ")
            if f"@{kind}" in text[:40]:
                yield int(received) // 1_000_000, json.loads(text)["data"]


@pytest.mark.parametrize(
    ("file", "quotes", "trades"),
    [
        ("binance_spot_btcusdt_20240808.raw.gz", 28_040, 9_757),
        ("binance_spot_ethusdt_20240808.raw.gz", 24_077, 6_106),
    ],
)
def test_every_real_frame_is_read_and_believed(file: str, quotes: int, trades: int) -> None:
    quote_check, trade_check = QuoteCheck(), TradeCheck()
    mid2, counted = None, 0
    for seen_ms, raw in frames(file, "bookTicker"):
        quote = quote_of("BTC-PERP", raw, seen_ms)
        assert quote_check.refuse(quote, seen_ms) is None
        mid2 = quote.bid + quote.ask
        counted += 1
    assert counted == quotes
    read = [trade_of("BTC-PERP", raw, seen_ms) for seen_ms, raw in frames(file, "trade")]
    assert len(read) == trades
    assert all(int(after.trade_id) == int(before.trade_id) + 1 for before, after in pairwise(read))
    assert [reason for trade in read if (reason := trade_check.refuse(trade, mid2, trade.seen_ms))] == []


def test_frames_with_a_missing_or_wrong_field_are_refused_and_shown() -> None:
    good = {"t": 1, "p": "1.5", "q": "2", "T": 3, "m": True}
    assert trade_of("X", good, 1).side == "sell"
    for spoilt in ({**good, "m": "true"}, {**good, "p": 1.5}, {**good, "t": None}, {}):
        with pytest.raises(BadFrame, match="malformed: trade"):
            trade_of("X", spoilt, 1)
    with pytest.raises(BadFrame, match="malformed: book ticker"):
        quote_of("X", {"b": "1", "u": 1}, 1)
    with pytest.raises(BadFrame, match="malformed: kline"):
        candle_of("X", [1, "2", "1", "3", "2", "1", 0, "0", 5])
    with pytest.raises(BadFrame, match="malformed: kline"):
        candle_of("X", [1, "2"])
