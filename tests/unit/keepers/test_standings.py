"""The scan of the whole Ledger gives each account the engine's numbers, and picks those in trouble."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fakes.ledger import exchange_of, seat, slots_of
from golden import golden
from quantdesk.domain.margin import Standing
from quantdesk.keepers.standings import standings

VECTORS = golden("standing")
CASES = VECTORS["cases"]
MARKET = VECTORS["markets"][0] | {"mark_price": 1_000_000}
POSITION = ("market", "base", "quote", "funding_index", "bid_lots", "ask_lots")
COLLATERAL = ("price", "pending_price", "publish_ms", "maintenance_weight", "max_age_s")


def at_marks(case: dict[str, Any]) -> Any:
    markets = [dict(each) for each in VECTORS["markets"]]
    for each in case["positions"]:
        markets[each["market"]] |= {
            "mark_price": each["mark"],
            "pending_price": each["pending"],
            "funding_index": each["market_funding_index"],
        }
    return exchange_of(markets, [{name: each[name] for name in COLLATERAL} for each in case["collaterals"]])


def put(slots: Any, index: int, case: dict[str, Any]) -> None:
    held = [each["held"] for each in case["collaterals"]]
    positions = [{name: each[name] for name in POSITION} for each in case["positions"]]
    seat(slots, index, positions, usdc=case["usdc"], collaterals=[*held, 0, 0])


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["usdc"]))
def test_each_account_stands_as_the_engine_says(case: dict[str, Any]) -> None:
    slots = slots_of(4)
    put(slots, 2, case)
    found = standings(slots, at_marks(case), case["now"])
    if not case["positions"] and case["usdc"] >= 0:
        assert len(found.slots) == 0
        return
    assert found.slots.tolist() == [2]
    assert found.equity.tolist() == [case["equity"]]
    assert found.maintenance.tolist() == [case["maintenance"]]
    assert found.initial.tolist() == [case["initial"]]
    assert found.half_way.tolist() == [case["half_way"]]


def test_the_one_that_lacks_most_comes_first_and_the_healthy_do_not_come() -> None:
    slots = slots_of(6)
    for index, usdc in enumerate((100_000_000, 30_000_000, 20_000_000, 0, 45_000_000)):
        seat(slots, index, [{"market": 0, "base": 1_000, "quote": -1_000_000_000}], usdc=usdc)
    seat(slots, 5, usdc=-1)
    found = standings(slots, exchange_of([MARKET]), 0)
    rate = MARKET["tiers"][0]["rate"] * 1_000
    keep = rate * MARKET["maintenance_fraction"] // 1_000_000
    assert (rate, keep) == (50_000_000, 25_000_000)
    trouble = list(found.in_trouble())
    assert [slot for slot, _ in trouble] == [3, 2, 5, 1]
    assert trouble[1][1] == Standing(20_000_000, keep, rate)
    assert found.counts() == {"half_way": 1, "maintenance": 2, "zero": 1}


def test_a_freed_slot_is_nobody_in_trouble() -> None:
    slots = slots_of(2)
    seat(slots, 1, [{"market": 0, "base": 1_000, "quote": -2_000_000_000}], flags=0)
    assert list(standings(slots, exchange_of([MARKET]), 0).in_trouble()) == []


def test_a_full_ledger_of_eight_positions_each_is_scanned_whole() -> None:
    markets = [MARKET] * 8
    slots = slots_of(8_000)
    numbers = np.random.default_rng(1)
    seat(slots, 0, [{"market": market} for market in range(8)], usdc=10**9)
    slots[:] = slots[0]
    slots["positions"]["base"] = numbers.integers(-(10**6), 10**6, (8_000, 8))
    slots["positions"]["quote"] = -slots["positions"]["base"] * 10**6
    found = standings(slots, exchange_of(markets), 0)
    assert len(found.slots) == 8_000
    sizes = np.abs(slots["positions"]["base"]) * 10**6
    assert (found.maintenance >= sizes.sum(axis=1) * 25 // 1_000).all()
    assert (found.equity == 10**9).all()
