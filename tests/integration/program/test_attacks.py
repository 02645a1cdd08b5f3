"""Attacks by name that traders, keepers and stolen keys could try. What each would need and does not find.

Those on the accounts of an instruction are in `test_account_substitution.py`, those on the engine alone in
`onchain/engine/tests/attacks.rs`; `docs/guides/security.md` has the whole list with links.
"""

from __future__ import annotations

from typing import Any

import pytest
from solders.compute_budget import set_compute_unit_limit, set_compute_unit_price
from solders.instruction import Instruction

from integration.program import invariants
from integration.program.exchange import USDC, Exchange, Result, Trader, machine, quote
from integration.program.vm import PACKET_LIMIT

EVERYTHING = 2**64 - 1


def trade(exchange: Exchange, buyer: Trader, seller: Trader, ticks: int, lots: int) -> dict[str, Any]:
    """``seller`` rests, ``buyer`` takes; the taker's event."""
    exchange.ok(exchange.place(seller, "Ask", ticks, lots))
    took = exchange.place(buyer, "Bid", ticks, lots, kind="ImmediateOrCancel", min_fill_lots=lots)
    return exchange.ok(took).event


def walk(exchange: Exchange, prices: list[int], market: int = 0) -> None:
    """Posts the prices two seconds apart."""
    for price in prices:
        exchange.vm.advance(slots=5, seconds=2)
        exchange.ok(exchange.post({market: price}))


def liquidate(exchange: Exchange, keeper: Trader, victim: Trader, name: str = "liquidate") -> Result:
    state = exchange.trader_state(victim)
    args = {"slot": state["slot_index"], "generation": state["generation"]}
    return exchange.run(exchange.trading(name, keeper, 0, args), signers=[keeper.key])


def equity(exchange: Exchange, *traders: Trader) -> int:
    """Balances with positions at the mark, funding not yet settled left out, quote atoms."""
    total = 0
    for trader in traders:
        slot = exchange.slot(trader)
        total += slot["usdc"]
        for position in slot["positions"]:
            if position["market"] != 255:
                mark = exchange.market(position["market"])["mark_price"]
                total += position["quote"] + position["base"] * mark
    return total


@pytest.fixture
def in_trouble(exchange: Exchange) -> tuple[Trader, Trader]:
    """A maker with bids, and a trader under maintenance margin."""
    maker, victim = exchange.funded(1, 100_000), exchange.funded(2, 1_000)
    trade(exchange, victim, maker, 15_000, 10_000)
    exchange.ok(exchange.place(maker, "Bid", 14_350, 10_000))
    walk(exchange, [1_475_000, 1_450_000, 1_430_000])
    return maker, victim


def test_self_as_liquidator_is_refused_also_through_a_sub_account(
    exchange: Exchange, in_trouble: tuple[Trader, Trader]
) -> None:
    maker, victim = in_trouble
    own = exchange.funded(2, 100, sub=1)
    for name in ("force_cancel", "liquidate"):
        assert liquidate(exchange, own, victim, name).error == "NotAuthorised"
    exchange.ok(liquidate(exchange, maker, victim))


def test_self_liquidation_for_profit_wins_nothing_out_of_insurance(
    exchange: Exchange, in_trouble: tuple[Trader, Trader]
) -> None:
    """Victim, keeper and the bid that is sold to are one and the same: they pay insurance and fees.

    Of a position so small that its fee is under the keeper's floor they get back what they paid, and no more.
    """
    maker, victim = in_trouble
    before = equity(exchange, maker, victim)
    exchange.ok(liquidate(exchange, maker, victim))
    assert equity(exchange, maker, victim) < before
    insured = exchange.state()["insurance"]
    assert insured > 10 * USDC
    small = exchange.funded(3, 5)
    trade(exchange, small, maker, 14_300, 33)
    exchange.ok(exchange.withdraw(small, EVERYTHING))
    walk(exchange, [1_405_000, 1_380_000])
    exchange.ok(exchange.place(maker, "Bid", 13_700, 1_000))
    before = equity(exchange, maker, small)
    event = exchange.ok(liquidate(exchange, maker, small)).event
    fees = sum(fill["taker_fee"] + fill["maker_fee"] for fill in event["fills"])
    assert equity(exchange, maker, small) <= before
    assert fees > 0
    assert insured - exchange.state()["insurance"] <= fees
    invariants.check(exchange)


