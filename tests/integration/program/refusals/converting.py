"""Realising profit and converting collateral."""

from __future__ import annotations

from integration.program.exchange import Exchange
from integration.program.refusals.rows import Act, opened_with, reaches
from integration.program.test_collateral import convert, priced_sol
from integration.program.test_realize import realize


@reaches("NothingToRealize")
def _(exchange: Exchange) -> Act:
    trader = exchange.funded(1, 100)
    return lambda: realize(exchange, trader)


@reaches("ConversionNotDue", lambda: opened_with(sol=True))
def _(exchange: Exchange) -> Act:
    priced_sol(exchange)
    debtor, payer = exchange.funded(1, 100), exchange.funded(2, 100)
    return lambda: convert(exchange, payer, debtor, 10**9)
