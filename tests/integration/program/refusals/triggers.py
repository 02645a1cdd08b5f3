"""What a stop or take-profit order must satisfy."""

from __future__ import annotations

from integration.program.exchange import Exchange, Trader, trigger_terms
from integration.program.refusals.rows import Act, reaches


def _long(exchange: Exchange) -> Trader:
    maker, trader = exchange.funded(1, 10_000), exchange.funded(2, 1_000)
    exchange.ok(exchange.place(maker, "Ask", 15_000, 100))
    exchange.ok(exchange.place(trader, "Bid", 15_000, 100))
    return trader


@reaches("TriggerNotFound")
def _(exchange: Exchange) -> Act:
    trader = _long(exchange)
    return lambda: exchange.trigger(trader, trigger_terms(pair=3))


@reaches("TriggerTaken")
def _(exchange: Exchange) -> Act:
    trader = _long(exchange)
    exchange.ok(exchange.trigger(trader, trigger_terms()))
    return lambda: exchange.trigger(trader, trigger_terms(trigger_price=1_470_000))


@reaches("TriggerWouldFire")
def _(exchange: Exchange) -> Act:
    trader = _long(exchange)
    return lambda: exchange.trigger(trader, trigger_terms(trigger_price=1_510_000))


@reaches("TriggerNotReached")
def _(exchange: Exchange) -> Act:
    trader = _long(exchange)
    exchange.ok(exchange.trigger(trader, trigger_terms()))
    return lambda: exchange.fire(trader, 0, exchange.vm.payer, trader)
