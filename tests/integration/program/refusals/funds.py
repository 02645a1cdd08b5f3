"""Slots, deposits, withdrawals and transfers."""

from __future__ import annotations

from typing import Any

from integration.program.exchange import USDC, Exchange
from integration.program.patching import patched
from integration.program.refusals.rows import Act, fresh, grown, reaches


def with_usdc(**changes: int) -> Exchange:
    """Open, without a market."""
    exchange = grown()
    exchange.grow_fully("Ledger", exchange.ledger)
    exchange.ok(exchange.add_usdc(**changes))
    exchange.ok(exchange.open())
    return exchange


def of_one_slot() -> Exchange:
    """Open, with room for one trader."""
    exchange = Exchange(fresh().vm, slots=1)
    exchange.set_up(markets=0)
    return exchange


@reaches("StaleGeneration")
def _(exchange: Exchange) -> Act:
    """The trader account as it was before it was closed, put back by hand."""
    trader = exchange.funded(1, 100)
    stale = exchange.vm.svm.get_account(trader.address)
    assert stale is not None
    exchange.ok(exchange.withdraw(trader, 100 * USDC))
    exchange.ok(exchange.close(trader))
    exchange.vm.svm.set_account(trader.address, stale)
    return lambda: exchange.deposit(trader, USDC)


@reaches("TraderNotActive")
def _(exchange: Exchange) -> Act:
    trader = exchange.open_trader(1)
    return lambda: exchange.place(trader, "Bid", 14_990, 10)


@reaches("TraderAlreadyActive")
def _(exchange: Exchange) -> Act:
    trader = exchange.funded(1, 100)
    return lambda: exchange.activate(trader)


@reaches("LedgerFull", of_one_slot)
def _(exchange: Exchange) -> Act:
    exchange.funded(1, 100)
    late = exchange.open_trader(2)
    exchange.ok(exchange.deposit(late, 100 * USDC))
    return lambda: exchange.activate(late)


@reaches("BelowSlotEquity")
def _(exchange: Exchange) -> Act:
    trader = exchange.open_trader(1)
    exchange.ok(exchange.deposit(trader, 5 * USDC - 1))
    return lambda: exchange.activate(trader)


@reaches("TraderNotEmpty")
def _(exchange: Exchange) -> Act:
    trader = exchange.funded(1, 100)
    return lambda: exchange.close(trader)


@reaches("UnknownCollateral", grown)
def _(exchange: Exchange) -> Act:
    exchange.grow_fully("Ledger", exchange.ledger)
    return exchange.open


@reaches("CollateralInactive")
def _(exchange: Exchange) -> Act:
    """A collateral that is withdraw only, written by hand: no instruction retires one yet."""
    trader = exchange.funded(1, 100)

    def retire(account: Any) -> None:
        account["collaterals"]["status"][0] = 2

    patched(exchange, exchange.address, "Exchange", retire)
    return lambda: exchange.deposit(trader, USDC)


@reaches("DepositCapReached", lambda: with_usdc(deposit_cap=100 * USDC))
def _(exchange: Exchange) -> Act:
    trader = exchange.open_trader(1)
    return lambda: exchange.deposit(trader, 100 * USDC + 1)


@reaches("ZeroAmount")
def _(exchange: Exchange) -> Act:
    trader = exchange.funded(1, 100)
    return lambda: exchange.deposit(trader, 0)


@reaches("InsufficientParked")
def _(exchange: Exchange) -> Act:
    trader = exchange.open_trader(1)
    exchange.ok(exchange.deposit(trader, USDC))
    return lambda: exchange.withdraw(trader, USDC + 1)


@reaches("ExceedsWithdrawable")
def _(exchange: Exchange) -> Act:
    trader = exchange.funded(1, 100)
    return lambda: exchange.withdraw(trader, 100 * USDC + 1)


@reaches("OutflowLimited", lambda: with_usdc(bucket_capacity=50 * USDC, bucket_refill=USDC))
def _(exchange: Exchange) -> Act:
    trader = exchange.funded(1, 100)
    return lambda: exchange.withdraw(trader, 50 * USDC + 1)


@reaches("WithdrawalsResting")
def _(exchange: Exchange) -> Act:
    """The rest after a loss that nobody paid, written by hand: a bankruptcy begins one."""
    trader = exchange.funded(1, 100)

    def rest(account: Any) -> None:
        account["withdraw_rest_until"] = exchange.vm.unix + 1

    patched(exchange, exchange.address, "Exchange", rest)
    return lambda: exchange.withdraw(trader, USDC)
