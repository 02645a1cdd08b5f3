from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from golden import golden
from quantdesk.domain.candles import LENGTH_MS, Candle, Resolution, bucket_start
from quantdesk.domain.orders import OrderId, OrderIdInvalid, Side
from quantdesk.domain.units import Ticks

MONDAY_MS = 1_763_942_400_000
"""2025-11-24 00:00 UTC."""


def test_an_order_id_is_the_decimal_that_the_engine_writes() -> None:
    for case in golden("order_ids"):
        order_id = OrderId(Ticks(case["ticks"]), int(case["seq"]))
        assert str(order_id) == case["id"]
        assert OrderId.parse(case["id"]) == order_id
        assert order_id.side is (Side.SELL if case["side"] == "ask" else Side.BUY)


@pytest.mark.parametrize("text", ["", "-1", "1.0", "abc", "1" * 40, str(2**96), "٣"])
def test_what_is_no_order_id_is_refused(text: str) -> None:
    with pytest.raises(OrderIdInvalid):
        OrderId.parse(text)


@given(st.sampled_from(list(Resolution)), st.integers(0, 4_000_000_000_000))
def test_a_bucket_holds_its_own_time_and_no_other(resolution: Resolution, ts_ms: int) -> None:
    start = bucket_start(resolution, ts_ms)
    assert start <= ts_ms < start + LENGTH_MS[resolution]
    assert bucket_start(resolution, start) == start


def test_weeks_begin_on_monday() -> None:
    assert bucket_start(Resolution.W1, MONDAY_MS - 1) == MONDAY_MS - LENGTH_MS[Resolution.W1]
    assert bucket_start(Resolution.W1, MONDAY_MS) == MONDAY_MS


@given(st.lists(st.tuples(st.integers(1, 10**9), st.integers(0, 10**6)), min_size=1))
def test_a_candle_spans_what_it_saw(trades: list[tuple[int, int]]) -> None:
    candle = Candle.opened(0, trades[0][0])
    for price, lots in trades:
        before = replace(candle)
        assert candle.add(price, lots, price * lots) == (candle != before)
        candle.invariant()
    prices = [price for price, _ in trades]
    assert (candle.o, candle.h, candle.l, candle.c) == (prices[0], max(prices), min(prices), prices[-1])
    assert candle.v == sum(lots for _, lots in trades)