def test_a_position_too_small_for_a_fee_is_still_liquidated_and_whole(exchange: Exchange) -> None:
    """Dust that can't be liquidated: under $50 it goes at once."""
    maker, small = exchange.funded(1, 100_000), exchange.funded(2, 5)
    trade(exchange, small, maker, 15_000, 33)
    exchange.ok(exchange.withdraw(small, EVERYTHING))
    exchange.ok(exchange.place(maker, "Bid", 14_000, 10_000))
    walk(exchange, [1_475_000, 1_450_000, 1_425_000, 1_410_000, 1_400_000])
    event = exchange.ok(liquidate(exchange, maker, small)).event
    assert [fill["lots"] for fill in event["fills"]] == [33]
    assert exchange.position(small) is None
    invariants.check(exchange)


def test_splitting_orders_or_trading_with_oneself_creates_no_quote_atom(exchange: Exchange) -> None:
    """Order-splitting and rounding profit: the same trade in 1, 7 and 50 parts, there and back."""
    costs = []
    for number, parts in enumerate((1, 7, 50)):
        buyer, seller = exchange.funded(10 + number, 1_000), exchange.funded(20 + number, 1_000)
        before = equity(exchange, buyer, seller)
        for one, other in ((buyer, seller), (seller, buyer)):
            for part in range(parts):
                trade(exchange, one, other, 14_987, 350 // parts + (part < 350 % parts))
        assert exchange.position(buyer) is None
        costs.append(before - equity(exchange, buyer, seller))
        invariants.check(exchange)
    assert 0 < costs[0] <= costs[1] <= costs[2]


def test_prices_that_are_not_prices_are_refused_and_older_ones_change_nothing(exchange: Exchange) -> None:
    """Stale, zero, negative, future, wide, jumped and out-of-order prices."""
    now = exchange.vm.unix * 1_000
    for name, price, publish_ms, confidence in [
        ("PriceTooOld", 1_500_000, now - 60_001, 0),
        ("PriceNotPositive", 0, now + 1, 0),
        ("ParameterOutOfBounds", 2**64 - 1_500_000, now + 1, 0),
        ("PriceInFuture", 1_500_000, now + 3_001, 0),
        ("ConfidenceTooWide", 1_500_000, now + 1, 15_001),
    ]:
        assert exchange.post({0: price}, publish_ms=publish_ms, confidence=confidence).error == name
    exchange.ok(exchange.post({0: 1_510_000}, publish_ms=now + 2))
    exchange.ok(exchange.post({0: 1_490_000}, publish_ms=now + 1))
    assert exchange.market()["index_price"] == 1_510_000
    exchange.ok(exchange.post({0: 1_800_000}, publish_ms=now + 3))
    exchange.ok(exchange.post({0: 1_800_000}, publish_ms=now + 2_000))  # the same slot does not confirm it
    market = exchange.market()
    assert (market["index_price"], market["pending_price"]) == (1_510_000, 1_800_000)


def test_a_flash_quote_around_a_price_update_leaves_no_trace_in_mark_or_funding() -> None:
    """Quotes, a price and their cancellation in one transaction; a twin exchange without the quotes."""
    vm = machine()
    flashed, twin = Exchange(vm, 0), Exchange(vm, 1)
    for one in (flashed, twin):
        one.set_up()
        one.ok(one.post({0: 1_500_000}))
        maker = one.funded(1, 100_000)
        quotes = [quote("Bid", 14_990, 1_000), quote("Ask", 15_010, 1_000)]
        one.ok(one.batch("place_many", maker, quotes=quotes))
    attacker = flashed.funded(2, 1_000_000)
    vm.advance(slots=20, seconds=8)
    stamp = vm.unix * 1_000
    update = {"updates": [{"market": 0, "price": 1_501_000, "confidence": 0, "publish_ms": stamp}]}
    base = {
        "self_trade": "CancelMaker",
        "expiry_kind": "Never",
        "expiry": 0,
        "nonce": 0,
        "valid_until_slot": 0,
    }
    flash = base | {"quotes": [quote("Bid", 15_009, 50_000)]}
    flashed.ok(
        flashed.run(
            flashed.trading("place_many", attacker, 0, flash),
            flashed.build("update_price", update),
            flashed.trading("cancel_all", attacker, 0, {"side": "Both"}),
            signers=[attacker.key, flashed.authority],
        )
    )
    twin.ok(twin.run(twin.build("update_price", update), signers=[twin.authority]))
    vm.advance(slots=20, seconds=8)
    for one in (flashed, twin):
        one.ok(one.post({0: 1_502_000}))
    names = ("mark_price", "premium_ema", "premium_sum", "premium_seconds", "next_rate", "impact_bid")
    assert [flashed.market()[name] for name in names] == [twin.market()[name] for name in names]


def test_a_profit_handed_to_a_second_wallet_stays_locked_there(exchange: Exchange) -> None:
    """Profit turned to cash through a second wallet: whoever won it last waits for it to vest."""
    loser, winner, second = (exchange.funded(seed, 1_000) for seed in (1, 2, 3))
    trade(exchange, winner, loser, 14_700, 1_000)
    trade(exchange, loser, winner, 15_300, 1_000)
    profit = 600 * 1_000 * 100
    assert exchange.slot(winner)["locked"] == profit
    trade(exchange, second, winner, 14_700, 900)  # the winner loses what is locked to its second wallet
    trade(exchange, winner, second, 15_300, 900)
    assert exchange.slot(winner)["locked"] == profit - 600 * 900 * 100
    assert exchange.slot(second)["locked"] == 600 * 900 * 100
    out = sum(exchange.ok(exchange.withdraw(one, EVERYTHING)).event["amount"] for one in (winner, second))
    assert out <= 2_000 * USDC
    invariants.check(exchange)


def test_funding_that_is_owed_cannot_be_withdrawn_before_it_is_settled(exchange: Exchange) -> None:
    long, short = exchange.funded(1, 20_000), exchange.funded(2, 20_000)
    trade(exchange, long, short, 15_000, 5_000)
    for _ in range(150):
        exchange.vm.advance(slots=150, seconds=60)
        exchange.ok(exchange.post({0: 1_500_000}))
    market, position, usdc = exchange.market(), exchange.position(long), exchange.slot(long)["usdc"]
    assert position is not None
    owed = -(-5_000 * (market["funding_index"] - position["funding_index"]) // 1_000_000)
    margin = 5_000 * 1_500_000 // 20
    assert owed > 0
    assert exchange.ok(exchange.withdraw(long, EVERYTHING)).event["amount"] == usdc - owed - margin


def test_a_stolen_price_authority_moves_its_market_ten_percent_a_minute_and_no_other() -> None:
    exchange = Exchange(machine())
    exchange.set_up(markets=2)
    exchange.ok(exchange.post({0: 1_500_000, 1: 1_500_000}))
    honest, thief = exchange.authority, exchange.funded(9, 100)
    start, worst = exchange.market()["index_price"], 0
    price = start
    for _ in range(29):
        price = price * 102 // 100
        walk(exchange, [price])
        worst = max(worst, exchange.market()["index_price"])
    assert worst == start * 110 // 100
    assert exchange.market(1)["index_price"] == 1_500_000
    exchange.authority = thief.key
    assert exchange.post({1: 1_400_000}).error == "NotAuthorised"
    withdrawal = exchange.build(
        "withdraw",
        {"collateral": 0, "amount": USDC},
        owner=honest.pubkey(),
        trader=thief.address,
        destination=thief.wallet,
    )
    assert exchange.run(withdrawal, signers=[honest]).error == "NotAuthorised"


def test_one_whale_cannot_keep_the_outflow_bucket_empty() -> None:
    """Deposits refill what withdrawals drain: turning money over leaves the others' share as it was."""
    exchange = Exchange(machine())
    exchange.ok(exchange.init())
    exchange.grow_fully("Exchange", exchange.address)
    exchange.grow_fully("Ledger", exchange.ledger)
    exchange.ok(exchange.add_usdc(bucket_capacity=1_000 * USDC, bucket_refill=USDC))
    exchange.ok(exchange.open())
    whale, small = exchange.open_trader(1), exchange.funded(2, 100)
    exchange.ok(exchange.deposit(whale, 100_000 * USDC))
    exchange.ok(exchange.withdraw(whale, 1_000 * USDC))
    assert exchange.withdraw(small, 1 * USDC).error == "OutflowLimited"
    for _ in range(5):
        exchange.ok(exchange.deposit(whale, 500 * USDC))
        exchange.ok(exchange.withdraw(whale, 500 * USDC))
    exchange.vm.advance(slots=250, seconds=100)
    exchange.ok(exchange.withdraw(small, 100 * USDC))


def test_after_an_outage_stale_quotes_can_be_pulled_before_anyone_takes_them(exchange: Exchange) -> None:
    maker, sniper = exchange.funded(1, 10_000), exchange.funded(2, 10_000)
    exchange.ok(exchange.place(maker, "Ask", 15_000, 1_000))
    exchange.vm.advance(slots=750, seconds=300)
    exchange.ok(exchange.post({0: 1_529_000}))
    snipe = {"kind": "ImmediateOrCancel"}
    assert exchange.place(sniper, "Bid", 15_000, 1_000, **snipe).error == "MatchingPaused"
    exchange.ok(exchange.place(maker, "Ask", 15_400, 1_000, kind="PostOnly"))
    exchange.ok(exchange.cancel_all(maker, "Asks"))
    exchange.vm.advance(slots=150, seconds=60)
    exchange.ok(exchange.post({0: 1_529_000}))
    assert exchange.place(sniper, "Bid", 15_000, 1_000, **snipe).error == "MinimumFillNotReached"


def test_who_fills_the_book_with_small_orders_is_evicted_by_a_better_price() -> None:
    """Book spam and eviction: the fuller the side the more each order must be worth, and it still yields."""
    exchange = Exchange(machine())
    exchange.set_up(book_capacity=16)
    exchange.ok(exchange.post({0: 1_500_000}))
    spammer, honest = exchange.funded(1, 100_000), exchange.funded(2, 1_000)
    spent = 0
    for number in range(16):
        worth = 10 * (1, 2, 8, 32)[number // 4] * USDC
        lots = -(-worth // (14_000 * 100))
        assert exchange.place(spammer, "Bid", 14_000, lots - 1).error in (
            "BelowRestingMinimum",
            "BelowMinimumNotional",
        )
        exchange.ok(exchange.place(spammer, "Bid", 14_000, lots))
        spent += lots * 14_000 * 100
    assert spent > 16 * 10 * USDC * 10
    assert exchange.place(honest, "Bid", 14_000, 250).error == "BookSideFull"
    event = exchange.ok(exchange.place(honest, "Bid", 14_001, 250)).event
    assert [order["slot"] for order in event["removed"]] == [exchange.trader_state(spammer)["slot_index"]]
    assert exchange.orders("Bid")[0]["ticks"] == 14_001
    invariants.check(exchange)


def test_the_largest_instructions_fit_a_packet_with_their_compute_budget(exchange: Exchange) -> None:
    """Transaction over 1,232 bytes: sixteen cancels and sixteen quotes at once."""
    maker = exchange.funded(1, 100_000)
    quotes = [quote("Bid", 14_900 - number, 100, client_id=number + 1) for number in range(16)]
    placed = exchange.ok(exchange.batch("place_many", maker, quotes=quotes)).event
    cancels = [{"ticks": row["ticks"], "seq": row["seq"]} for row in placed["orders"]]
    base = {"self_trade": "CancelMaker", "expiry_kind": "Slot", "expiry": 2**32 - 1, "nonce": 1}
    args = base | {"valid_until_slot": exchange.vm.slot + 5, "cancels": cancels, "quotes": quotes}
    budget: list[Instruction] = [set_compute_unit_limit(400_000), set_compute_unit_price(1)]
    result = exchange.ok(
        exchange.run(*budget, exchange.trading("replace_many", maker, 0, args), signers=[maker.key])
    )
    assert result.outcome.size <= PACKET_LIMIT
    assert len(result.event["removed"]) == len(result.event["orders"]) == 16
