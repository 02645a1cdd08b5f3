"""The mirror of margin, funding and vesting gives the engine's numbers to the atom."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from golden import golden
from quantdesk.domain import margin
from quantdesk.domain.margin_arrays import Tiers
from quantdesk.domain.market import MarginTier, Market
from quantdesk.domain.units import QuoteAtoms


def market(parameters: dict[str, Any], index: int = 0) -> Market:
    tiers = tuple(MarginTier(QuoteAtoms(t["up_to"]), t["rate"]) for t in parameters["tiers"])
    fractions = (parameters["maintenance_fraction"], parameters["profit_weight"])
    return Market(index, f"M{index}-PERP", 100, 100, tiers, *fractions)


FIRST = market(golden("margin")["market"])


def test_margins_of_a_position_are_the_engines() -> None:
    for case in golden("margin")["cases"]:
        lots, price = case["lots"], case["price"]
        assert margin.base_margin(FIRST, lots * price) == case["base"]
        assert margin.Position(FIRST, lots, 0, price).initial == case["initial"]
        assert margin.maintenance_margin(FIRST, -lots, price) == case["maintenance"]


@given(
    tiers=st.lists(st.tuples(st.integers(0, 2**52), st.integers(1, 10**6)), min_size=4, max_size=4),
    notionals=st.lists(st.integers(0, 2**53), min_size=2, max_size=6),
)
def test_margins_on_arrays_are_those_of_each_notional(
    tiers: list[tuple[int, int]], notionals: list[int]
) -> None:
    limits, rates = zip(*tiers, strict=True)
    markets = [
        Market(n, "M-PERP", 100, 100, tuple(MarginTier(QuoteAtoms(up_to), rate) for up_to, rate in part), 1)
        for n, part in enumerate((tiers, tiers[::-1]))
    ]
    table = Tiers.of(np.array([rates, rates[::-1]]), np.array([limits, limits[::-1]]))
    of = np.arange(len(notionals)) % 2
    wanted = [margin.base_margin(markets[place % 2], each) for place, each in enumerate(notionals)]
    assert table.base_margin(of, np.array(notionals)).tolist() == wanted
    assert table.base_margin(of, np.array([notionals, notionals])).tolist() == [wanted, wanted]


def test_owed_funding_is_the_engines() -> None:
    for case in golden("funding"):
        assert margin.funding_owed(case["base"], case["to"] - case["from"]) == case["owed"], case


def test_unvested_profit_is_the_engines() -> None:
    for case in golden("vesting")["cases"]:
        schedule = (case["locked"], case["locked_at"], case["locked_for"])
        assert margin.still_locked(*schedule, case["later"]) == case["still_locked"], case


def account(case: dict[str, Any]) -> list[margin.Position]:
    markets = [market(each, index) for index, each in enumerate(golden("accounts")["markets"])]
    names = ("base", "quote", "mark", "bid_lots", "ask_lots", "owed")
    return [
        margin.Position(markets[each["market"]], *(each[name] for name in names))
        for each in case["positions"]
    ]


@pytest.mark.parametrize("case", golden("accounts")["cases"], ids=lambda case: str(case["usdc"]))
def test_a_whole_account_is_valued_as_the_engine_values_it(case: dict[str, Any]) -> None:
    positions, usdc = account(case), case["usdc"]
    locked = margin.still_locked(case["locked"], case["locked_at"], case["locked_for"], case["now"])
    assert margin.equity(usdc, positions) == case["equity"]
    assert margin.maintenance_health(usdc, positions) == case["equity"] - case["maintenance_required"]
    assert margin.initial_health(usdc, positions) == case["initial_equity"] - case["initial_required"]
    assert margin.withdrawable(usdc, locked, positions) == case["withdrawable"]


@pytest.mark.parametrize("case", golden("standing")["cases"], ids=lambda case: str(case["usdc"]))
def test_an_account_stands_towards_liquidation_as_the_engine_says(case: dict[str, Any]) -> None:
    markets = [market(each, index) for index, each in enumerate(golden("standing")["markets"])]
    positions = [
        margin.Position(
            markets[each["market"]],
            *(each[name] for name in ("base", "quote", "mark", "bid_lots", "ask_lots")),
            owed=margin.funding_owed(each["base"], each["market_funding_index"] - each["funding_index"]),
            pending=each["pending"],
        )
        for each in case["positions"]
    ]
    balance = case["usdc"] + sum(
        margin.maintenance_value(
            each["held"],
            max(each["price"], each["pending_price"]),
            each["maintenance_weight"],
            stale=case["now"] * 1_000 - each["publish_ms"] > each["max_age_s"] * 1_000,
        )
        for each in case["collaterals"]
    )
    found = margin.standing(balance, positions)
    assert found == margin.Standing(case["equity"], case["maintenance"], case["initial"])
    assert found.half_way == case["half_way"]


@given(
    base=st.integers(-50_000, 50_000).filter(bool),
    entry=st.integers(100_000, 2_000_000),
    usdc=st.integers(0, 10**11),
    mark=st.integers(100_000, 2_000_000),
)
def test_maintenance_holds_before_the_liquidation_price_and_not_at_it(
    base: int, entry: int, usdc: int, mark: int
) -> None:
    position = margin.Position(FIRST, base, -base * entry, mark)
    price = margin.liquidation_price(usdc, [position], 0)

    def health(at: int) -> int:
        return margin.maintenance_health(usdc, [margin.Position(FIRST, base, -base * entry, at)])

    if price is None:
        assert health(0) >= 0 or base < 0
        return
    assert health(price) < 0
    assert health(price + 1 if base > 0 else price - 1) >= 0


@given(base=st.integers(1, 10**6), entry=st.integers(10**5, 10**7), owed=st.integers(0, 10**6))
def test_closing_at_breakeven_nets_nothing_after_funding_and_fee(base: int, entry: int, owed: int) -> None:
    rate = 500
    for sign in (1, -1):
        quote = -sign * base * entry
        found = margin.breakeven(sign * base, quote, owed, rate)
        assert found is not None
        atoms, lots = found
        proceeds = sign * base * atoms * (1_000_000 - sign * rate)
        assert proceeds + (quote - owed) * lots * 1_000_000 == 0


def test_no_position_has_neither_liquidation_nor_breakeven_price() -> None:
    assert margin.liquidation_price(5, [margin.Position(FIRST, 0, 0, 10)], 0) is None
    assert margin.breakeven(0, 0, 0, 500) is None
    assert margin.average_entry(0, 0) is None
