"""`realize` in the VM: a profit becomes balance, where it vests, and everything stays accounted for."""

from __future__ import annotations

from integration.program import invariants
from integration.program.exchange import USDC, Exchange, Result, Trader
from integration.program.test_refusals import refuse


def realize(exchange: Exchange, trader: Trader, market: int = 0) -> Result:
    """Signed by the owner."""
    accounts = {"owner": trader.key.pubkey(), "trader": trader.address}
    built = exchange.build("realize", {"market": market}, **accounts)
    return exchange.run(built, signers=[trader.key])


def test_a_profit_becomes_balance_that_vests_and_the_position_stays_open(exchange: Exchange) -> None:
    maker, trader = exchange.funded(1, 10_000), exchange.funded(2, 1_000)
    exchange.ok(exchange.place(maker, "Ask", 15_000, 100))
    exchange.ok(exchange.place(trader, "Bid", 15_000, 100))
    before = exchange.slot(trader)
    exchange.vm.advance(slots=3, seconds=2)
    exchange.ok(exchange.post({0: 1_525_000}))
    event = exchange.ok(realize(exchange, trader)).event
    profit = 100 * 25_000
    assert (event["price"], event["profit"]) == (1_525_000, profit)
    after = exchange.slot(trader)
    assert (after["usdc"] - before["usdc"], after["locked"], after["locked_for"]) == (profit, profit, 600)
    entry = exchange.position(trader)
    assert entry is not None
    assert (entry["base"], entry["quote"], entry["entry_quote"]) == (100, -152_500_000, -150_000_000)
    assert (event["after"]["usdc"], event["after"]["quote"]) == (after["usdc"], -152_500_000)
    invariants.check(exchange)
    refuse(exchange, "NothingToRealize", lambda: realize(exchange, trader))
    refuse(exchange, "NothingToRealize", lambda: realize(exchange, maker))
    exchange.ok(exchange.cancel_all(trader))
    exchange.ok(exchange.place(maker, "Bid", 15_250, 100))
    exchange.ok(exchange.place(trader, "Ask", 15_250, 100))
    invariants.check(exchange)
    # Closed at the price that it was realised at: nothing more comes of it, less the fees.
    assert abs(exchange.slot(trader)["usdc"] - after["usdc"]) <= 2 * USDC


def test_a_price_too_old_to_open_risk_realises_nothing(exchange: Exchange) -> None:
    maker, trader = exchange.funded(1, 10_000), exchange.funded(2, 1_000)
    exchange.ok(exchange.place(maker, "Ask", 15_000, 100))
    exchange.ok(exchange.place(trader, "Bid", 15_000, 100))
    exchange.vm.advance(slots=3, seconds=2)
    exchange.ok(exchange.post({0: 1_525_000}))
    exchange.vm.advance(slots=30, seconds=11)
    refuse(exchange, "PriceStale", lambda: realize(exchange, trader))
