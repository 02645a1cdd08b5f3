"""Margin, limits and liquidation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from integration.program.exchange import USDC, Exchange, Trader
from integration.program.invariants import dtype
from integration.program.patching import patched
from integration.program.refusals.rows import Act, opened_with, reaches

LEDGER_HEADER_BYTES = 8 + dtype("Ledger").itemsize
"""Discriminator and header: the slots follow."""


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


FALL = (1_475_000, 1_450_000, 1_435_000, 1_415_000, 1_395_000)
"""At the third price the leveraged account is under maintenance, at the last it owes."""


def leveraged(exchange: Exchange, prices: int) -> tuple[Trader, Trader]:
    """A keeper, and an account that went through the first ``prices`` of ``FALL``, long from another."""
    keeper, other, victim = (
        exchange.funded(seed, usdc) for seed, usdc in ((1, 1_000), (2, 50_000), (3, 1_000))
    )
    exchange.ok(exchange.place(other, "Ask", 15_000, 10_000))
    exchange.ok(exchange.place(victim, "Bid", 15_000, 10_000))
    for price in FALL[:prices]:
        exchange.vm.advance(slots=3, seconds=2)
        exchange.ok(exchange.post({0: price}))
    return keeper, victim


@reaches("NoPosition")
def _(exchange: Exchange) -> Act:
    keeper, idle = exchange.funded(1, 100), exchange.funded(2, 100)
    return lambda: exchange.against("take_over", keeper, idle, lots=1)


@reaches("BookComesFirst")
def _(exchange: Exchange) -> Act:
    keeper, victim = leveraged(exchange, 3)
    return lambda: exchange.against("take_over", keeper, victim, lots=10)


@reaches("AccountSolvent")
def _(exchange: Exchange) -> Act:
    keeper, victim = leveraged(exchange, 4)
    return lambda: exchange.against("auto_deleverage", keeper, victim)


@reaches("InsuranceFirst")
def _(exchange: Exchange) -> Act:
    keeper, victim = leveraged(exchange, 5)
    exchange.ok(exchange.insure(USDC))
    return lambda: exchange.against("auto_deleverage", keeper, victim)


@reaches("InsuranceExhausted")
def _(exchange: Exchange) -> Act:
    keeper, victim = leveraged(exchange, 5)
    return lambda: exchange.against("resolve_bankruptcy", keeper, victim)


def in_slot(exchange: Exchange, trader: Trader, change: Callable[[Any], None]) -> None:
    """Lets ``change`` write into a trader's slot."""
    index = exchange.trader_state(trader)["slot_index"]
    at = LEDGER_HEADER_BYTES + index * dtype("Slot").itemsize
    patched(exchange, exchange.ledger, "Slot", change, at=at)


@reaches("CollateralLeft")
def _(exchange: Exchange) -> Act:
    """Some other collateral, written by hand: the exchange of this test has none."""
    keeper, victim = leveraged(exchange, 5)

    def leave(slot: Any) -> None:
        slot["collaterals"][0] = 1

    in_slot(exchange, victim, leave)
    return lambda: exchange.against("resolve_bankruptcy", keeper, victim)


@reaches("NoCounterparty")
def _(exchange: Exchange) -> Act:
    """The one on the other side has lost all its money, written by hand: it could not pay the difference."""
    keeper, victim = leveraged(exchange, 5)

    def lose(slot: Any) -> None:
        slot["usdc"] = -2_000 * USDC

    in_slot(exchange, exchange.traders[1], lose)
    return lambda: exchange.against("auto_deleverage", keeper, victim)


def settling(exchange: Exchange) -> Act:
    """The market has begun to settle, written by hand: else a change queued a day after notice."""
    trader = exchange.funded(1, 100)

    def begin(account: Any) -> None:
        account["markets"]["status"][0] = SETTLING

    patched(exchange, exchange.address, "Exchange", begin)
    call = exchange.trading("settle_slots", trader, 0, {})
    return lambda: exchange.run(call, signers=[trader.key])


SETTLING = 4
reaches("SettlementTooEarly")(settling)


@reaches("ExceedsFees")
def _(exchange: Exchange) -> Act:
    destination = exchange.token_account_of(exchange.admin.pubkey(), 0)
    return lambda: exchange.sweep_fees(1, destination)
