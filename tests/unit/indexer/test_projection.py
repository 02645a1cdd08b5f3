"""What one event does to rows and messages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from sqlalchemy import Table

from fakes.chain_story import TICK_SIZE, Resting, Story, Trader, balances, touched
from quantdesk.domain.candles import Resolution
from quantdesk.domain.orders import ASK_BIT
from quantdesk.indexer.placed import Changes, PlacedEvent, Row
from quantdesk.indexer.projection import project
from quantdesk.indexer.state import IndexState
from quantdesk.infra.bus.messages import (
    AccountChanged,
    Candle,
    ChainEvent,
    ChainFill,
    LiquidationStep,
    MarketState,
)
from quantdesk.infra.store import tables
from quantdesk.program import events as ev
from quantdesk.program import records as rec
from quantdesk.program.errors import error_named

MAKER_SEQ = ASK_BIT | 1
ORDER_ID = str(142 << 64 | MAKER_SEQ)


class Exchange:
    """A story and the state that indexing it built."""

    def __init__(self) -> None:
        self.story = Story(1)
        self.state = IndexState()
        self.apply(*self.story.opening())

    def apply(self, *events: PlacedEvent) -> Changes:
        return project(self.state, events)

    def rest(self, lots: int = 10, **changes: Any) -> Changes:
        """The maker's ask at 142 ticks."""
        fields = {
            "index": 0, "code": 0, "seq": MAKER_SEQ, "client_id": 77, "ticks": 142, "lots": lots,
            "filled": 0, "resting": lots, "kind": 0, "flags": 0, "expiry": 0,
        }  # fmt: skip
        record = rec.OrderRecord(**(fields | changes))
        return self.apply(self.story.trade(self.maker, 0, orders=[record], touched=[touched(self.maker)]))

    def take(self, lots: int, left: int, sent: int | None = None) -> Changes:
        """A taker buys ``lots`` of it; ``left`` remain."""
        order = Resting(self.maker, 142, left, MAKER_SEQ, 77)
        fill = self.story.fill(order, self.taker, lots, 1)
        record = rec.OrderRecord(0, 0, 2, 5, 150, sent or lots, lots, 0, 3, 0, 0)
        seats = [touched(self.taker), touched(self.maker, funding=-3)]
        return self.apply(self.story.trade(self.taker, 0, orders=[record], fills=[fill], touched=seats))

    def remove(self, reason: int) -> Changes:
        removed = rec.RemovedRecord(0, 1, 142, MAKER_SEQ, 77, 10, reason)
        return self.apply(self.story.trade(self.maker, 3, removed=[removed]))

    @property
    def maker(self) -> Any:
        return self.story.traders[0]

    @property
    def taker(self) -> Any:
        return self.story.traders[1]


@pytest.fixture
def exchange() -> Exchange:
    return Exchange()


def only(changes: Changes, table: Table) -> Row:
    (row,) = changes.rows_of(table)
    return row


def order(changes: Changes, wallet: Any) -> Row:
    (row,) = [row for row in changes.rows_of(tables.orders) if row["wallet"] == str(wallet)]
    return row


def chosen(row: Row, *names: str) -> tuple[Any, ...]:
    return tuple(row[name] for name in names)


def test_a_resting_order_is_open(exchange: Exchange) -> None:
    row = only(exchange.rest(), tables.orders)
    assert chosen(row, "status", "side", "order_id", "client_id") == ("open", "sell", ORDER_ID, "77")
    assert chosen(row, "lots", "filled_lots", "resting_lots") == (10, 0, 10)


def test_a_part_fill_leaves_the_order_open_with_its_average_price_and_fee(exchange: Exchange) -> None:
    exchange.rest()
    row = order(exchange.take(4, left=6), exchange.maker.owner)
    assert chosen(row, "status", "filled_lots", "resting_lots", "fee") == ("open", 4, 6, -1)
    assert row["filled_quote"] / row["filled_lots"] == 142 * TICK_SIZE


def test_the_last_fill_makes_it_filled(exchange: Exchange) -> None:
    exchange.rest()
    exchange.take(4, left=6)
    row = order(exchange.take(6, left=0), exchange.maker.owner)
    assert chosen(row, "status", "filled_lots", "resting_lots", "filled_quote") == (
        "filled",
        10,
        0,
        1_420 * TICK_SIZE,
    )
    assert exchange.state.open_orders == {}


def test_a_taker_that_got_everything_is_filled_at_its_real_price(exchange: Exchange) -> None:
    exchange.rest()
    row = order(exchange.take(4, left=6), exchange.taker.owner)
    assert chosen(row, "status", "reason", "ticks", "fee") == ("filled", None, 150, 2)
    assert row["filled_quote"] == 4 * 142 * TICK_SIZE


