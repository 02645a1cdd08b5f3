"""Whose collateral is bought, and how much of it: the engine's rule of when, the keeper's own limit."""

from __future__ import annotations

import pytest

from fakes.ledger import exchange_of, ledger_bytes, seat, slots_of
from golden import golden
from quantdesk.domain.units import ATOMS_PER_USDC as USDC
from quantdesk.keepers.chain import Picture
from quantdesk.keepers.converting import Purse, conversion, indebted, purse
from quantdesk.keepers.standings import standings
from quantdesk.program.instructions import ALL_WITHDRAWABLE
from quantdesk.program.layouts import Ledger

NOW = 1_700_000_000
SOL = {
    "price": 150_000,
    "publish_ms": NOW * 1_000,
    "max_age_s": 60,
    "maintenance_weight": 900_000,
}
"""$150; priced per million lamports."""
OTHER = SOL | {"price": 1_000_000}
"""A dollar, of six decimals."""
MARKET = golden("standing")["markets"][0] | {"mark_price": 950_000}


def holding(*accounts: tuple[int, int], base: int = 0, **sol: int) -> Picture:
    """Accounts of so much USDC (atoms) and SOL (lamports), the first perhaps with ``base`` from 1,000,000."""
    slots = slots_of(len(accounts) + 1)
    for index, (usdc, lamports) in enumerate(accounts):
        position = {"market": 0, "base": base, "quote": -base * 1_000_000}
        seat(
            slots, index, [position] if base and not index else [], usdc=usdc, collaterals=[lamports, 0, 0, 0]
        )
    exchange = exchange_of([MARKET], [SOL | sol, OTHER])
    return Picture(exchange, Ledger.decode(ledger_bytes(slots)))


def due(picture: Picture) -> list[int]:
    return indebted(standings(picture.ledger.slots, picture.exchange, NOW), picture)


@pytest.mark.parametrize(
    ("usdc", "sol", "is_due"),
    [
        (-50, 10, False),
        (-51, 10, True),
        (-150, 100, False),
        (-151, 100, True),
        (10, 1, False),
        (-51, 0, False),
    ],
)
def test_fifty_dollars_or_one_percent_of_the_collateral_are_left_alone(
    usdc: int, sol: int, is_due: bool
) -> None:
    """The rows are those of the engine's test of the same name."""
    assert due(holding((usdc * USDC, sol * 10**9))) == ([0] if is_due else [])


def test_the_bankrupt_are_due_whatever_they_owe_and_who_owes_most_comes_first() -> None:
    cent_of_sol = 10**7 - 1
    picture = holding((-1_340_000, cent_of_sol), (-1_350_000, cent_of_sol), (-400 * USDC, 9 * 10**9))
    assert due(picture) == [2, 1], "$1.34 is covered by what the SOL counts, $1.35 is not"


def test_unrealised_losses_count_as_debt() -> None:
    assert due(holding((100 * USDC, 10 * 10**9), base=2_000)) == []
    assert due(holding((100 * USDC, 10 * 10**9), base=4_000)) == [0], "$100 less $200"


def test_it_buys_what_is_worth_most_at_a_fresh_price_as_far_as_its_limit_goes() -> None:
    picture = holding((-540 * USDC, 10 * 10**9))
    all_of_it = conversion(0, picture, NOW, Purse(1_500 * USDC))
    assert all_of_it is not None
    assert (all_of_it.market, all_of_it.slot, all_of_it.lots) == (1, 0, ALL_WITHDRAWABLE)
    left = Purse(600 * USDC)
    part = conversion(0, picture, NOW, left)
    assert part is not None
    assert (part.lots, left.atoms) == (4 * 10**9, 0)
    assert conversion(0, picture, NOW, left) is None, "the purse is empty"
    assert conversion(0, picture, NOW, Purse(USDC - 1)) is None, "too little to be worth a transaction"
    assert conversion(0, holding((-540 * USDC, 10**6)), NOW, Purse(USDC - 1)) is not None, "all there is"
    assert conversion(0, picture, NOW + 61, Purse(1_500 * USDC)) is None, "the price is stale"
    assert conversion(0, holding((-540 * USDC, 10**9), price=0), NOW, Purse(USDC)) is None, "it has none"
    dearer = conversion(0, holding((-540 * USDC, 10**10), pending_price=300_000), NOW, Purse(600 * USDC))
    assert dearer is not None
    assert dearer.lots == 2 * 10**9, "while a jump is pending the higher price is paid"


def test_the_limit_is_for_what_it_holds_and_never_more_than_its_usdc() -> None:
    picture = holding((500 * USDC, 2 * 10**9))
    own = picture.ledger.slot(0)
    assert purse(own, picture.exchange, 1_000 * USDC).atoms == 500 * USDC
    assert purse(own, picture.exchange, 700 * USDC).atoms == 400 * USDC
    assert purse(own, picture.exchange, 200 * USDC).atoms == 0


def test_where_usdc_is_the_only_collateral_nothing_is_looked_for() -> None:
    slots = slots_of(1)
    seat(slots, 0, usdc=-100 * USDC)
    picture = Picture(exchange_of([MARKET]), Ledger.decode(ledger_bytes(slots)))
    assert due(picture) == []
