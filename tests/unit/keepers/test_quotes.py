"""Which quotes the maker wants."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from quantdesk.domain.market import Market
from quantdesk.domain.units import BaseLots, LotPrice, QuoteAtoms, Ticks
from quantdesk.keepers.config import Level
from quantdesk.keepers.quotes import QuotePlan, WantedQuote, centre, wanted_quotes

SOL = Market(2, "SOL-PERP", lots_per_base=100, tick_size=100, min_order_notional=QuoteAtoms(10_000_000))
INDEX = LotPrice(1_435_350)  # 143.535
PLAN = QuotePlan((Level(100, 2_000), Level(300, 6_000)), 150, 60_000)


def sides(quotes: list[WantedQuote]) -> tuple[list[WantedQuote], list[WantedQuote]]:
    return [quote for quote in quotes if quote.is_bid], [quote for quote in quotes if not quote.is_bid]


def test_a_flat_maker_quotes_both_sides_at_the_configured_distances_rounded_outwards() -> None:
    bids, asks = sides(wanted_quotes(SOL, INDEX, 0, PLAN))
    assert [quote.ticks for quote in bids] == [14_352, 14_349]  # 143.5206 and 143.4919 down to the cent
    assert [quote.ticks for quote in asks] == [14_355, 14_358]  # 143.5494 and 143.5781 up to the cent


def test_sizes_are_the_configured_dollars_in_whole_lots() -> None:
    bids, _ = sides(wanted_quotes(SOL, INDEX, 0, PLAN))
    assert [quote.lots for quote in bids] == [2_000_000_000 // 1_435_200, 6_000_000_000 // 1_434_900]


def test_a_long_maker_quotes_lower_and_buys_less() -> None:
    flat_bids, flat_asks = sides(wanted_quotes(SOL, INDEX, 0, PLAN))
    bids, asks = sides(wanted_quotes(SOL, INDEX, 20_900, PLAN))  # about half of the 60,000 USDC limit
    assert bids[0].ticks < flat_bids[0].ticks
    assert asks[0].ticks <= flat_asks[0].ticks
    assert bids[0].lots < flat_bids[0].lots
    assert abs(asks[0].lots - flat_asks[0].lots) <= 1


def test_at_the_inventory_limit_the_side_that_adds_to_it_is_empty() -> None:
    bids, asks = sides(wanted_quotes(SOL, INDEX, 1_000_000, PLAN))
    assert bids == []
    assert len(asks) == 2
    bids, asks = sides(wanted_quotes(SOL, INDEX, -1_000_000, PLAN))
    assert asks == []
    assert len(bids) == 2


def test_levels_that_would_share_a_price_are_set_apart_by_a_tick() -> None:
    coarse = Market(0, "BTC-PERP", lots_per_base=10_000, tick_size=10_000_000)
    close = QuotePlan((Level(1, 100_000), Level(2, 100_000)), 0, 10_000_000)
    bids, asks = sides(wanted_quotes(coarse, LotPrice(85_000_000), 0, close))
    assert bids[0].ticks - bids[1].ticks == 1
    assert asks[1].ticks - asks[0].ticks == 1


def test_a_quote_under_the_markets_minimum_is_left_out() -> None:
    small = QuotePlan((Level(100, 5), Level(300, 50)), 0, 60_000)
    bids, _ = sides(wanted_quotes(SOL, INDEX, 0, small))
    assert len(bids) == 1


@given(index=st.integers(100_000, 100_000_000), position=st.integers(-10_000_000, 10_000_000))
def test_the_ladder_never_crosses_itself_and_never_shares_a_price(index: int, position: int) -> None:
    plan = QuotePlan((Level(100, 2_000), Level(300, 6_000), Level(700, 15_000)), 150, 60_000)
    bids, asks = sides(wanted_quotes(SOL, LotPrice(index), position, plan))
    assert all(better.ticks > worse.ticks for better, worse in pairwise(bids))
    assert all(better.ticks < worse.ticks for better, worse in pairwise(asks))
    if bids and asks:
        assert bids[0].ticks < asks[0].ticks
    for quote in bids + asks:
        assert SOL.notional(Ticks(quote.ticks), BaseLots(quote.lots)) >= SOL.min_order_notional


@given(position=st.integers(-10_000_000, 10_000_000))
def test_the_centre_moves_against_the_position_by_at_most_the_skew(position: int) -> None:
    middle = centre(INDEX, position, PLAN)
    assert abs(middle - INDEX) * 1_000_000 <= PLAN.skew_ppm * INDEX + 1_000_000
    if position > 1_000:
        assert middle <= INDEX
    if position < -1_000:
        assert middle >= INDEX
