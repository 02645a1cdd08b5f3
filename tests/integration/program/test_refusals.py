"""What traders may not do: each refused by its own name, with every account left byte-identical."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from solders.token import ID as TOKEN_PROGRAM

from integration.program import idl
from integration.program.exchange import USDC, Exchange, Result, Trader, quote


@pytest.fixture
def maker(exchange: Exchange) -> Trader:
    return exchange.funded(1, 100_000)


@pytest.fixture
def trader(exchange: Exchange) -> Trader:
    return exchange.funded(2, 1_000)


def state(exchange: Exchange) -> dict[object, bytes]:
    found = exchange.vm.svm.get_program_accounts(idl.program_id())
    return {
        key: account.data for key, account in [*found, *exchange.vm.svm.get_program_accounts(TOKEN_PROGRAM)]
    }


def refuse(exchange: Exchange, name: str, act: Callable[[], Result]) -> None:
    before = state(exchange)
    result = act()
    assert result.error == name, (result.error, result.outcome.logs)
    assert state(exchange) == before


def test_malformed_orders(exchange: Exchange, trader: Trader) -> None:
    vm = exchange.vm
    for name, act in [
        ("ZeroSize", lambda: exchange.place(trader, "Bid", 14_990, 0)),
        ("ZeroPrice", lambda: exchange.place(trader, "Bid", 0, 100)),
        ("BelowMinimumNotional", lambda: exchange.place(trader, "Bid", 14_990, 6)),
        ("PriceOutsideBand", lambda: exchange.place(trader, "Bid", 15_751, 100)),
        ("PriceOutsideBand", lambda: exchange.place(trader, "Ask", 14_249, 100)),
        ("ReduceOnlyWouldIncrease", lambda: exchange.place(trader, "Bid", 14_990, 100, reduce_only=True)),
        (
            "OrderExpired",
            lambda: exchange.place(trader, "Bid", 14_990, 10, expiry_kind="Time", expiry=vm.unix),
        ),
        (
            "OrderExpired",
            lambda: exchange.place(trader, "Bid", 14_990, 10, expiry_kind="Slot", expiry=vm.slot),
        ),
        (
            "InstructionExpired",
            lambda: exchange.place(trader, "Bid", 14_990, 10, valid_until_slot=vm.slot - 1),
        ),
        ("UnknownMarket", lambda: exchange.place(trader, "Bid", 14_990, 10, market=1)),
        (
            "TooManyQuotes",
            lambda: exchange.batch("place_many", trader, quotes=[quote("Bid", 14_000, 10)] * 17),
        ),
        (
            "MinimumFillNotReached",
            lambda: exchange.place(trader, "Bid", 15_100, 10, kind="ImmediateOrCancel"),
        ),
    ]:
        refuse(exchange, name, act)


def test_a_post_only_order_never_takes_and_a_sliding_one_steps_back(
    exchange: Exchange, maker: Trader, trader: Trader
) -> None:
    exchange.ok(exchange.place(maker, "Ask", 15_010, 100))
    refuse(exchange, "PostOnlyWouldCross", lambda: exchange.place(trader, "Bid", 15_010, 10, kind="PostOnly"))
    slid = exchange.ok(exchange.place(trader, "Bid", 15_300, 10, kind="PostOnlySlide")).event
    assert (slid["orders"][0]["ticks"], slid["fills"]) == (15_009, [])


def test_fill_or_kill_leaves_nothing_when_it_cannot_fill(
    exchange: Exchange, maker: Trader, trader: Trader
) -> None:
    exchange.ok(exchange.place(maker, "Ask", 15_010, 50))
    refuse(
        exchange,
        "MinimumFillNotReached",
        lambda: exchange.place(trader, "Bid", 15_010, 60, kind="ImmediateOrCancel", min_fill_lots=60),
    )
    filled = exchange.ok(
        exchange.place(trader, "Bid", 15_010, 50, kind="ImmediateOrCancel", min_fill_lots=50)
    )
    assert filled.event["orders"][0]["filled"] == 50


def test_initial_margin_bounds_what_may_be_opened_with_orders_counted(
    exchange: Exchange, trader: Trader
) -> None:
    most = 1_000 * USDC * 20 // 1_500_000  # 20x at the mark
    refuse(exchange, "InsufficientMargin", lambda: exchange.place(trader, "Bid", 14_990, most + 1))
    exchange.ok(exchange.place(trader, "Bid", 14_990, most))
    refuse(exchange, "InsufficientMargin", lambda: exchange.place(trader, "Bid", 14_980, 10))
    exchange.ok(exchange.place(trader, "Ask", 15_100, most))  # the larger side counts, not the sum
    refuse(exchange, "ExceedsWithdrawable", lambda: exchange.withdraw(trader, USDC))


def test_a_retry_with_the_same_nonce_never_doubles_an_order(exchange: Exchange, trader: Trader) -> None:
    exchange.ok(exchange.place(trader, "Bid", 14_990, 10, nonce=5))
    refuse(exchange, "NonceUsed", lambda: exchange.place(trader, "Bid", 14_990, 10, nonce=5))
    refuse(exchange, "NonceUsed", lambda: exchange.place(trader, "Bid", 14_990, 10, nonce=4))
    exchange.ok(exchange.place(trader, "Bid", 14_990, 10, nonce=6))


def test_a_client_id_is_unique_among_open_orders(exchange: Exchange, trader: Trader) -> None:
    exchange.ok(exchange.place(trader, "Bid", 14_990, 10, client_id=3))
    refuse(exchange, "DuplicateClientId", lambda: exchange.place(trader, "Ask", 15_010, 10, client_id=3))
    by_id = exchange.trading("cancel_by_client_id", trader, 0, {"client_id": 3})
    exchange.ok(exchange.run(by_id, signers=[trader.key]))
    refuse(exchange, "OrderNotFound", lambda: exchange.run(by_id, signers=[trader.key]))
    exchange.ok(exchange.place(trader, "Ask", 15_010, 10, client_id=3))


def test_orders_of_others_cannot_be_cancelled(exchange: Exchange, maker: Trader, trader: Trader) -> None:
    seq = exchange.ok(exchange.place(maker, "Ask", 15_010, 100)).event["orders"][0]["seq"]
    refuse(exchange, "NotYourOrder", lambda: exchange.cancel(trader, 15_010, seq))
    refuse(exchange, "OrderNotFound", lambda: exchange.cancel(maker, 15_011, seq))
    assert exchange.ok(exchange.cancel_all(trader)).event["removed"] == []
    assert len(exchange.orders("Ask")) == 1


def test_an_owner_never_trades_with_itself_also_through_a_sub_account(
    exchange: Exchange, trader: Trader
) -> None:
    other = exchange.funded(2, 1_000, sub=1)
    exchange.ok(exchange.place(trader, "Ask", 15_010, 100))
    refuse(exchange, "SelfTrade", lambda: exchange.place(other, "Bid", 15_010, 100, self_trade="CancelTaker"))
    event = exchange.ok(exchange.place(other, "Bid", 15_010, 100)).event
    assert (event["fills"], event["removed"][0]["reason"], event["orders"][0]["resting"]) == ([], 2, 100)


def test_a_stale_wide_or_missing_price_opens_no_risk_but_cancels_work(
    exchange: Exchange, trader: Trader
) -> None:
    exchange.ok(exchange.place(trader, "Bid", 14_990, 10))
    exchange.vm.advance(slots=25, seconds=11)
    refuse(exchange, "PriceStale", lambda: exchange.place(trader, "Bid", 14_990, 10))
    exchange.ok(exchange.cancel_all(trader))
    exchange.ok(exchange.post({0: 1_500_000}, confidence=1_500_000 * 26 // 10_000))
    refuse(exchange, "PriceUncertain", lambda: exchange.place(trader, "Bid", 14_990, 10))


def test_prices_are_taken_from_the_markets_authority_alone_and_only_sane_ones(exchange: Exchange) -> None:
    now = exchange.vm.unix * 1_000
    for name, act in [
        ("PriceNotPositive", lambda: exchange.post({0: 0}, publish_ms=now + 1)),
        ("PriceInFuture", lambda: exchange.post({0: 1_500_000}, publish_ms=now + 60_000)),
        ("PriceTooOld", lambda: exchange.post({0: 1_500_000}, publish_ms=now - 61_000)),
        ("ConfidenceTooWide", lambda: exchange.post({0: 1_500_000}, publish_ms=now + 1, confidence=15_001)),
        ("UnknownMarket", lambda: exchange.post({1: 1_500_000}, publish_ms=now + 1)),
        ("TooManyUpdates", lambda: exchange.run(_prices(exchange, 17), signers=[exchange.authority])),
        ("ZeroAmount", lambda: exchange.run(_prices(exchange, 0), signers=[exchange.authority])),
    ]:
        refuse(exchange, name, act)
    authority, exchange.authority = exchange.authority, exchange.vm.fund(77)
    refuse(exchange, "NotAuthorised", lambda: exchange.post({0: 1_500_000}, publish_ms=now + 1))
    exchange.authority = authority


def _prices(exchange: Exchange, count: int):  # type: ignore[no-untyped-def]
    update = {"market": 0, "price": 1, "confidence": 0, "publish_ms": 0}
    return exchange.build("update_price", {"updates": [update] * count})


def test_a_maker_that_would_fall_under_maintenance_is_removed_not_filled(
    exchange: Exchange, maker: Trader
) -> None:
    poor = exchange.funded(7, 80)
    exchange.ok(exchange.place(poor, "Bid", 15_000, 1_000))
    exchange.vm.advance(slots=3, seconds=1)
    exchange.ok(exchange.post({0: 1_475_000}))
    exchange.vm.advance(slots=3, seconds=1)
    exchange.ok(exchange.post({0: 1_450_000}))
    event = exchange.ok(exchange.place(maker, "Ask", 14_900, 1_000)).event
    assert (event["fills"], event["removed"][0]["reason"]) == ([], 4)
    assert exchange.slot(poor)["usdc"] == 80 * USDC


def test_an_inactive_trader_cannot_trade(exchange: Exchange) -> None:
    parked = exchange.open_trader(9)
    exchange.ok(exchange.deposit(parked, 100 * USDC))
    refuse(exchange, "TraderNotActive", lambda: exchange.place(parked, "Bid", 14_990, 10))


def test_a_trader_with_orders_or_positions_cannot_close(exchange: Exchange, trader: Trader) -> None:
    exchange.ok(exchange.place(trader, "Bid", 14_990, 10))
    refuse(exchange, "TraderNotEmpty", lambda: exchange.close(trader))
