"""Setting an exchange up, its authorities, prices, and numbers that leave their range."""

from __future__ import annotations

from typing import Any

from solders.keypair import Keypair

from integration.program.exchange import HEADER_BYTES, USDC, Exchange
from integration.program.patching import patched
from integration.program.refusals.rows import Act, fresh, grown, opened, reaches


def unpriced() -> Exchange:
    """Open, without a price."""
    exchange = fresh()
    exchange.set_up()
    return exchange


@reaches("ExchangeNotOpen", grown)
def _(exchange: Exchange) -> Act:
    exchange.grow_fully("Ledger", exchange.ledger)
    exchange.ok(exchange.add_usdc())
    trader = exchange.open_trader(1)
    return lambda: exchange.deposit(trader, USDC)


@reaches("ExchangeAlreadyOpen")
def _(exchange: Exchange) -> Act:
    return exchange.open


@reaches("ParameterOutOfBounds", fresh)
def _(exchange: Exchange) -> Act:
    return lambda: exchange.init(min_slot_equity=0)


@reaches("FeesExceedMaintenance", grown)
def _(exchange: Exchange) -> Act:
    """A market of 0.05 %, where closing costs 0.05 %."""
    exchange.ok(exchange.add_usdc())
    thin = {"maintenance_fraction": 100_000, "liquidation_fee": 500, "mark_band": 500}
    tiers = [{"up_to": 10**12, "rate": 10_000}] + [{"up_to": 0, "rate": 0}] * 3
    return lambda: exchange.create_market(0, tiers=tiers, **thin)


@reaches("TableFull", grown)
def _(exchange: Exchange) -> Act:
    """The sixth collateral."""
    exchange.ok(exchange.add_usdc())
    other = {"feed_id": bytes([1] * 32), "max_age_s": 60, "initial_weight": 0, "maintenance_weight": 0}

    def name_mint(number: int) -> None:
        exchange.mint = Keypair.from_seed(bytes([77] * 31 + [number])).pubkey()
        exchange.vault = exchange.pda(b"vault", bytes(exchange.address), bytes(exchange.mint))
        exchange._put_mint(exchange.mint, decimals=6)

    for number in range(4):
        name_mint(number)
        exchange.ok(exchange.add_usdc(**other))
    name_mint(4)
    return lambda: exchange.add_usdc(**other)


@reaches("GrowthLimit", grown)
def _(exchange: Exchange) -> Act:
    return lambda: exchange.grow("Exchange", exchange.address)


@reaches("BookNotUsable", grown)
def _(exchange: Exchange) -> Act:
    exchange.grow_fully("Ledger", exchange.ledger)
    exchange.ok(exchange.add_usdc())
    exchange.ok(exchange.create_market(0))
    return exchange.open


@reaches("Paused")
def _(exchange: Exchange) -> Act:
    trader = exchange.funded(1, 100)
    pause = exchange.build("set_pause", {"paused": 2}, authority=exchange.admin.pubkey())
    exchange.ok(exchange.run(pause, signers=[exchange.admin]))
    return lambda: exchange.withdraw(trader, USDC)


@reaches("NoPrice", unpriced)
def _(exchange: Exchange) -> Act:
    trader = exchange.funded(1, 100)
    return lambda: exchange.place(trader, "Bid", 14_990, 10)


@reaches("PriceStale")
def _(exchange: Exchange) -> Act:
    trader = exchange.funded(1, 100)
    exchange.vm.advance(slots=25, seconds=11)
    return lambda: exchange.place(trader, "Bid", 14_990, 10)


@reaches("PriceUncertain")
def _(exchange: Exchange) -> Act:
    trader = exchange.funded(1, 100)
    exchange.vm.advance(seconds=1)
    exchange.ok(exchange.post({0: 1_500_000}, confidence=1_500_000 * 26 // 10_000))
    return lambda: exchange.place(trader, "Bid", 14_990, 10)


@reaches("PriceNotPositive")
def _(exchange: Exchange) -> Act:
    return lambda: exchange.post({0: 0})


@reaches("PriceInFuture")
def _(exchange: Exchange) -> Act:
    return lambda: exchange.post({0: 1_500_000}, publish_ms=exchange.vm.unix * 1_000 + 3_001)


@reaches("PriceTooOld")
def _(exchange: Exchange) -> Act:
    return lambda: exchange.post({0: 1_500_000}, publish_ms=exchange.vm.unix * 1_000 - 60_001)


@reaches("ConfidenceTooWide")
def _(exchange: Exchange) -> Act:
    return lambda: exchange.post({0: 1_500_000}, confidence=15_001)


@reaches("TooManyUpdates")
def _(exchange: Exchange) -> Act:
    update = {"market": 0, "price": 1, "confidence": 0, "publish_ms": 0}
    many = exchange.build("update_price", {"updates": [update] * 17})
    return lambda: exchange.run(many, signers=[exchange.authority])


def in_the_next_century() -> Exchange:
    """An open exchange in 2106, when unix seconds pass 32 bits."""
    exchange = opened()
    exchange.funded(1, 100)
    exchange.vm.set_time(unix=2**32)
    return exchange


@reaches("ArithmeticOverflow", in_the_next_century)
def _(exchange: Exchange) -> Act:
    return lambda: exchange.deposit(exchange.traders[0], USDC)


@reaches("BrokenInvariant")
def _(exchange: Exchange) -> Act:
    """More parked than the exchange ever took in, written by hand."""
    trader = exchange.open_trader(1)
    exchange.ok(exchange.deposit(trader, USDC))

    def richer(account: Any) -> None:
        account["parked"][0] += 1

    patched(exchange, trader.address, "Trader", richer)
    return lambda: exchange.withdraw(trader, USDC + 1)


@reaches("EventTooLarge")
def _(exchange: Exchange) -> Act:
    """129 bids of one trader, written by hand: 64 is the most that the program lets rest."""
    trader = exchange.funded(1, 100)
    exchange.ok(exchange.place(trader, "Bid", 14_000, 10))

    def crowd(account: Any) -> None:
        account["bid_count"] = 129

    def full(orders: Any) -> None:
        orders[:] = orders[0]

    def many(slot: Any) -> None:
        slot["positions"]["bid_orders"][0] = 129
        slot["positions"]["bid_lots"][0] = 129 * 10

    at = HEADER_BYTES["Book"]
    patched(exchange, exchange.book(0), "Book", crowd)
    patched(exchange, exchange.book(0), "Order", full, at=at, count=129)
    patched(exchange, exchange.ledger, "Slot", many, at=HEADER_BYTES["Ledger"])
    return lambda: exchange.cancel_all(trader)
