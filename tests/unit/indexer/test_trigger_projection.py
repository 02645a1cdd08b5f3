"""What events make of stop and take-profit orders: each ends once, for a reason."""

from __future__ import annotations

from typing import Any

import pytest

from fakes.chain_story import TICK_SIZE, Story, Trader, balances, touched
from quantdesk.domain.orders import ASK_BIT
from quantdesk.indexer.placed import Changes, Row
from quantdesk.indexer.projection import project
from quantdesk.indexer.state import IndexState
from quantdesk.infra.bus.messages import AccountChanged
from quantdesk.infra.store import tables
from quantdesk.program import events as ev
from quantdesk.program import records as rec
from quantdesk.program.errors import error_named

EXECUTE = int(rec.TradeKind.EXECUTE_TRIGGER)
EPOCH = 3


class Desk:
    """A trader with a long of 10 lots, whose triggers a test follows."""

    def __init__(self) -> None:
        self.story, self.state = Story(1), IndexState()
        project(self.state, list(self.story.opening()))
        self.trader.base = 10
        self.rows: dict[int, Row] = {}

    @property
    def trader(self) -> Trader:
        return self.story.traders[0]

    def apply(self, *events: Any) -> Changes:
        changes = project(self.state, events)
        self.rows |= {row["event_seq"]: row for row in changes.rows_of(tables.triggers)}
        return changes

    def place(self, index: int = 0, **changes: Any) -> int:
        """A stop of 10 lots at 13,000; its key."""
        terms: dict[str, Any] = {
            "index": index,
            "market": 0,
            "kind": rec.TriggerKind.STOP_MARKET,
            "side": rec.Side.ASK,
            "pair": rec.NO_PAIR,
            "limit_ticks": 0,
            "max_slippage": 10_000,
            "trigger_price": 13_000,
            "lots": 10,
            "executor_fee": 100_000,
            "client_id": 7,
            "expires": 0,
        }
        made = rec.TriggerTerms(**(terms | changes))
        head = self.story.head()
        event = ev.TriggerPlaced(*head, self.trader.owner, 0, EPOCH, made, balances(self.trader))
        self.apply(self.story.place(event))
        return head[0]

    def cancel(self, index: int = 0) -> Changes:
        head = self.story.head()
        event = ev.TriggerCancelled(*head, self.trader.owner, 0, index, balances(self.trader))
        return self.apply(self.story.place(event))

    def fire(
        self, index: int = 0, *, lots: int = 10, filled: int = 0, resting: int = 0, code: int = 0
    ) -> None:
        """The order that it sends meets a bid at 129 ticks; the position shrinks by what is filled."""
        self.trader.base -= filled
        seq = ASK_BIT | 5
        order = rec.OrderRecord(index, code, seq if lots else 0, 0, 129, lots, filled, resting, 3, 1, 0)
        fill = rec.FillRecord(1, 9, 0, index, 129, filled, 0, 0, 0, 0, 0)
        fills = [fill] if filled else []
        seats = [touched(self.trader)]
        self.apply(self.story.trade(self.trader, EXECUTE, orders=[order], fills=fills, touched=seats))

    def position(self, base: int) -> Changes:
        """Another order of the trader leaves the position at ``base``."""
        self.trader.base = base
        return self.apply(self.story.trade(self.trader, 0, touched=[touched(self.trader)]))

    def end(self, key: int) -> tuple[Any, ...]:
        row = self.rows[key]
        return row["status"], row["reason"], row["live"], row["filled_lots"]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_placed_trigger_waits_with_its_terms(desk: Desk) -> None:
    row = desk.rows[desk.place()]
    assert (row["status"], row["side"], row["trigger_price"]) == ("waiting", "sell", 13_000)
    assert (row["epoch"], row["lots"], row["executor_fee"]) == (EPOCH, 10, 100_000)
    assert (row["pair"], row["client_id"], row["expires_at"], row["live"]) == (None, "7", None, True)


