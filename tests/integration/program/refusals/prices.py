"""Prices from Pyth accounts."""

from __future__ import annotations

from integration.program.exchange import Exchange
from integration.program.pyth import SOL_FEED, PythPrice, dollars, put
from integration.program.refusals.rows import Act, fresh, opened_with, reaches


def of_pyth() -> Exchange:
    """Open, with one market that takes its price from Pyth and has none yet."""
    exchange = fresh()
    exchange.set_up(source=1, feed_id=SOL_FEED)
    return exchange


def _post(exchange: Exchange, price: PythPrice) -> Act:
    address = put(exchange.vm, price)
    return lambda: exchange.run(exchange.build("update_price_pyth", {"market": 0}, price_update=address))


@reaches("PriceSourceMismatch", of_pyth)
def _(exchange: Exchange) -> Act:
    return lambda: exchange.post({0: 1_500_000})


@reaches("WrongFeed", of_pyth)
def _(exchange: Exchange) -> Act:
    return _post(exchange, dollars(150, exchange.vm, feed_id=bytes([1] * 32)))


@reaches("PriceNotVerified", of_pyth)
def _(exchange: Exchange) -> Act:
    return _post(exchange, dollars(150, exchange.vm, signatures=12))


@reaches("PriceNotNewer", of_pyth)
def _(exchange: Exchange) -> Act:
    again = _post(exchange, dollars(150, exchange.vm))
    exchange.ok(again())
    return again


@reaches("PriceNotAnchored", lambda: opened_with(source=2, feed_id=SOL_FEED))
def _(exchange: Exchange) -> Act:
    trader = exchange.funded(1, 100)
    return lambda: exchange.place(trader, "Bid", 14_990, 10)
