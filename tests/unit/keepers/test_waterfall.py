"""Which steps of liquidation are due for an account, in which market, and when again."""

from __future__ import annotations

from typing import Any

import pytest
from solders.keypair import Keypair

from fakes.ledger import exchange_of, ledger_bytes, seat, slots_of
from golden import golden
from quantdesk.keepers.standings import standings
from quantdesk.keepers.waterfall import Act, Rests, Troubled, batches, due
from quantdesk.program.addresses import Addresses, program_id
from quantdesk.program.instructions import TraderKey, instruction_name
from quantdesk.program.layouts import Exchange, Ledger

NOW = 1_700_000_000
MARKET = golden("standing")["markets"][0] | {
    "mark_price": 1_000_000,
    "index_price": 1_000_000,
    "publish_ms": NOW * 1_000,
    "liquidate_max_age_ms": 60_000,
    "liquidate_confidence": 10_000,
}


def trouble(
    usdc: int, *positions: dict[str, Any], markets: list[dict[str, Any]] | None = None
) -> tuple[Troubled, Exchange]:
    """The account in slot 1 with that much USDC: long 1,000 lots bought at the mark unless said otherwise."""
    slots = slots_of(2)
    held = [{"market": 0, "base": 1_000, "quote": -1_000_000_000} | each for each in positions or ({},)]
    seat(slots, 1, held, usdc=usdc)
    exchange = exchange_of(markets or [MARKET] * 2)
    ledger = Ledger.decode(ledger_bytes(slots))
    ((index, standing),) = standings(ledger.slots, exchange, NOW).in_trouble()
    return Troubled(index, ledger.slot(index), standing), exchange


def steps(account: Troubled, exchange: Exchange, rests: Rests | None = None) -> list[tuple[str, int]]:
    return [(act.step.name, act.market) for act in due(account, exchange, rests or Rests(), NOW)]


def test_between_maintenance_and_half_way_only_orders_that_add_exposure_are_cancelled() -> None:
    adding = {"bid_lots": 100, "bid_orders": 1}
    reducing = {"market": 1, "base": 10, "quote": -10_000_000, "ask_lots": 10, "ask_orders": 1}
    assert steps(*trouble(30_000_000, adding, reducing)) == [("force_cancel", 0)]


def test_above_maintenance_nothing_is_sold() -> None:
    assert steps(*trouble(30_000_000)) == []


def test_under_maintenance_orders_go_first_and_then_the_position_shrinks() -> None:
    orders = {"ask_lots": 10, "ask_orders": 1}
    assert steps(*trouble(20_000_000, orders)) == [("force_cancel", 0), ("liquidate", 0)]


def test_the_position_that_takes_most_margin_shrinks_first_and_one_at_a_time() -> None:
    larger = {"market": 1, "base": -3_000, "quote": 3_000_000_000}
    account, exchange = trouble(20_000_000, {}, larger)
    assert steps(account, exchange) == [("liquidate", 1)]


def test_a_position_that_found_nobody_to_trade_with_lets_the_next_one_have_its_turn() -> None:
    larger = {"market": 1, "base": -3_000, "quote": 3_000_000_000}
    account, exchange = trouble(20_000_000, {}, larger)
    rests = Rests()
    rests.refused(due(account, exchange, rests, NOW)[0], NOW)
    assert steps(account, exchange, rests) == [("liquidate", 0)]


def test_a_market_that_rests_after_a_gap_in_prices_is_left_alone() -> None:
    resting = MARKET | {"resume_at": NOW + 1}
    assert steps(*trouble(20_000_000, markets=[resting])) == []


@pytest.mark.parametrize(
    ("change", "obstacle"),
    [
        ({}, None),
        ({"publish_ms": NOW * 1_000 - 60_001}, "PriceStale"),
        ({"confidence": 10_001}, "PriceUncertain"),
    ],
)
def test_a_price_that_liquidates_nobody_is_named(change: dict[str, int], obstacle: str | None) -> None:
    account, exchange = trouble(20_000_000, markets=[MARKET | change])
    assert account.obstacle(exchange, NOW) == obstacle


def test_a_refused_step_rests_twice_as_long_each_time_up_to_a_limit_and_success_ends_it() -> None:
    account, exchange = trouble(20_000_000)
    (act,) = due(account, exchange, Rests(), NOW)
    rests, now, pauses = Rests(first_s=1, most_s=4), 0.0, []
    for _ in range(4):
        rests.refused(act, now)
        began = now
        while not rests.over(act, now):
            now += 0.5
        pauses.append(now - began)
    assert pauses == [1, 2, 4, 4]
    rests.done(act)
    rests.refused(act, now)
    assert rests.over(act, now + 1)


def test_what_has_not_come_up_for_long_is_forgotten() -> None:
    account, exchange = trouble(20_000_000)
    (act,) = due(account, exchange, Rests(), NOW)
    rests = Rests(first_s=1, most_s=4)
    rests.refused(act, 0)
    rests.refused(act, 1)
    rests.forget(100)
    rests.refused(act, 100)
    assert rests.over(act, 101)


def test_an_act_names_the_account_by_slot_and_generation() -> None:
    account, exchange = trouble(20_000_000)
    (act,) = due(account, exchange, Rests(), NOW)
    assert (act.slot, act.generation) == (1, 1)
    keeper = TraderKey(Keypair().pubkey())
    made = act.instruction(Addresses(program_id()), keeper)
    assert instruction_name(made.data) == "liquidate"
    assert made.data[8:] == bytes([0, 0, 1, 0, 1, 0, 0, 0])


def test_acts_share_transactions_in_their_order() -> None:
    account, exchange = trouble(20_000_000)
    (act,) = due(account, exchange, Rests(), NOW)
    acts = [Act(act.step, market, 1, 1) for market in range(5)]
    assert [[each.market for each in batch] for batch in batches(acts, 2)] == [[0, 1], [2, 3], [4]]


def test_an_account_that_falls_under_maintenance_does_not_rest_for_what_it_was_before() -> None:
    above, below = trouble(30_000_000)[0], trouble(20_000_000)[0]
    rests = Rests()
    rests.refused(above.key, NOW)
    assert not rests.over(above.key, NOW)
    assert rests.over(below.key, NOW)
