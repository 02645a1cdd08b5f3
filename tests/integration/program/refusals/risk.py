"""Margin, limits and liquidation."""

from __future__ import annotations

from integration.program.exchange import Exchange
from integration.program.refusals.rows import Act, opened_with, reaches


@reaches("TooManyPositions", lambda: opened_with(markets=9, book_capacity=4))
def _(exchange: Exchange) -> Act:
    trader = exchange.funded(1, 1_000)
    for market in range(8):
        exchange.ok(exchange.place(trader, "Bid", 14_990, 10, market))
    return lambda: exchange.place(trader, "Bid", 14_990, 10, 8)


@reaches("InsufficientMargin")
def _(exchange: Exchange) -> Act:
    trader = exchange.funded(1, 1_000)
    return lambda: exchange.place(trader, "Bid", 14_990, 13_400)


@reaches("MaintenanceBreach")
def _(exchange: Exchange) -> Act:
    """Bought 5 % too dear, nearly all of the money is gone with the fill."""
    exchange.ok(exchange.place(exchange.funded(1, 100_000), "Ask", 15_750, 13_000))
    trader = exchange.funded(2, 1_000)
    return lambda: exchange.place(trader, "Bid", 15_750, 13_000)


@reaches("PositionTooLarge", lambda: opened_with(max_position=100))
def _(exchange: Exchange) -> Act:
    trader = exchange.funded(1, 1_000)
    return lambda: exchange.place(trader, "Bid", 14_990, 101)


@reaches("NotionalTooLarge")
def _(exchange: Exchange) -> Act:
    trader = exchange.funded(1, 1_000)
    return lambda: exchange.place(trader, "Ask", 30_000, 2**32 - 1)


@reaches("OpenInterestCapReached", lambda: opened_with(oi_cap=50))
def _(exchange: Exchange) -> Act:
    exchange.ok(exchange.place(exchange.funded(1, 1_000), "Ask", 15_000, 60))
    trader = exchange.funded(2, 1_000)
    return lambda: exchange.place(trader, "Bid", 15_000, 51)


WILD = {"jump_band": 500_000, "minute_band": 500_000}
"""A market that may move by half at once."""


@reaches("NegativeUsdcLimit", lambda: opened_with(markets=2, **WILD))
def _(exchange: Exchange) -> Act:
    """Profit on one market that was not realised, a loss on another that was: the balance is under 0."""
    other, trader = exchange.funded(1, 10_000), exchange.funded(2, 1_000)
    for market, side, back in ((0, "Bid", "Ask"), (1, "Ask", "Bid")):
        exchange.ok(exchange.place(other, back, 15_000, 6_000, market))
        exchange.ok(exchange.place(trader, side, 15_000, 6_000, market))
    exchange.vm.advance(slots=5, seconds=2)
    exchange.ok(exchange.post({0: 1_850_000, 1: 1_850_000}))
    exchange.ok(exchange.place(other, "Ask", 18_500, 6_000, 1))
    exchange.ok(exchange.place(trader, "Bid", 18_500, 6_000, 1))
    assert exchange.slot(trader)["usdc"] < -exchange.tokens(exchange.vault) // 10
    return lambda: exchange.place(trader, "Bid", 18_000, 10)


@reaches("AccountHealthy")
def _(exchange: Exchange) -> Act:
    keeper, victim = exchange.funded(1, 100), exchange.funded(2, 100)
    slot = exchange.trader_state(victim)
    args = {"slot": slot["slot_index"], "generation": slot["generation"]}
    call = exchange.trading("liquidate", keeper, 0, args)
    return lambda: exchange.run(call, signers=[keeper.key])