def test_an_immediate_order_whose_remainder_was_dropped_is_cancelled(exchange: Exchange) -> None:
    exchange.rest()
    row = order(exchange.take(4, left=6, sent=9), exchange.taker.owner)
    assert chosen(row, "status", "reason", "filled_lots", "time_in_force") == (
        "cancelled",
        "not_filled",
        4,
        "ioc",
    )


@pytest.mark.parametrize(
    ("reason", "status", "word"),
    [
        (0, "cancelled", "cancelled"),
        (1, "expired", "expired"),
        (4, "cancelled", "margin"),
        (7, "expired", "dead_man"),
    ],
)
def test_an_order_that_left_says_why(exchange: Exchange, reason: int, status: str, word: str) -> None:
    exchange.rest()
    row = only(exchange.remove(reason), tables.orders)
    assert chosen(row, "status", "reason", "resting_lots") == (status, word, 0)


def test_a_refused_quote_is_rejected_with_the_programs_error_name(exchange: Exchange) -> None:
    code = error_named("PostOnlyWouldCross").code
    row = only(exchange.rest(code=code, resting=0, kind=1, seq=ASK_BIT), tables.orders)
    assert chosen(row, "status", "reason", "order_id") == ("rejected", "PostOnlyWouldCross", None)
    assert chosen(row, "post_only", "side") == ("reject", "sell")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"kind": 0}, ("gtc", "none", False, None, None)),
        ({"kind": 2, "flags": 8}, ("gtc", "slide", False, None, None)),
        ({"flags": 2, "expiry": 9}, ("gtt", "none", False, 9, "slot")),
        ({"flags": 5, "expiry": 1_900_000_000}, ("gtt", "none", True, 1_900_000_000, "unix")),
    ],
)
def test_an_orders_terms_are_read_from_its_record(
    exchange: Exchange, changes: dict[str, Any], expected: tuple[Any, ...]
) -> None:
    row = only(exchange.rest(**changes), tables.orders)
    names = ("time_in_force", "post_only", "reduce_only", "expires_at", "expiry_kind")
    assert chosen(row, *names) == expected


def test_an_order_made_smaller_is_the_same_order(exchange: Exchange) -> None:
    exchange.rest()
    exchange.take(4, left=6)
    record = rec.OrderRecord(0, 0, MAKER_SEQ, 77, 142, 2, 0, 2, 0, 0, 0)
    changes = exchange.apply(exchange.story.trade(exchange.maker, 6, orders=[record]))
    row = only(changes, tables.orders)
    assert chosen(row, "order_id", "lots", "filled_lots", "resting_lots") == (ORDER_ID, 6, 4, 2)
    assert row["status"] == "open"


def test_an_order_that_lost_its_place_ends_as_modified_and_goes_on_under_another_id(
    exchange: Exchange,
) -> None:
    exchange.rest()
    gone = rec.RemovedRecord(0, 1, 142, MAKER_SEQ, 77, 10, 10)
    record = rec.OrderRecord(0, 0, MAKER_SEQ + 1, 77, 143, 12, 0, 12, 0, 0, 0)
    changes = exchange.apply(exchange.story.trade(exchange.maker, 6, orders=[record], removed=[gone]))
    ended, moved = sorted(changes.rows_of(tables.orders), key=lambda row: str(row["ticks"]))
    assert chosen(ended, "status", "reason") == ("cancelled", "modified")
    assert chosen(moved, "status", "lots", "client_id") == ("open", 12, "77")


def test_a_cancel_that_found_nothing_is_no_order(exchange: Exchange) -> None:
    code = error_named("OrderNotFound").code
    assert list(exchange.rest(index=128, code=code, lots=0, resting=0).rows_of(tables.orders)) == []


def test_an_order_stopped_after_a_part_fill_is_cancelled_with_the_error(exchange: Exchange) -> None:
    code = error_named("MaintenanceBreach").code
    row = only(exchange.rest(code=code, filled=4, resting=0, seq=5), tables.orders)
    assert chosen(row, "status", "reason", "filled_lots") == ("cancelled", "MaintenanceBreach", 4)
    assert row["order_id"] is not None


