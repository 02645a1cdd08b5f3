"""Which order the taker makes of the venues' trades."""

from __future__ import annotations

from typing import Literal

from hypothesis import given
from hypothesis import strategies as st

from quantdesk.domain.market import Market
from quantdesk.domain.units import LotPrice, QuoteAtoms
from quantdesk.infra.bus.messages import VenueTrade
from quantdesk.keepers.flow import FlowPlan, order_of

SOL = Market(2, "SOL-PERP", lots_per_base=100, tick_size=100, min_order_notional=QuoteAtoms(10_000_000))
INDEX = LotPrice(1_435_350)
PLAN = FlowPlan(share_ppm=10_000, least_usdc=12, most_usdc=1_500, slip_ppm=3_000, inventory_usdc=10_000)


def trade(side: Literal["buy", "sell"], size: str) -> VenueTrade:
    return VenueTrade(
        symbol="SOL-PERP",
        venue="v",
        trade_id="1",
        price="143.53",
        size=size,
        side=side,
        ts_ms=1,
        feed="replay",
    )


def test_without_trades_there_is_no_order() -> None:
    assert order_of([], SOL, INDEX, 0, PLAN) is None


def test_trades_that_cancel_out_make_no_order() -> None:
    assert order_of([trade("buy", "3.5"), trade("sell", "3.5")], SOL, INDEX, 0, PLAN) is None


def test_the_order_has_the_side_and_the_share_of_the_net_flow() -> None:
    order = order_of([trade("sell", "120"), trade("buy", "20")], SOL, INDEX, 0, PLAN)
    assert order is not None
    assert not order.is_buy
    assert order.lots == 100  # 1 % of 100 SOL


def test_a_small_flow_is_raised_to_the_least_order() -> None:
    order = order_of([trade("buy", "0.01")], SOL, INDEX, 0, PLAN)
    assert order is not None
    assert order.lots * INDEX >= 12_000_000
    assert (order.lots - 1) * INDEX < 12_000_000


def test_a_large_flow_is_cut_to_the_largest_order() -> None:
    order = order_of([trade("buy", "100000")], SOL, INDEX, 0, PLAN)
    assert order is not None
    assert order.lots * INDEX <= 1_500_000_000 + INDEX


def test_the_price_is_no_worse_than_the_slip_from_the_index() -> None:
    buy = order_of([trade("buy", "10")], SOL, INDEX, 0, PLAN)
    sell = order_of([trade("sell", "10")], SOL, INDEX, 0, PLAN)
    assert buy is not None
    assert sell is not None
    assert buy.ticks == 14_396  # 143.9656 down
    assert sell.ticks == 14_311  # 143.1044 up


def test_a_full_inventory_takes_only_orders_that_reduce_it() -> None:
    full = 10_000_000_000 // INDEX
    assert order_of([trade("buy", "10")], SOL, INDEX, full, PLAN) is None
    assert order_of([trade("sell", "10")], SOL, INDEX, full, PLAN) is not None
    assert order_of([trade("sell", "10")], SOL, INDEX, -full, PLAN) is None


@given(size=st.decimals("0.001", "100000", places=3), position=st.integers(-100_000, 100_000))
def test_every_order_meets_the_minimum_and_no_order_passes_the_inventory(size: object, position: int) -> None:
    order = order_of([trade("buy", str(size))], SOL, INDEX, position, PLAN)
    if order is None:
        assert position >= 0
        return
    assert order.ticks * SOL.tick_size * order.lots >= SOL.min_order_notional
    after = position + order.lots
    assert abs(after) <= abs(position) or after * INDEX <= 10_000_000_000
