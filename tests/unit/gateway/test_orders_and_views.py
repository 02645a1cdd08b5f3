"""An order's words as the program's numbers, and the program's numbers as words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.ledger import sol_market
from quantdesk.gateway import paging
from quantdesk.gateway.markets import views
from quantdesk.gateway.markets.board import LiveBook, LiveMarket
from quantdesk.gateway.problems import Malformed, Problem
from quantdesk.gateway.transactions.orders import MarketNow, program_order
from quantdesk.gateway.transactions.schemas import OrderFields
from quantdesk.infra.bus.messages import BookDelta
from quantdesk.program.records import ExpiryKind, OrderKind, Side


def now(bids: dict[int, int] | None = None, asks: dict[int, int] | None = None) -> MarketNow:
    live = LiveMarket("SOL-PERP")
    live.book = LiveBook(synced=True, bids=bids or {}, asks=asks or {})
    return MarketNow(sol_market(), live)


def fields(**given: Any) -> OrderFields:
    return OrderFields.model_validate({"side": "buy", "size": "1", **given})


def test_a_limit_order_is_ticks_and_lots() -> None:
    order = program_order(fields(price="142.31", size="2.5"), now())
    assert (order.side, order.kind, order.ticks, order.lots) == (Side.BID, OrderKind.LIMIT, 14_231, 250)


@pytest.mark.parametrize(
    ("side", "bps", "ticks"),
    [("buy", None, 14_241), ("buy", 10, 14_114), ("sell", None, 13_761), ("sell", 10, 13_887)],
)
def test_a_market_order_is_capped_from_the_best_opposite_price(
    side: str, bps: int | None, ticks: int
) -> None:
    order = program_order(
        fields(side=side, type="market", max_slippage_bps=bps), now({13_900: 5}, {14_100: 5})
    )
    assert (order.kind, order.ticks) == (OrderKind.IMMEDIATE_OR_CANCEL, ticks)


@pytest.mark.parametrize(("side", "ticks"), [("buy", 14_700), ("sell", 13_300)])
def test_a_market_order_never_reaches_past_the_trade_band(side: str, ticks: int) -> None:
    order = program_order(
        fields(side=side, type="market", max_slippage_bps=5_000), now({13_900: 5}, {14_100: 5})
    )
    assert order.ticks == ticks


def test_a_market_order_without_anybody_to_trade_with_is_refused() -> None:
    with pytest.raises(Problem) as caught:
        program_order(fields(type="market"), now(bids={1: 1}))
    assert caught.value.code == "no_liquidity"


def test_fill_or_kill_asks_for_all_of_it_and_good_till_time_for_whole_seconds() -> None:
    whole = program_order(fields(price="140", time_in_force="fok"), now())
    assert (whole.kind, whole.min_fill_lots) == (OrderKind.IMMEDIATE_OR_CANCEL, whole.lots)
    timed = program_order(fields(price="140", time_in_force="gtt", expires_at_ms=1_800_000_000_999), now())
    assert (timed.expiry_kind, timed.expiry) == (ExpiryKind.TIME, 1_800_000_000)


@pytest.mark.parametrize(
    ("post_only", "kind"),
    [
        (True, OrderKind.POST_ONLY),
        ("reject", OrderKind.POST_ONLY),
        ("slide", OrderKind.POST_ONLY_SLIDE),
        (False, OrderKind.LIMIT),
    ],
)
def test_post_only_true_means_reject(post_only: Any, kind: OrderKind) -> None:
    assert program_order(fields(price="140", post_only=post_only), now()).kind is kind


levels = st.lists(st.tuples(st.integers(1, 500), st.integers(1, 50)), unique_by=lambda each: each[0])


@given(levels, st.integers(1, 40))
def test_grouping_keeps_every_lot_and_shows_no_level_better_than_it_is(
    given_levels: list[tuple[int, int]], width: int
) -> None:
    bids = sorted(given_levels, reverse=True)
    asks = sorted(given_levels)
    for side, up in ((bids, False), (asks, True)):
        made = views.grouped(side, width, up=up, depth=1_000)
        assert sum(lots for _, lots in made) == sum(lots for _, lots in side)
        assert all(ticks % width == 0 for ticks, _ in made)
        if side:
            assert made[0][0] >= side[0][0] if up else made[0][0] <= side[0][0]


def test_rates_are_shares_of_the_index_and_unknown_without_one() -> None:
    assert views.funding_rate(17_500_000, 1_400_000) == "0.0000125"
    assert views.funding_rate(1, None) is None
    assert views.share(1, 3) == "0.333333333333"


@given(st.lists(st.integers(0, 2**63 - 1), min_size=1, max_size=3))
def test_a_cursor_comes_back_as_it_went(key: list[int]) -> None:
    assert paging.decode(paging.encode(*key), len(key)) == tuple(key)


@pytest.mark.parametrize("cursor", ["", "x", "MQ", "LTEuMQ", "é", "A" * 90])
def test_a_cursor_of_something_else_is_malformed(cursor: str) -> None:
    with pytest.raises(Malformed):
        paging.decode(cursor, 2)


def _delta(prev: int, seq: int, bids: list[tuple[int, int]], *, snapshot: bool = False) -> BookDelta:
    return BookDelta(
        symbol="S", epoch="e", prev_seq=prev, seq=seq, slot=1, snapshot=snapshot, bids=bids, asks=[]
    )


def test_a_book_with_a_gap_stops_being_shown_until_a_snapshot() -> None:
    book = LiveBook()
    assert not book.apply(_delta(0, 1, [(5, 1)]), 0)
    assert book.apply(_delta(1, 1, [(5, 1)], snapshot=True), 0)
    assert book.apply(_delta(1, 2, [(5, 0), (6, 2)]), 0)
    assert (book.bids, book.best_bid()) == ({6: 2}, (6, 2))
    assert book.is_old(_delta(0, 1, []))
    assert not book.apply(_delta(3, 4, [(7, 1)]), 0)
    assert not book.synced
