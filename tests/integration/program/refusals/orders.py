"""What an order must satisfy."""

from __future__ import annotations

from integration.program.exchange import Exchange, quote
from integration.program.refusals.rows import AS_CODES, Act, opened_with, reaches


def relisted() -> Exchange:
    """Open, with a market whose first price is too low for its steps: it turned reduce-only."""
    exchange = opened_with()
    exchange.vm.advance(slots=10_000, seconds=3_661)
    for _ in range(3):
        exchange.vm.advance(seconds=1)
        exchange.ok(exchange.post({0: 4_999}))
    return exchange


@reaches("UnknownMarket")
def _(exchange: Exchange) -> Act:
    trader = exchange.funded(1, 1_000)
    return lambda: exchange.place(trader, "Bid", 14_990, 10, market=1)


@reaches("MarketNotActive", relisted)
def _(exchange: Exchange) -> Act:
    trader = exchange.funded(1, 1_000)
    return lambda: exchange.place(trader, "Bid", 49, 1_000)


@reaches("MatchingPaused")
def _(exchange: Exchange) -> Act:
    """A minute after a gap in prices."""
    trader = exchange.funded(1, 1_000)
    exchange.ok(exchange.place(trader, "Bid", 14_900, 10))
    exchange.vm.advance(slots=200, seconds=61)
    exchange.ok(exchange.post({0: 1_500_000}))
    return lambda: exchange.place(trader, "Bid", 14_990, 10)


@reaches("ZeroSize")
def _(exchange: Exchange) -> Act:
    trader = exchange.funded(1, 1_000)
    return lambda: exchange.place(trader, "Bid", 14_990, 0)


@reaches("ZeroPrice")
def _(exchange: Exchange) -> Act:
    trader = exchange.funded(1, 1_000)
    return lambda: exchange.place(trader, "Bid", 0, 10)


@reaches("BelowMinimumNotional")
def _(exchange: Exchange) -> Act:
    trader = exchange.funded(1, 1_000)
    return lambda: exchange.place(trader, "Bid", 14_990, 6)


@reaches("BelowRestingMinimum", lambda: opened_with(book_capacity=4))
def _(exchange: Exchange) -> Act:
    """Twice the minimum is needed from a quarter of the side on."""
    trader = exchange.funded(1, 1_000)
    exchange.ok(exchange.place(trader, "Bid", 14_990, 10))
    return lambda: exchange.place(trader, "Bid", 14_990, 10)


@reaches("PriceOutsideBand")
def _(exchange: Exchange) -> Act:
    trader = exchange.funded(1, 1_000)
    return lambda: exchange.place(trader, "Bid", 15_751, 10)


@reaches("PostOnlyWouldCross")
def _(exchange: Exchange) -> Act:
    exchange.ok(exchange.place(exchange.funded(1, 1_000), "Ask", 15_000, 10))
    trader = exchange.funded(2, 1_000)
    return lambda: exchange.place(trader, "Bid", 15_000, 10, kind="PostOnly")


@reaches("MinimumFillNotReached")
def _(exchange: Exchange) -> Act:
    trader = exchange.funded(1, 1_000)
    return lambda: exchange.place(trader, "Bid", 15_000, 10, kind="ImmediateOrCancel")


@reaches("ReduceOnlyWouldIncrease")
def _(exchange: Exchange) -> Act:
    trader = exchange.funded(1, 1_000)
    return lambda: exchange.place(trader, "Bid", 14_990, 10, reduce_only=True)


@reaches("SelfTrade")
def _(exchange: Exchange) -> Act:
    trader = exchange.funded(1, 1_000)
    exchange.ok(exchange.place(trader, "Ask", 15_000, 10))
    return lambda: exchange.place(trader, "Bid", 15_000, 10, self_trade="CancelTaker")


@reaches("OrderExpired")
def _(exchange: Exchange) -> Act:
    trader, now = exchange.funded(1, 1_000), exchange.vm.slot
    return lambda: exchange.place(trader, "Bid", 14_990, 10, expiry_kind="Slot", expiry=now)