def test_one_that_fires_whole_is_executed_at_its_real_price_and_its_pair_goes(desk: Desk) -> None:
    stop = desk.place(0)
    profit = desk.place(1, kind=rec.TriggerKind.TAKE_PROFIT_MARKET, trigger_price=15_000, pair=0)
    assert (desk.rows[stop]["pair"], desk.rows[profit]["pair"]) == (1, 0)
    desk.fire(0, filled=10)
    assert desk.end(stop) == ("executed", None, False, 10)
    assert desk.rows[stop]["filled_quote"] == 10 * 129 * TICK_SIZE
    assert desk.rows[stop]["order_id"] == str(129 << 64 | ASK_BIT | 5)
    assert desk.end(profit) == ("cancelled", "pair_fired", False, 0)
    assert desk.state.live_triggers[desk.state.holder(0, 1)] == {}


def test_one_that_the_book_could_not_fill_whole_waits_on_and_adds_up(desk: Desk) -> None:
    key = desk.place()
    desk.fire(filled=4)
    assert desk.end(key) == ("executed", None, True, 4)
    desk.fire(lots=6, filled=6)
    assert desk.end(key) == ("executed", None, False, 10)
    assert desk.rows[key]["filled_quote"] == 10 * 129 * TICK_SIZE


def test_one_that_fired_in_part_stays_executed_whatever_ends_the_rest(desk: Desk) -> None:
    key = desk.place()
    desk.fire(filled=4)
    desk.cancel()
    assert desk.end(key) == ("executed", None, False, 4)


def test_a_limit_order_that_rests_ends_the_trigger(desk: Desk) -> None:
    key = desk.place(limit_ticks=129)
    desk.fire(resting=10)
    assert desk.end(key) == ("executed", None, False, 0)


def test_one_that_could_place_nothing_waits_on(desk: Desk) -> None:
    key = desk.place()
    desk.fire(code=error_named("MatchLimitReached").code)
    assert desk.end(key) == ("waiting", None, True, 0)


def test_its_owner_takes_it_back_and_its_pair_stands_alone(desk: Desk) -> None:
    stop, profit = desk.place(0), desk.place(1, pair=0)
    changes = desk.cancel(0)
    assert desk.end(stop) == ("cancelled", "cancelled", False, 0)
    assert (desk.end(profit)[0], desk.rows[profit]["pair"]) == ("waiting", None)
    told = [each.topics for _, each in changes.messages if isinstance(each, AccountChanged)]
    assert told == [["balances", "triggers"]]


@pytest.mark.parametrize("base", [0, -5], ids=["closed", "turned"])
def test_a_position_that_is_closed_or_turned_takes_its_triggers_along(desk: Desk, base: int) -> None:
    stop = desk.place()
    changes = desk.position(base)
    assert desk.end(stop) == ("cancelled", "position_closed", False, 0)
    told = [each.topics for _, each in changes.messages if isinstance(each, AccountChanged)]
    assert told == [["balances", "positions", "triggers"]]


def test_a_position_that_only_shrinks_or_grows_leaves_them(desk: Desk) -> None:
    stop = desk.place()
    for base in (1, 50):
        desk.position(base)
        assert desk.end(stop)[0] == "waiting"


def test_one_whose_time_is_over_is_expired_once_somebody_clears_it_away(desk: Desk) -> None:
    key = desk.place(expires=desk.story.unix_ts + 1)
    desk.fire(lots=0, code=error_named("OrderExpired").code)
    assert desk.end(key) == ("expired", "expired", False, 0)


def test_a_dead_one_that_is_cleared_away_says_that_its_position_is_gone(desk: Desk) -> None:
    key = desk.place()
    desk.fire(lots=0, code=error_named("ReduceOnlyWouldIncrease").code)
    assert desk.end(key) == ("cancelled", "position_closed", False, 0)


def test_an_entry_is_used_again_only_when_what_stood_there_was_dead(desk: Desk) -> None:
    first = desk.place(expires=desk.story.unix_ts)
    second = desk.place()
    assert desk.end(first) == ("expired", "expired", False, 0)
    assert desk.end(second) == ("waiting", None, True, 0)
    assert desk.state.live_triggers[desk.state.holder(0, 1)][0]["event_seq"] == second


def test_one_from_before_our_history_is_not_made_up(desk: Desk) -> None:
    desk.cancel(4)
    desk.fire(4, filled=2)
    assert desk.rows == {}
