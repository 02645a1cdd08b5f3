"""Which steps of liquidation are due for an account, in which market, and when again."""

from __future__ import annotations

from typing import Any

import pytest
from solders.keypair import Keypair

from fakes.ledger import exchange_of, ledger_bytes, seat, slots_of
from golden import golden
from quantdesk.keepers.rests import Rests
from quantdesk.keepers.standings import standings
from quantdesk.keepers.unwinding import UnwindPlan, unwinding
from quantdesk.keepers.waterfall import Act, Room, Troubled, batches, due
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
    usdc: int, *positions: dict[str, Any], markets: list[dict[str, Any]] | None = None, insurance: int = 0
) -> tuple[Troubled, Exchange]:
    """The account in slot 1 with that much USDC: long 1,000 lots bought at the mark unless said otherwise."""
    slots = slots_of(2)
    held = [{"market": 0, "base": 1_000, "quote": -1_000_000_000} | each for each in positions or ({},)]
    seat(slots, 1, held, usdc=usdc)
    exchange = exchange_of(markets or [MARKET] * 2, insurance=insurance)
    ledger = Ledger.decode(ledger_bytes(slots))
    ((index, standing),) = standings(ledger.slots, exchange, NOW).in_trouble()
    return Troubled(index, ledger.slot(index), standing), exchange


def steps(account: Troubled, exchange: Exchange, rests: Rests | None = None) -> list[tuple[str, int]]:
    acts = due(account, exchange, rests or Rests(), NOW, Room(10**12))
    return [(act.step.name, act.market) for act in acts]


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
    account, exchange = trouble(80_000_000, {}, larger)
    assert steps(account, exchange) == [("liquidate", 1)]


def test_a_position_that_found_nobody_to_trade_with_lets_the_next_one_have_its_turn() -> None:
    larger = {"market": 1, "base": -3_000, "quote": 3_000_000_000}
    account, exchange = trouble(80_000_000, {}, larger)
    rests = Rests()
    rests.refused(due(account, exchange, rests, NOW, Room(0))[0], NOW)
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


def test_an_act_names_the_account_by_slot_and_generation() -> None:
    account, exchange = trouble(20_000_000)
    (act,) = due(account, exchange, Rests(), NOW, Room(0))
    assert (act.slot, act.generation) == (1, 1)
    keeper = TraderKey(Keypair().pubkey())
    made = act.instruction(Addresses(program_id()), keeper)
    assert instruction_name(made.data) == "liquidate"
    assert made.data[8:] == bytes([0, 0, 1, 0, 1, 0, 0, 0])


def test_acts_share_transactions_in_their_order() -> None:
    account, exchange = trouble(20_000_000)
    (act,) = due(account, exchange, Rests(), NOW, Room(0))
    acts = [Act(act.step, market, 1, 1) for market in range(5)]
    assert [[each.market for each in batch] for batch in batches(acts, 2)] == [[0, 1], [2, 3], [4]]


def test_a_position_is_taken_over_under_two_thirds_of_maintenance_or_when_the_book_stayed_empty() -> None:
    assert ("take_over", 0) not in steps(*trouble(17_000_000))
    assert ("take_over", 0) in steps(*trouble(16_000_000))
    waited, not_yet = MARKET | {"no_bid_since": NOW - 5}, MARKET | {"no_bid_since": NOW - 4}
    assert ("take_over", 0) in steps(*trouble(24_000_000, markets=[waited]))
    assert ("take_over", 0) not in steps(*trouble(24_000_000, markets=[not_yet]))


def test_a_keeper_takes_over_what_it_has_room_for_and_nothing_from_who_cannot_pay_for_it() -> None:
    account, exchange = trouble(16_000_000)
    room = Room(600_500_000)
    taken = [act for act in due(account, exchange, Rests(), NOW, room) if act.step.name == "take_over"]
    assert [act.lots for act in taken] == [600]
    assert room.atoms == 500_000
    assert [act.step.name for act in due(account, exchange, Rests(), NOW, room)] == ["liquidate"]
    assert ("take_over", 0) not in steps(*trouble(0))


def test_insurance_pays_before_anyone_is_deleveraged() -> None:
    paying = MARKET | {"insurance_budget": 5_000_000, "insurance_paid": 4_000_000}
    spent = MARKET | {"insurance_budget": 5_000_000, "insurance_paid": 5_000_000}
    assert steps(*trouble(-1, markets=[paying], insurance=9))[1:] == [("resolve_bankruptcy", 0)]
    assert steps(*trouble(-1, markets=[paying], insurance=0))[1:] == [("auto_deleverage", 0)]
    assert steps(*trouble(-1, markets=[spent], insurance=9))[1:] == [("auto_deleverage", 0)]
    assert steps(*trouble(0, markets=[paying], insurance=9))[1:] == [("auto_deleverage", 0)]


def test_a_debt_without_a_position_is_resolved_where_insurance_has_most_left() -> None:
    markets = [MARKET | {"insurance_budget": budget} for budget in (1, 3, 2)]
    flat = {"base": 0, "quote": 0, "bid_lots": 0}
    assert steps(*trouble(-1, flat, markets=markets, insurance=9)) == [("resolve_bankruptcy", 1)]
    assert steps(*trouble(-1, flat, markets=markets)) == [("resolve_bankruptcy", 0)]


def test_what_was_taken_over_is_sold_in_small_orders_near_the_mark() -> None:
    account, exchange = trouble(0, {}, {"market": 1, "base": -3, "quote": 3_000_000})
    sell, buy = unwinding(1, account.slot, exchange, UnwindPlan(usdc=100, slip_ppm=2_000))
    assert (sell.lots, sell.ticks) == (100, 998_000)
    assert (buy.lots, buy.ticks) == (-3, 1_002_000)
    made = sell.instruction(Addresses(program_id()), TraderKey(Keypair().pubkey()))
    assert instruction_name(made.data) == "place_order"


def test_an_account_that_falls_under_maintenance_does_not_rest_for_what_it_was_before() -> None:
    above, below = trouble(30_000_000)[0], trouble(20_000_000)[0]
    rests = Rests()
    rests.refused(above.key, NOW)
    assert not rests.over(above.key, NOW)
    assert rests.over(below.key, NOW)