def test_a_fill_names_both_wallets_and_whose_side_took(exchange: Exchange) -> None:
    exchange.rest()
    changes = exchange.take(4, left=6)
    row = only(changes, tables.fills)
    assert chosen(row, "taker_side", "ticks", "lots") == ("buy", 142, 4)
    assert chosen(row, "maker_wallet", "taker_wallet") == (
        str(exchange.maker.owner),
        str(exchange.taker.owner),
    )
    assert chosen(row, "maker_order_id", "taker_order_id") == (ORDER_ID, str(150 << 64 | 2))
    (message,) = [each for _, each in changes.messages if isinstance(each, ChainFill)]
    assert (message.symbol, message.ticks, message.lots, message.taker_side) == ("SOL-PERP", 142, 4, "buy")


def test_balances_and_positions_are_what_the_event_says_they_are_afterwards(exchange: Exchange) -> None:
    exchange.rest()
    changes = exchange.take(4, left=6)
    positions = {row["wallet"]: row for row in changes.rows_of(tables.positions)}
    balances = {row["wallet"]: row for row in changes.rows_of(tables.balances)}
    maker, taker = str(exchange.maker.owner), str(exchange.taker.owner)
    assert (positions[maker]["base"], positions[taker]["base"]) == (-4, 4)
    assert chosen(balances[taker], "amount", "locked", "locked_for") == (exchange.taker.usdc, 5, 600)
    assert chosen(only(changes, tables.funding_payments), "wallet", "paid") == (maker, -3)


def test_what_is_parked_stays_as_it_was_when_the_slot_trades(exchange: Exchange) -> None:
    key = (str(exchange.maker.owner), 0, 0)
    exchange.state.balances[key]["parked"] = 123
    changes = exchange.rest()
    assert only(changes, tables.balances)["parked"] == 123


def test_a_reused_slot_belongs_to_whoever_sits_there_now(exchange: Exchange) -> None:
    story, first = exchange.story, exchange.maker
    newcomer = Trader(story.key(), first.slot_index, generation=2)
    left = ev.TraderClosed(*story.head(), first.owner, 0, first.slot_index, 1)
    exchange.apply(story.place(left))
    came = ev.TraderActivated(*story.head(), newcomer.owner, 0, newcomer.slot_index, 2, balances(newcomer))
    exchange.apply(story.place(came))
    assert exchange.state.holder(0, 1).wallet == str(first.owner)
    assert exchange.state.holder_now(0).wallet == str(newcomer.owner)


def test_a_closed_trader_holds_nothing(exchange: Exchange) -> None:
    left = ev.TraderClosed(*exchange.story.head(), exchange.maker.owner, 0, 0, 1)
    changes = exchange.apply(exchange.story.place(left))
    assert chosen(only(changes, tables.accounts), "state", "slot_index") == ("closed", None)
    assert chosen(only(changes, tables.balances), "amount", "parked", "locked") == (0, 0, 0)


def test_a_parked_trader_keeps_its_money_outside_the_slot(exchange: Exchange) -> None:
    after = balances(None, parked=400)
    parked = ev.TraderParked(*exchange.story.head(), exchange.maker.owner, 0, 0, 1, after)
    changes = exchange.apply(exchange.story.place(parked))
    assert chosen(only(changes, tables.accounts), "state", "slot_index") == ("parked", None)
    assert chosen(only(changes, tables.balances), "amount", "parked", "locked") == (0, 400, 0)


def test_a_transfer_is_a_row_for_each_sub_account(exchange: Exchange) -> None:
    owner = exchange.maker.owner
    left, came = balances(exchange.maker), balances(None, parked=30)
    moved = ev.Transferred(*exchange.story.head(), owner, 0, 1, 0, 30, left, came)
    changes = exchange.apply(exchange.story.place(moved))
    rows = [chosen(row, "sub", "kind", "amount", "parked") for row in changes.rows_of(tables.transfers)]
    assert rows == [(0, "transfer_out", 30, False), (1, "transfer_in", 30, True)]
    assert {row["sub"]: row["parked"] for row in changes.rows_of(tables.balances)} == {0: 0, 1: 30}


def test_everyone_concerned_is_told_once_an_event_with_the_topics(exchange: Exchange) -> None:
    exchange.rest()
    changes = exchange.take(4, left=6)
    told = {each.wallet: each.topics for _, each in changes.messages if isinstance(each, AccountChanged)}
    assert told[str(exchange.taker.owner)] == ["balances", "fills", "orders", "positions"]
    assert told[str(exchange.maker.owner)] == ["balances", "fills", "funding", "orders", "positions"]


def test_events_are_told_before_what_follows_from_the_batch(exchange: Exchange) -> None:
    changes = exchange.rest()
    kinds = [type(each) for _, each in changes.messages]
    assert kinds[0] is ChainEvent
    assert kinds[-1] is MarketState


