"""The whole waterfall in the VM: insurance, deleveraging, a debt written off, a deficit shared, fees swept.

After each step the vault holds exactly what is accounted for (``invariants.check``)."""

from __future__ import annotations

from typing import Any

from integration.program.exchange import USDC, Exchange
from integration.program.invariants import check
from integration.program.patching import patched
from integration.program.refusals.risk import leveraged
from integration.program.refusals.rows import opened

ALL = 2**64 - 1


def test_insurance_then_deleveraging_close_an_account_and_the_innocent_keep_their_equity() -> None:
    exchange = opened()
    keeper, victim = leveraged(exchange, 5)
    other = exchange.traders[1]
    exchange.ok(exchange.insure(20 * USDC))
    event = exchange.ok(exchange.against("resolve_bankruptcy", keeper, victim)).event
    assert (event["paid"], event["unpaid"], event["insurance"]) == (20 * USDC, 0, 0)
    check(exchange)
    event = exchange.ok(exchange.against("auto_deleverage", keeper, victim)).event
    (transfer,) = event["transfers"]
    assert transfer["slot"] == exchange.trader_state(other)["slot_index"]
    assert transfer["lots"] == 10_000
    assert transfer["price"] > 1_395_000, "the one on the other side pays what the account is missing"
    assert 0 <= exchange.slot(victim)["usdc"] < 10_000, "nothing but the rounding is left"
    check(exchange)


def test_a_debt_without_a_position_is_everyones_and_nobody_gains_by_leaving_first() -> None:
    exchange = opened()
    keeper, victim = leveraged(exchange, 4)
    other = exchange.traders[1]
    # A bid far under the mark takes the whole position: the account owes what it has lost.
    exchange.ok(exchange.place(keeper, "Bid", 13_950, 700))
    exchange.ok(exchange.place(other, "Bid", 13_800, 10_000))
    exchange.vm.advance(slots=3, seconds=2)
    exchange.ok(exchange.post({0: 1_395_000}))
    exchange.ok(exchange.place(victim, "Ask", 13_800, 10_000, kind="ImmediateOrCancel", reduce_only=True))
    owed = -exchange.slot(victim)["usdc"]
    assert owed > 0
    fees = exchange.ok(exchange.against("resolve_bankruptcy", keeper, victim)).event
    assert fees["unpaid"] == owed
    deficit = fees["deficit"]
    assert 0 < deficit < owed, "collected fees repaid a part"
    check(exchange)
    assert exchange.withdraw(keeper, 10 * USDC).error == "WithdrawalsResting"
    exchange.vm.advance(slots=200, seconds=61)
    cuts = []
    for _ in range(2):
        before = exchange.tokens(other.wallet)
        event = exchange.ok(exchange.withdraw(other, 1_000 * USDC)).event
        assert exchange.tokens(other.wallet) - before == 1_000 * USDC - event["cut"]
        cuts.append(event["cut"])
        check(exchange)
    assert cuts[0] > 0
    assert abs(cuts[0] - cuts[1]) <= 1, cuts


def test_what_is_given_repays_the_deficit_and_fees_leave_only_after_it() -> None:
    exchange = opened()
    maker, taker = exchange.funded(1, 1_000), exchange.funded(2, 1_000)
    exchange.ok(exchange.place(maker, "Ask", 15_000, 100))
    exchange.ok(exchange.place(taker, "Bid", 15_000, 100))
    destination = exchange.token_account_of(exchange.admin.pubkey(), 0)
    event = exchange.ok(exchange.sweep_fees(ALL, destination)).event
    assert exchange.tokens(destination) == event["amount"] > 0
    assert event["fees_collected"] == 0
    assert exchange.sweep_fees(ALL, destination).error == "ZeroAmount"
    check(exchange)


def test_a_take_over_moves_the_position_a_little_under_the_mark() -> None:
    exchange: Exchange = opened()
    keeper, victim = leveraged(exchange, 4)
    event = exchange.ok(exchange.against("take_over", keeper, victim, lots=500)).event
    (transfer,) = event["transfers"]
    assert transfer["lots"] == 500
    assert event["market_after"]["mark"] * 98 // 100 <= transfer["price"] < event["market_after"]["mark"]
    check(exchange)


def test_a_market_that_settled_leaves_everyone_with_what_they_had() -> None:
    exchange = opened()
    keeper, long, short = (exchange.funded(seed, 1_000) for seed in (1, 2, 3))
    exchange.ok(exchange.place(short, "Ask", 15_000, 400))
    exchange.ok(exchange.place(long, "Bid", 15_000, 400))
    exchange.ok(exchange.place(keeper, "Bid", 14_900, 50))

    def over(account: Any) -> None:
        market = account["markets"][0]
        market["status"], market["settlement_seconds"], market["settlement_sum"] = 4, 3_600, 3_600 * 1_530_000

    patched(exchange, exchange.address, "Exchange", over)
    before = [exchange.slot(trader)["usdc"] for trader in (long, short)]
    call = exchange.trading("settle_slots", keeper, 0, {})
    cancelled = exchange.ok(exchange.run(call, signers=[keeper.key])).event
    assert [removed["reason"] for removed in cancelled["removed"]] == [11]
    closed = exchange.ok(exchange.run(call, signers=[keeper.key])).event
    assert [(one["lots"], one["price"]) for one in closed["transfers"]] == [(400, 1_530_000)] * 2
    after = [exchange.slot(trader)["usdc"] for trader in (long, short)]
    assert [now - then for now, then in zip(after, before, strict=True)] == [12 * USDC, -12 * USDC]
    check(exchange)
    assert exchange.run(call, signers=[keeper.key]).error == "MarketNotActive"
    exchange.ok(exchange.withdraw(short, after[1]))
