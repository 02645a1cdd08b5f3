"""What a scenario may ask for is bounded by the market and by sense; a refusal says what would be right."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from quantdesk.bootstrap.market_file import read_market_file
from quantdesk.stress.errors import ScenarioInvalid
from quantdesk.stress.scenario import Crowd, leverage_range, override, require_used
from quantdesk.stress.seeds import seeds_of
from stress_ground import MARKETS, crash, scenario

FILE = read_market_file(MARKETS)


def test_a_leverage_is_a_number_or_a_range() -> None:
    assert leverage_range("3-20") == (3.0, 20.0)
    assert leverage_range("7.5") == (7.5, 7.5)
    for text in ("fast", "3-", "3-20-30", ""):
        with pytest.raises(ScenarioInvalid, match="write one number or a range such as 3-20"):
            leverage_range(text)


def test_seeds_are_a_range_or_a_list_of_different_ones() -> None:
    assert seeds_of("1-3") == [1, 2, 3]
    assert seeds_of("3,5-6") == [3, 5, 6]
    for text in ("7", "3-1", "1,1", "1-101", "1-99999999999", "a-b", "-1", ""):
        with pytest.raises(ScenarioInvalid, match="seeds are"):
            seeds_of(text)


def test_leverage_over_the_markets_bounds_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ScenarioInvalid, match=r"21 is over what SOL-PERP allows: .* so at most 20"):
        scenario(crash(tmp_path / "p.parquet"), leverage=(3.0, 21.0))
    allowed = scenario(crash(tmp_path / "p.parquet"), "initial_margin=0.025", leverage=(3.0, 40.0))
    assert allowed.markets[0].margin_tiers[0].rate == Decimal("0.025")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"traders": 0}, "traders is 0; it takes 1 to 7,000"),
        ({"makers": 0}, "makers is 0"),
        ({"leverage": (5.0, 3.0)}, "leverage is 5-3"),
        ({"leverage": (0.0, 3.0)}, "leverage is 0-3"),
        ({"delay_s": -1.0}, "delay is -1.0; it takes 0 to 600 s"),
        ({"delay_s": float("nan")}, "delay is nan"),
        ({"long_share": 1.5}, "long share is 1.5"),
        ({"stake": 1}, "stake is 1"),
        ({"depth": 0}, "depth is 0"),
    ],
)
def test_a_crowd_out_of_bounds_is_refused(changes: dict[str, object], said: str) -> None:
    with pytest.raises(ScenarioInvalid, match=said):
        Crowd(**changes)  # type: ignore[arg-type]


def test_a_setting_changes_the_markets_that_it_names() -> None:
    settings = ["liquidation_fee=0.002", "sol-perp.maintenance_fraction=0.4"]
    sol, eth = override(FILE, "SOL-PERP", settings), override(FILE, "eth-perp", settings)
    assert (sol.liquidation_fee, sol.maintenance_fraction) == (Decimal("0.002"), Decimal("0.4"))
    assert (eth.liquidation_fee, eth.maintenance_fraction) == (Decimal("0.002"), Decimal("0.5"))


def test_an_initial_margin_scales_all_tiers() -> None:
    entry = override(FILE, "SOL-PERP", ["initial_margin=0.1"])
    assert [tier.rate for tier in entry.margin_tiers] == [
        Decimal(text) for text in ("0.1", "0.2", "0.4", "0.8")
    ]


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("liquidation_fee", "sets nothing"),
        ("fee=1", "'fee' is no parameter of a market; there are initial_margin, reference_price"),
        ("liquidation_fee=much", "SOL-PERP: liquidation_fee is 'much'"),
        ("initial_margin=2", "initial_margin is 2; it is a fraction"),
        ("initial_margin=x", "initial_margin is 'x', not a number"),
    ],
)
def test_a_setting_that_means_nothing_is_refused(setting: str, said: str) -> None:
    with pytest.raises(ScenarioInvalid, match=said):
        override(FILE, "SOL-PERP", [setting])


def test_a_market_given_twice_is_refused(tmp_path: Path) -> None:
    path = crash(tmp_path / "p.parquet", calm=10, fall=0.1, minutes=3)
    with pytest.raises(ScenarioInvalid, match="SOL-PERP is given 2 times; a market runs once"):
        scenario(path, symbols=("SOL-PERP", "SOL-PERP"))


def test_a_market_that_is_not_there_or_not_run_is_refused() -> None:
    with pytest.raises(ScenarioInvalid, match="no market DOGE-PERP; the market file has BTC-PERP, ETH-PERP"):
        override(FILE, "DOGE-PERP", [])
    with pytest.raises(ScenarioInvalid, match="about a market that is not run"):
        require_used([override(FILE, "SOL-PERP", [])], ["BTC-PERP.liquidation_fee=0.001"])