def test_candles_of_fills_and_prices_grow_in_every_resolution(exchange: Exchange) -> None:
    exchange.rest()
    changes = exchange.take(4, left=6)
    trades = [row for row in changes.rows_of(tables.candles) if row["source"] == "trade"]
    assert [row["resolution"] for row in trades] == [
        "1s",
        "5s",
        "15s",
        "1m",
        "5m",
        "15m",
        "1h",
        "4h",
        "1d",
        "1w",
    ]
    assert {chosen(row, "o", "c", "v", "trades", "quote") for row in trades} == {
        (14_200, 14_200, 4, 1, 4 * 142 * TICK_SIZE)
    }


def test_a_candle_that_a_price_leaves_as_it_was_is_neither_written_nor_told(exchange: Exchange) -> None:
    monday = 1_800_230_400

    def posted(price: int, unix_ts: int) -> set[tuple[str, str]]:
        seq, slot, _ = exchange.story.head()
        record = rec.PriceRecord(0, price, price, 5, unix_ts * 1_000, 1, 17, 3, 4)
        changes = exchange.apply(exchange.story.place(ev.PricesUpdated(seq, slot, unix_ts, [record])))
        written = {chosen(row, "source", "resolution") for row in changes.rows_of(tables.candles)}
        candles = [each for _, each in changes.messages if isinstance(each, Candle) and not each.closed]
        told = {(each.source, each.resolution) for each in candles}
        assert told == written
        return {(str(source), str(resolution)) for source, resolution in written}

    every = {(source, length.value) for source in ("index", "mark") for length in Resolution}
    assert posted(14_000, monday) == every
    assert posted(14_000, monday) == set()
    assert posted(14_000, monday + 5) == {(source, name) for source, name in every if name in {"1s", "5s"}}
    assert posted(14_001, monday + 5) == every


def test_a_bucket_is_told_closed_once_the_next_one_opens(exchange: Exchange) -> None:
    exchange.rest()
    exchange.take(1, left=9)
    exchange.story.unix_ts += 1
    changes = exchange.take(1, left=8)
    closed = [each for _, each in changes.messages if isinstance(each, Candle) and each.closed]
    assert {"1s"} <= {each.resolution for each in closed if each.source == "trade"}
    assert "1w" not in {each.resolution for each in closed}


def test_a_price_update_moves_state_history_and_funding(exchange: Exchange) -> None:
    changes = exchange.apply(exchange.story.prices())
    index = exchange.story.index
    state = only(changes, tables.market_states)
    assert chosen(state, "index", "mark", "funding_rate", "next_rate") == (index, index + 1, 3, 4)
    assert only(changes, tables.prices)["index"] == index
    assert [each.index for _, each in changes.messages if isinstance(each, MarketState)] == [index]


def test_an_empty_side_of_the_book_is_unknown_in_the_store_and_zero_on_the_bus(exchange: Exchange) -> None:
    changes = exchange.rest()
    assert only(changes, tables.market_states)["best_bid"] is None
    assert [each.best_bid for _, each in changes.messages if isinstance(each, MarketState)] == [0]


@pytest.mark.parametrize("make", [lambda e: e.take(3, left=4), lambda e: e.remove(0)])
def test_an_order_from_before_our_history_is_not_made_up(
    exchange: Exchange, make: Callable[[Exchange], Changes]
) -> None:
    changes = make(exchange)
    assert [row for row in changes.rows_of(tables.orders) if row["wallet"] == str(exchange.maker.owner)] == []


def lost(exchange: Exchange, of: type[ev.Event], **fields: Any) -> Changes:
    """The maker is in trouble."""
    seq, slot, unix_ts = exchange.story.head()
    maker = exchange.maker
    whose = {
        "from_slot": maker.slot_index,
        "generation": maker.generation,
        "signer": maker.owner,
    }
    moment = {"seq": seq, "slot": slot, "unix_ts": unix_ts, "market": 0, "touched": [touched(maker)]}
    return exchange.apply(exchange.story.place(of(**moment, **whose, **fields)))


def test_a_position_that_changed_hands_is_a_row_for_each_wallet_and_no_fill(exchange: Exchange) -> None:
    taker = exchange.taker
    record = rec.TransferRecord(taker.slot_index, taker.generation, 1, 4, 9_000, -7, 0)
    after = rec.MarketAfter(0, 0, 9_000, 9_000, 0, 0, 17, 4)
    changes = lost(exchange, ev.PositionsTransferred, kind=1, transfers=[record], market_after=after)
    account, counterparty = changes.rows_of(tables.liquidations)
    names = ("role", "kind", "side", "lots", "price", "pnl", "step_index")
    assert chosen(account, *names) == ("account", "auto_deleverage", "sell", 4, 9_000, -7, 0)
    assert chosen(counterparty, *names) == ("counterparty", "auto_deleverage", "buy", 4, 9_000, 0, 1)
    wallets = [account["wallet"], counterparty["wallet"]]
    assert wallets == [str(exchange.maker.owner), str(taker.owner)]
    assert not changes.rows_of(tables.fills)


