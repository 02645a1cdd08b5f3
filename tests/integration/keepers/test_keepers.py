"""The keepers on a real localnet with the real program and a real NATS server."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Literal

import httpx
import pytest

from keepers_ground import Ground
from nats_process import free_port
from part_process import part
from quantdesk.infra.bus import NatsBus
from quantdesk.infra.bus.messages import Price, VenueTrade
from quantdesk.infra.telemetry import HttpConfig
from quantdesk.keepers.app import serve
from quantdesk.keepers.config import KeepersConfig, MakerConfig, OracleConfig, Role, TakerConfig
from quantdesk.keepers.sender import Sender
from quantdesk.keepers.wallet import read_key
from quantdesk.program.instructions import TraderKey, place_many
from quantdesk.program.layouts import Order
from quantdesk.program.records import OrderKind, Quote, Side

pytestmark = pytest.mark.asyncio(loop_scope="module")

START = {"BTC-PERP": 87_232.0, "ETH-PERP": 2_059.1, "SOL-PERP": 143.54}


@dataclass
class Feed:
    """Publishes prices 20 times a second, and trades, until it is paused."""

    bus: NatsBus
    prices: dict[str, float] = field(default_factory=lambda: dict(START))
    flowing: bool = True
    _numbers: int = 0

    async def run(self) -> None:
        while True:
            await asyncio.sleep(0.05)
            if self.flowing:
                for symbol, value in self.prices.items():
                    await self.bus.publish(f"prices.{symbol}", self._price(symbol, value))

    def move(self, ratio: float) -> None:
        self.prices = {symbol: value * ratio for symbol, value in self.prices.items()}

    async def trade(self, symbol: str, side: Literal["buy", "sell"], size: str) -> None:
        self._numbers += 1
        made = VenueTrade(
            symbol=symbol,
            venue="test",
            trade_id=str(self._numbers),
            price=f"{self.prices[symbol]:.2f}",
            size=size,
            side=side,
            ts_ms=time.time_ns() // 1_000_000,
            feed="simulated",
        )
        await self.bus.publish(f"trades.{symbol}", made)

    @staticmethod
    def _price(symbol: str, value: float) -> Price:
        return Price(
            symbol=symbol,
            price=f"{value:.2f}",
            confidence="0.01",
            published_ms=time.time_ns() // 1_000_000,
            feed="simulated",
        )


@contextlib.asynccontextmanager
async def feeding(ground: Ground) -> AsyncIterator[Feed]:
    async with NatsBus(ground.nats.config("feed")) as bus:
        await bus.wait_connected(20)
        feed = Feed(bus)
        task = asyncio.create_task(feed.run())
        try:
            yield feed
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def keepers(ground: Ground) -> KeepersConfig:
    return KeepersConfig(
        bus=ground.nats.config("keepers"),
        rpc_url=ground.localnet.rpc_url,
        program_id=ground.deployment.program_id,
        exchange_id=ground.deployment.exchange_id,
        http=HttpConfig("127.0.0.1", free_port()),
        oracle=OracleConfig(ground.key_file("oracle"), stale_s=1.0),
        maker=MakerConfig(ground.key_file("maker"), every_s=0.2, stale_s=1.0),
        taker=TakerConfig(ground.key_file("taker"), every_s=0.3, stale_s=1.0),
    )


@contextlib.asynccontextmanager
async def running(config: KeepersConfig, *roles: Role) -> AsyncIterator[None]:
    task = asyncio.create_task(serve(config, roles))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def until(condition: Callable[[], Awaitable[bool]], within_s: float = 30.0) -> None:
    async with asyncio.timeout(within_s):
        while not await condition():  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def ready(config: KeepersConfig) -> dict[str, str]:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{config.http.port}") as client:
        try:
            reply = await client.get("/ready")
        except httpx.ConnectError:
            return dict.fromkeys(Role, "not listening yet")
        checks: dict[str, str] = reply.json()["checks"]
        return checks


async def publish_ms(ground: Ground, symbol: str) -> int:
    return (await ground.view.exchange()).market(symbol).publish_ms


async def maker_orders(ground: Ground, market: int) -> tuple[list[Order], list[Order]]:
    """Bids and asks of the maker in one market."""
    trader = await ground.view.trader(read_key(ground.key_file("maker")).pubkey())
    if trader is None or not trader.active:
        return [], []
    orders = await ground.view.orders(market, trader.slot_index)
    bids = [order for order in orders if order.order_id.side.sign > 0]
    return bids, [order for order in orders if order.order_id.side.sign < 0]


async def quoted_everywhere(ground: Ground) -> bool:
    for market in range(3):
        bids, asks = await maker_orders(ground, market)
        if (len(bids), len(asks)) != (3, 3):
            return False
    return True


async def test_the_oracle_pushes_every_market_and_stops_rather_than_push_a_stale_price(
    ground: Ground,
) -> None:
    config = keepers(ground)
    async with feeding(ground) as feed, running(config, Role.ORACLE):

        async def all_priced() -> bool:
            markets = (await ground.view.exchange()).markets
            return all(market.publish_ms > began for market in markets)

        began = time.time_ns() // 1_000_000 - 1_000
        await until(all_priced)
        exchange = await ground.view.exchange()
        for symbol, value in START.items():
            market = exchange.market(symbol)
            assert float(market.parameters.price_of_lot(market.index_price)) == pytest.approx(value, rel=1e-5)
        seen: set[int] = set()

        async def pushed_again_and_again() -> bool:
            seen.add(await publish_ms(ground, "SOL-PERP"))
            return len(seen) >= 4

        await until(pushed_again_and_again, within_s=10)
        feed.flowing = False
        await asyncio.sleep(2.5)
        last = await publish_ms(ground, "SOL-PERP")
        await asyncio.sleep(0.8)
        assert await publish_ms(ground, "SOL-PERP") == last
        assert "ms old" in (await ready(config))["oracle"]
        feed.flowing = True

        async def goes_on() -> bool:
            return await publish_ms(ground, "SOL-PERP") > last

        await until(goes_on)


async def test_a_move_of_five_basis_points_is_pushed_at_once(ground: Ground) -> None:
    config = keepers(ground)
    slow = replace(config, oracle=replace(OracleConfig(ground.key_file("oracle")), every_s=20.0))
    async with feeding(ground) as feed, running(slow, Role.ORACLE):

        async def pushed() -> bool:
            market = (await ground.view.exchange()).market("SOL-PERP")
            price = float(market.parameters.price_of_lot(market.index_price))
            return abs(price / feed.prices["SOL-PERP"] - 1) < 1e-4

        await until(pushed)
        feed.move(1.001)
        await until(pushed, within_s=5.0)


async def test_the_maker_quotes_three_levels_a_side_in_every_market_and_follows_the_price(
    ground: Ground,
) -> None:
    async with feeding(ground) as feed, running(keepers(ground), Role.ORACLE, Role.MAKER):
        await until(lambda: quoted_everywhere(ground))
        bids, asks = await maker_orders(ground, 2)
        assert max(order.ticks for order in bids) < 14_354 < min(order.ticks for order in asks)
        feed.move(1.002)

        async def followed() -> bool:
            bids, asks = await maker_orders(ground, 2)
            return (
                len(bids) == len(asks) == 3
                and min(order.ticks for order in bids) > 14_360
                and max(order.ticks for order in bids) < 14_383 < min(order.ticks for order in asks)
            )

        await until(followed)


async def test_a_restarted_maker_takes_up_its_quotes_and_never_doubles_them(ground: Ground) -> None:
    async with feeding(ground) as feed:
        for number in range(3):
            async with running(keepers(ground), Role.ORACLE, Role.MAKER):
                await until(lambda: quoted_everywhere(ground))
                feed.move(1.0005 if number % 2 else 0.9995)
                await asyncio.sleep(0.1 + 0.13 * number)
        async with running(keepers(ground), Role.ORACLE, Role.MAKER):
            await asyncio.sleep(1.5)
            await until(lambda: quoted_everywhere(ground))


async def test_a_maker_that_ends_leaves_no_quote_to_go_stale(ground: Ground) -> None:
    async with feeding(ground):
        async with running(keepers(ground), Role.ORACLE, Role.MAKER):
            await until(lambda: quoted_everywhere(ground))
        for market in range(3):
            assert await maker_orders(ground, market) == ([], [])


async def test_keepers_killed_at_any_moment_double_nothing(ground: Ground) -> None:
    async with feeding(ground) as feed:
        box = {"data_dir": ground.data.root, "offset": ground.offset, "nats": ground.nats}
        async with part("keepers", **box, QUANTDESK_KEEPERS="oracle,maker") as process:
            for number in range(3):
                await until(lambda: quoted_everywhere(ground))
                feed.move(1.0005 if number % 2 else 0.9995)
                await asyncio.sleep(0.05 + 0.21 * number)
                await process.kill()
                for market in range(3):
                    bids, asks = await maker_orders(ground, market)
                    assert len(bids) <= 3, process.log()
                    assert len(asks) <= 3, process.log()
                before = await publish_ms(ground, "BTC-PERP")
                await process.start()

                async def pushed_again(last: int = before) -> bool:
                    return await publish_ms(ground, "BTC-PERP") > last

                await until(pushed_again)
            await asyncio.sleep(1)
            await until(lambda: quoted_everywhere(ground))


async def test_quotes_that_land_late_are_found_and_replaced(ground: Ground) -> None:
    """As after a crash: a transaction of the old process lands when the new one has read the book."""
    async with feeding(ground), running(keepers(ground), Role.ORACLE, Role.MAKER):
        await until(lambda: quoted_everywhere(ground))
        key = read_key(ground.key_file("maker"))
        stray = Quote(Side.BID, OrderKind.POST_ONLY, False, 14_000, 100, 0)
        late = place_many(ground.venue, TraderKey(key.pubkey()), 2, [stray])
        await Sender(ground.rpc, ground.venue, key).settle([late], 200_000)

        async def gone() -> bool:
            bids, asks = await maker_orders(ground, 2)
            return len(bids) == len(asks) == 3 and all(order.ticks > 14_000 for order in bids)

        await until(gone)


async def test_a_maker_without_fresh_prices_takes_its_quotes_away(ground: Ground) -> None:
    config = keepers(ground)
    async with feeding(ground) as feed, running(config, Role.ORACLE, Role.MAKER):
        await until(lambda: quoted_everywhere(ground))
        feed.flowing = False

        async def nothing_rests() -> bool:
            return all([await maker_orders(ground, market) == ([], []) for market in range(3)])

        await until(nothing_rests)
        assert "NoPrice" in (await ready(config))["maker"]
        feed.flowing = True
        await until(lambda: quoted_everywhere(ground))


async def test_the_feeds_trades_become_real_fills_and_the_maker_requotes(ground: Ground) -> None:
    config = keepers(ground)
    async with feeding(ground) as feed, running(config, *Role):
        await until(lambda: quoted_everywhere(ground))
        before = (await ground.view.exchange()).market("SOL-PERP").volume_lots

        async def traded() -> bool:
            await feed.trade("SOL-PERP", "buy", "50")
            market = (await ground.view.exchange()).market("SOL-PERP")
            return market.volume_lots > before and market.last_trade > 0

        await until(traded)
        trader = await ground.view.trader(read_key(ground.key_file("taker")).pubkey())
        assert trader is not None
        position = (await ground.view.slot(trader.slot_index)).position(2)
        assert position is not None
        assert position.base > 0
        await until(lambda: quoted_everywhere(ground))

        async def all_well() -> bool:
            return set((await ready(config)).values()) == {"ok"}

        await until(all_well)


async def test_keepers_without_their_node_say_so_and_go_on_when_it_is_back(ground: Ground) -> None:
    config = keepers(ground)
    async with feeding(ground), running(config, Role.ORACLE, Role.MAKER):
        await until(lambda: quoted_everywhere(ground))
        await ground.localnet.kill()

        async def noticed() -> bool:
            return (await ready(config))["maker"] != "ok"

        await until(noticed)
        await ground.localnet.start()
        began = time.time_ns() // 1_000_000

        async def pushed() -> bool:
            return await publish_ms(ground, "BTC-PERP") > began

        await until(pushed, within_s=40)
        await until(lambda: quoted_everywhere(ground), within_s=40)


async def test_a_keeper_without_money_says_what_it_lacks(ground: Ground) -> None:
    ground.data.keypair("beggar")
    config = replace(keepers(ground), maker=MakerConfig(ground.key_file("beggar"), every_s=0.2))
    async with feeding(ground), running(config, Role.MAKER):

        async def said() -> bool:
            return "holds 0.00 USDC" in (await ready(config))["maker"]

        await until(said)


async def test_a_key_that_may_not_price_any_market_says_so(ground: Ground) -> None:
    config = replace(keepers(ground), oracle=OracleConfig(ground.key_file("maker")))
    async with feeding(ground), running(config, Role.ORACLE):

        async def said() -> bool:
            return "is the price authority of no market" in (await ready(config))["oracle"]

        await until(said)


async def test_a_taker_that_lost_what_it_may_lose_stops_and_says_so(ground: Ground) -> None:
    taker = TakerConfig(ground.key_file("taker"), deposit_usdc=5_000_000, loss_usdc=1_000, every_s=0.2)
    config = replace(keepers(ground), taker=taker)
    async with feeding(ground) as feed, running(config, Role.ORACLE, Role.TAKER):

        async def said() -> bool:
            return "the limit is 1,000" in (await ready(config))["taker"]

        await until(said)
        before = (await ground.view.exchange()).market("SOL-PERP").volume_lots
        await feed.trade("SOL-PERP", "buy", "50")
        await asyncio.sleep(0.6)
        assert (await ground.view.exchange()).market("SOL-PERP").volume_lots == before
