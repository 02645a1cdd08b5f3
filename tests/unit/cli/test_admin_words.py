"""Parameters as a person writes them become the program's integers, or are refused; never rounded."""

from __future__ import annotations

import pytest

from quantdesk.cli.admin import units
from quantdesk.cli.admin.units import WordsInvalid
from quantdesk.program.parameters import DURATION, RATE, USDC, Unit, base, tokens


@pytest.mark.parametrize(
    ("unit", "text", "value"),
    [
        (RATE, "5%", 50_000),
        (RATE, "5 %", 50_000),
        (RATE, "0.05", 50_000),
        (RATE, "-0.002%", -20),
        (USDC, "1_000_000", 10**12),
        (USDC, "0.000001", 1),
        (DURATION, "2d", 172_800),
        (DURATION, "90", 90),
        (base(100), "0.01", 1),
        (tokens(9), "1.5", 1_500_000_000),
    ],
)
def test_a_number_is_read_in_its_unit(unit: Unit, text: str, value: int) -> None:
    assert units.read(unit, "x", text) == value


@pytest.mark.parametrize(
    ("unit", "text"),
    [(RATE, "0.00001%"), (RATE, "five"), (USDC, "0.0000001"), (base(100), "0.001"), (DURATION, "1.5")],
)
def test_what_does_not_come_out_whole_is_refused(unit: Unit, text: str) -> None:
    with pytest.raises(WordsInvalid, match="x is"):
        units.read(unit, "x", text)


@pytest.mark.parametrize(
    ("unit", "value", "text"),
    [
        (RATE, 12_500, "1.25 %"),
        (RATE, 1_000_000, "100 %"),
        (RATE, -20, "-0.002 %"),
        (USDC, 10**12, "1,000,000 USDC"),
        (base(100, "SOL"), 7_000_000, "70,000 SOL"),
    ],
)
def test_a_number_is_shown_as_it_is_written(unit: Unit, value: int, text: str) -> None:
    assert unit.show(value) == text


def test_steps_are_rows_of_their_units() -> None:
    assert units.steps("tiers", "250000:5%,1000000:10%", USDC, RATE) == [
        [250_000 * 10**6, 50_000],
        [10**12, 100_000],
    ]
    with pytest.raises(WordsInvalid, match="has the step"):
        units.steps("tiers", "250000", USDC, RATE)


def test_a_pause_is_shown_in_words() -> None:
    assert (units.paused(0), units.paused(3)) == ("nothing", "trading, withdrawals")