def test_a_settled_position_is_a_row_of_its_holder_and_of_nobody_else(exchange: Exchange) -> None:
    taker = exchange.taker
    record = rec.TransferRecord(taker.slot_index, taker.generation, 1, 4, 9_000, 0, 12)
    after = rec.MarketAfter(0, 0, 9_000, 9_000, 0, 0, 17, 4)
    changes = lost(exchange, ev.PositionsTransferred, kind=2, transfers=[record], market_after=after)
    row = only(changes, tables.liquidations)
    assert chosen(row, "wallet", "role", "kind", "side") == (
        str(taker.owner),
        "account",
        "settlement",
        "sell",
    )
    assert chosen(row, "lots", "price", "pnl") == (4, 9_000, 12)


def test_a_step_without_the_book_is_told_to_everyone_and_to_both_wallets(exchange: Exchange) -> None:
    maker, taker = exchange.maker, exchange.taker
    record = rec.TransferRecord(taker.slot_index, taker.generation, 0, 4, 9_000, -7, 3)
    after = rec.MarketAfter(0, 0, 9_000, 9_000, 0, 0, 17, 4)
    changes = lost(exchange, ev.PositionsTransferred, kind=0, transfers=[record], market_after=after)
    (step,) = [each for _, each in changes.messages if isinstance(each, LiquidationStep)]
    assert (step.symbol, step.kind, step.side, step.lots, step.price) == (
        "SOL-PERP",
        "take_over",
        "buy",
        4,
        9_000,
    )
    assert (step.wallet, step.counterparty) == (str(maker.owner), str(taker.owner))
    told = {each.wallet: each.topics for _, each in changes.messages if isinstance(each, AccountChanged)}
    assert "liquidations" in told[str(maker.owner)]
    assert "liquidations" in told[str(taker.owner)]


def test_a_debt_that_was_paid_says_by_whom(exchange: Exchange) -> None:
    changes = lost(exchange, ev.BankruptcyResolved, paid=5, unpaid=2, insurance=0, deficit=2)
    row = only(changes, tables.liquidations)
    assert chosen(row, "kind", "paid", "unpaid", "lots") == ("resolve_bankruptcy", 5, 2, None)


def test_a_fill_of_a_liquidation_and_its_order_say_so(exchange: Exchange) -> None:
    exchange.rest()
    fill = exchange.story.fill(Resting(exchange.maker, 142, 6, MAKER_SEQ, 77), exchange.taker, 4, 1)
    record = rec.OrderRecord(0, 0, 2, 0, 150, 4, 4, 0, 3, 1, 0)
    event = exchange.story.trade(
        exchange.taker, 9, orders=[record], fills=[fill], touched=[touched(exchange.taker)]
    )
    changes = exchange.apply(event)
    assert only(changes, tables.fills)["liquidation"] is True
    assert chosen(order(changes, exchange.taker.owner), "status", "reason") == ("filled", "liquidation")


def test_realised_profit_moves_the_balance_and_the_quote_and_leaves_the_entry(exchange: Exchange) -> None:
    owner, seat = exchange.maker.owner, exchange.maker
    after = touched(seat)
    event = ev.Realized(*exchange.story.head(), owner, 0, 0, 150, 25, after)
    changes = exchange.apply(exchange.story.place(event))
    position = only(changes, tables.positions)
    assert chosen(position, "wallet", "quote", "entry_quote") == (str(owner), after.quote, after.entry_quote)
    assert only(changes, tables.balances)["amount"] == after.usdc


def test_converted_collateral_changes_both_accounts(exchange: Exchange) -> None:
    payer, debtor = exchange.maker, exchange.taker
    after = msgspec.structs.replace(balances(payer), collaterals=[700, 0, 0, 0])
    event = ev.CollateralConverted(
        *exchange.story.head(),
        payer.owner,
        0,
        1,
        700,
        90,
        5_000,
        after,
        debtor.slot_index,
        debtor.generation,
        -3,
        300,
    )
    rows = exchange.apply(exchange.story.place(event)).rows_of(tables.balances)
    amounts = {(row["wallet"], row["collateral"]): row["amount"] for row in rows}
    assert amounts == {
        (str(payer.owner), 0): after.usdc,
        (str(payer.owner), 1): 700,
        (str(debtor.owner), 0): -3,
        (str(debtor.owner), 1): 300,
    }
