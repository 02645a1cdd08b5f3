"""The lab sees all accounts at once as the engine does, to the atom, and sees money that is not there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fakes.ledger import seat, slots_of
from golden import golden
from quantdesk.domain.margin import base_margin, maintenance_value
from quantdesk.domain.market import MarginTier, Market
from quantdesk.domain.units import QuoteAtoms
from quantdesk.program.dtypes import struct_dtype
from quantdesk.stress.conservation import broken
from quantdesk.stress.risk import largest_notional, standings
from quantdesk.stress.venue import State

VECTORS = golden("standing")
POSITION = ("market", "base", "quote", "funding_index", "bid_lots", "ask_lots")
MARKET = {"tiers": VECTORS["markets"][0]["tiers"], "maintenance_fraction": 500_000}


def exchange_of(markets: list[dict[str, Any]], **fields: Any) -> Any:
    record = np.zeros(1, struct_dtype("Exchange"))[0]
    record["market_count"] = len(markets)
    for name, value in fields.items():
        record[name] = value
    for place, market in zip(record["markets"], markets, strict=False):
        for name, value in market.items():
            if name == "tiers":
                for tier, given in zip(place["tiers"], value, strict=True):
                    tier["up_to"], tier["rate"] = given["up_to"], given["rate"]
            else:
                place[name] = value
    return record


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: str(case["usdc"]))
def test_each_account_stands_as_the_engine_says(case: dict[str, Any]) -> None:
    markets = [
        {name: each[name] for name in ("tiers", "maintenance_fraction")} for each in VECTORS["markets"]
    ]
    for each in case["positions"]:
        prices = {"mark_price": each["mark"], "pending_price": each["pending"]}
        markets[each["market"]] |= prices | {"funding_index": each["market_funding_index"]}
    slots = slots_of(3)
    seat(slots, 1, [{name: each[name] for name in POSITION} for each in case["positions"]], usdc=case["usdc"])
    found = standings(State(exchange_of(markets), slots))
    beside_usdc = 0
    for each in case["collaterals"]:
        is_stale = case["now"] * 1_000 - each["publish_ms"] > each["max_age_s"] * 1_000
        of = (each["held"], max(each["price"], each["pending_price"]), each["maintenance_weight"])
        beside_usdc += maintenance_value(*of, stale=is_stale)
    assert found.equity.tolist() == [0, case["equity"] - beside_usdc, 0]
    assert found.maintenance.tolist() == [0, case["maintenance"], 0]
    assert found.initial.tolist() == [0, case["initial"], 0]
    assert found.half_way.tolist() == [0, case["half_way"], 0]
    assert found.maintenance_by_market.sum() == case["maintenance"]


def test_the_largest_notional_is_the_largest_that_its_margin_pays_for() -> None:
    tiers = tuple(MarginTier(QuoteAtoms(t["up_to"]), t["rate"]) for t in MARKET["tiers"])
    market = Market(0, "M-PERP", 100, 100, tiers, 500_000)
    for margin in (1, 10**6, 12_345_678_901, 10**12, 10**14):
        most = largest_notional(market, margin)
        assert base_margin(market, most) <= margin < base_margin(market, most + 10**6)


def whole(**changes: Any) -> tuple[State, Any]:
    """Two traders who hold one lot against each other; their money, fees and insurance are all accounted."""
    slots = slots_of(3)
    seat(slots, 0, [{"market": 0, "base": 10, "quote": -900}], usdc=5_000)
    seat(slots, 1, [{"market": 0, "base": -10, "quote": 880}], usdc=3_000)
    fields = {"insurance": 50, "fees_collected": 20, "open_quote": -20} | changes
    market = MARKET | {"mark_price": 90, "open_long": 10, "open_short": 10, "funding_pool": 7}
    exchange = exchange_of([market], **fields)
    exchange["collaterals"][0]["total_deposits"] = 5_000 + 3_000 - 20 + 50 + 20 + 7
    return State(exchange, slots), slots


def test_money_that_adds_up_is_not_complained_about() -> None:
    state, _ = whole()
    assert broken(state, standings(state), 8_057) == []


def test_each_atom_and_lot_that_is_missing_or_too_many_is_seen() -> None:
    def said(state: State, vault: int = 8_057) -> str:
        return "; ".join(broken(state, standings(state), vault))

    state, _ = whole()
    assert "the vault holds 8056, accounted are 8057" in said(state, 8_056)
    state, slots = whole()
    slots["usdc"][1] += 1
    assert "claims are 8058, accounted are 8057" in said(state)
    state, _ = whole(deficit=1)
    assert "claims are 8056" in said(state)
    state, _ = whole(open_quote=-19)
    assert "open quote is -20, stored -19" in said(state)
    state, slots = whole()
    slots["positions"]["base"][1, 0] = -9
    assert "10 lots long, 9 short" in said(state)
    state, slots = whole()
    slots["positions"]["funding_index"][1, 0] = -1_000_000
    assert "owes 3 quote atoms of funding more than it takes in" in said(state)
