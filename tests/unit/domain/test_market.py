from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quantdesk.domain.errors import AmountInvalid, MarketInvalid, PriceInvalid, SizeInvalid
from quantdesk.domain.market import MAX_LOTS, MAX_TICKS, USDC, Market
from quantdesk.domain.orders import Side
from quantdesk.domain.units import BaseLots, LotPrice, Rounding, Ticks

BTC = Market(0, "BTC-PERP", 10_000, 100)
SOL = Market(2, "SOL-PERP", 100, 100)


def test_a_bitcoin_tick_is_a_dollar_and_a_lot_a_ten_thousandth() -> None:
    assert (BTC.price_step, BTC.size_step) == (Decimal(1), Decimal("0.0001"))
    assert BTC.ticks("65000") == 65_000
    assert BTC.lots("0.1") == 1_000
    assert BTC.notional(Ticks(65_000), BaseLots(1_000)) == 6_500_000_000


def test_prices_and_sizes_come_back_as_plain_decimals() -> None:
    assert SOL.price_text(Ticks(14_231)) == "142.31"
    assert SOL.lot_price_text(LotPrice(1_423_150)) == "142.315"
    assert SOL.size_text(BaseLots(-250)) == "-2.5"
    assert SOL.price_text(Ticks(100_000)) == "1000"


@pytest.mark.parametrize("price", ["142.315", "0.001"])
def test_a_price_off_the_ticks_is_refused_with_the_step(price: str) -> None:
    with pytest.raises(PriceInvalid, match=r"a multiple of 0\.01"):
        SOL.ticks(price)


def test_a_price_is_rounded_only_when_asked_and_as_named() -> None:
    assert SOL.ticks("142.315", Rounding.FLOOR) == 14_231
    assert SOL.ticks("142.315", Rounding.CEIL) == 14_232


@pytest.mark.parametrize(
    "text", ["", "0", "-1", "nan", "inf", "1e400", "one", "1.5e-30", "１２", "1_0", " 1", "0x10"]
)
def test_what_is_no_positive_decimal_is_refused(text: str) -> None:
    with pytest.raises(PriceInvalid):
        SOL.ticks(text)
    with pytest.raises(SizeInvalid):
        SOL.lots(text)
    with pytest.raises(AmountInvalid):
        USDC.atoms(text)


def test_a_size_that_is_no_whole_number_of_lots_is_refused_with_the_step() -> None:
    with pytest.raises(SizeInvalid, match=r"0\.015; expected a multiple of 0\.01"):
        SOL.lots("0.015")


def test_what_does_not_fit_the_wire_is_refused() -> None:
    with pytest.raises(SizeInvalid, match="at most"):
        SOL.lots(SOL.size_text(BaseLots(MAX_LOTS + 1)))
    with pytest.raises(PriceInvalid, match="out of range"):
        SOL.ticks(SOL.price_text(Ticks(MAX_TICKS + 1)))


def test_an_amount_finer_than_its_mint_is_refused() -> None:
    assert USDC.atoms("1.000001") == 1_000_001
    assert USDC.text(1_000_001) == "1.000001"
    with pytest.raises(AmountInvalid, match="at most 6 decimal places"):
        USDC.atoms("1.0000001")


def test_a_passive_price_is_never_better_than_the_oracle() -> None:
    assert SOL.ticks_towards(LotPrice(1_423_150), Side.BUY) == 14_231
    assert SOL.ticks_towards(LotPrice(1_423_150), Side.SELL) == 14_232
    assert SOL.ticks_towards(LotPrice(1_423_100), Side.SELL) == 14_231


@given(st.integers(1, MAX_TICKS), st.integers(1, MAX_LOTS))
def test_every_price_and_size_survives_the_way_out_and_back(ticks: int, lots: int) -> None:
    for market in (BTC, SOL):
        assert market.ticks(market.price_text(Ticks(ticks))) == ticks
        assert market.lots(market.size_text(BaseLots(lots))) == lots
        assert market.lot_price(market.lot_price_text(LotPrice(ticks))) == ticks


@pytest.mark.parametrize(("lots_per_base", "tick_size"), [(3, 100), (0, 100), (-10, 100), (100, 0)])
def test_a_market_without_exact_decimals_cannot_be(lots_per_base: int, tick_size: int) -> None:
    with pytest.raises(MarketInvalid):
        Market(0, "X-PERP", lots_per_base, tick_size)