@reaches("InstructionExpired")
def _(exchange: Exchange) -> Act:
    trader, now = exchange.funded(1, 1_000), exchange.vm.slot
    return lambda: exchange.place(trader, "Bid", 14_990, 10, valid_until_slot=now - 1)


@reaches("NonceUsed")
def _(exchange: Exchange) -> Act:
    trader = exchange.funded(1, 1_000)
    exchange.ok(exchange.place(trader, "Bid", 14_990, 10, nonce=5))
    return lambda: exchange.place(trader, "Bid", 14_990, 10, nonce=5)


@reaches("DuplicateClientId")
def _(exchange: Exchange) -> Act:
    trader = exchange.funded(1, 1_000)
    exchange.ok(exchange.place(trader, "Bid", 14_990, 10, client_id=3))
    return lambda: exchange.place(trader, "Bid", 14_980, 10, client_id=3)


@reaches("OrderNotFound")
def _(exchange: Exchange) -> Act:
    trader = exchange.funded(1, 1_000)
    return lambda: exchange.cancel(trader, 14_990, 1)


@reaches("NotYourOrder")
def _(exchange: Exchange) -> Act:
    maker, other = exchange.funded(1, 1_000), exchange.funded(2, 1_000)
    seq = exchange.ok(exchange.place(maker, "Bid", 14_990, 10)).event["orders"][0]["seq"]
    return lambda: exchange.cancel(other, 14_990, seq)


@reaches("OrderNotExpired", table=AS_CODES)
def _(exchange: Exchange) -> Act:
    trader = exchange.funded(1, 1_000)
    seq = exchange.ok(exchange.place(trader, "Bid", 14_990, 10)).event["orders"][0]["seq"]
    prune = exchange.trading("prune_expired", trader, 0, {"orders": [{"ticks": 14_990, "seq": seq}]})
    return lambda: exchange.run(prune, signers=[trader.key])


@reaches("BookSideFull", lambda: opened_with(book_capacity=1))
def _(exchange: Exchange) -> Act:
    trader = exchange.funded(1, 1_000)
    exchange.ok(exchange.place(trader, "Bid", 14_990, 10))
    return lambda: exchange.place(trader, "Bid", 14_980, 300)


@reaches("TooManyOrders")
def _(exchange: Exchange) -> Act:
    trader = exchange.funded(1, 10_000)
    for _ in range(4):
        exchange.ok(exchange.batch("place_many", trader, quotes=[quote("Bid", 14_990, 100)] * 16))
    return lambda: exchange.place(trader, "Bid", 14_990, 100)


@reaches("TooManyQuotes")
def _(exchange: Exchange) -> Act:
    trader = exchange.funded(1, 1_000)
    return lambda: exchange.batch("place_many", trader, quotes=[quote("Bid", 14_990, 10)] * 17)


@reaches("MatchLimitReached")
def _(exchange: Exchange) -> Act:
    """A bid moves up to 33 dead asks: 32 may be removed on the way. (`place_order` keeps what it removed.)"""
    maker, trader = exchange.funded(1, 10_000), exchange.funded(2, 1_000)
    dies = {"expiry_kind": "Slot", "expiry": exchange.vm.slot + 5}
    for count in (16, 16, 1):
        exchange.ok(exchange.batch("place_many", maker, quotes=[quote("Ask", 15_010, 100)] * count, **dies))
    seq = exchange.ok(exchange.place(trader, "Bid", 14_990, 10)).event["orders"][0]["seq"]
    exchange.vm.advance(slots=5)
    up = {"ticks": 14_990, "seq": seq, "new_ticks": 15_010, "new_lots": 10, "nonce": 0, "valid_until_slot": 0}
    modify = exchange.trading("modify_order", trader, 0, up)
    return lambda: exchange.run(modify, signers=[trader.key])
