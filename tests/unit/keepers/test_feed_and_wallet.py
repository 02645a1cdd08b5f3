"""The feed as keepers see it, and their key files."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from solders.keypair import Keypair

from fakes.bus import MemoryBus
from quantdesk.domain.market import Market
from quantdesk.infra.bus.messages import Price, VenueTrade
from quantdesk.keepers.config import Role
from quantdesk.keepers.errors import KeyBroken, NoPrice, NotFunded
from quantdesk.keepers.feed import PriceFeed, TradeFlow
from quantdesk.keepers.measures import Measures
from quantdesk.keepers.role import Duty
from quantdesk.keepers.wallet import read_key

BTC = Market(0, "BTC-PERP", lots_per_base=10_000, tick_size=100)


class Clock:
    def __init__(self) -> None:
        self.now = 10_000

    def __call__(self) -> int:
        return self.now


@contextlib.asynccontextmanager
async def following(bus: MemoryBus, clock: Clock) -> AsyncIterator[PriceFeed]:
    feed = PriceFeed(bus, clock)
    task = asyncio.create_task(feed.run())
    await asyncio.sleep(0)
    try:
        yield feed
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def price(value: str, published_ms: int) -> Price:
    return Price(symbol="BTC-PERP", price=value, confidence="0.005", published_ms=published_ms, feed="replay")


async def test_a_price_is_read_in_the_markets_units_with_its_confidence_rounded_up() -> None:
    async with MemoryBus() as bus, following(bus, Clock()) as feed:
        await bus.publish("prices.BTC-PERP", price("87232.005", 9_000))
        await feed.wait_arrival(5)
        quoted = feed.quoted(BTC, 3)
        assert (quoted.price, quoted.confidence, quoted.publish_ms) == (8_723_200, 1, 9_000)


async def test_a_price_never_seen_or_too_old_is_no_price() -> None:
    clock = Clock()
    async with MemoryBus() as bus, following(bus, clock) as feed:
        with pytest.raises(NoPrice, match="no price of BTC-PERP yet"):
            feed.quoted(BTC, 3)
        await bus.publish("prices.BTC-PERP", price("87232", 9_000))
        await feed.wait_arrival(5)
        clock.now = 12_500
        with pytest.raises(NoPrice, match="3500 ms old; at most 3 s"):
            feed.quoted(BTC, 3)


async def test_an_older_price_never_replaces_a_newer_one() -> None:
    async with MemoryBus() as bus, following(bus, Clock()) as feed:
        await bus.publish("prices.BTC-PERP", price("87232", 9_000))
        await bus.publish("prices.BTC-PERP", price("1", 8_000))
        await feed.wait_arrival(5)
        assert feed.quoted(BTC, 3).price == 8_723_200


async def test_trades_are_handed_out_once() -> None:
    async with MemoryBus() as bus:
        flow = TradeFlow(bus)
        task = asyncio.create_task(flow.run())
        await asyncio.sleep(0)
        made = VenueTrade(
            symbol="BTC-PERP", venue="v", trade_id="1", price="1", size="2", side="buy", ts_ms=1, feed="live"
        )
        await bus.publish("trades.BTC-PERP", made)
        async with asyncio.timeout(5):
            while not (taken := flow.take("BTC-PERP")):  # noqa: ASYNC110
                await asyncio.sleep(0)
        assert taken == [made]
        assert flow.take("BTC-PERP") == []
        task.cancel()


def test_a_key_file_gives_its_key(tmp_path: Path) -> None:
    key = Keypair()
    (tmp_path / "maker.json").write_text(json.dumps(list(bytes(key))))
    assert read_key(tmp_path / "maker.json") == key


@pytest.mark.parametrize("content", ["", "[]", "[1,2,3]", json.dumps([300] * 64), json.dumps([7] * 64)])
def test_a_broken_key_file_is_named_and_never_shown(tmp_path: Path, content: str) -> None:
    (tmp_path / "maker.json").write_text(content)
    with pytest.raises(KeyBroken, match=r"maker\.json") as failure:
        read_key(tmp_path / "maker.json")
    assert "7, 7" not in str(failure.value)
    with pytest.raises(KeyBroken, match="no key file"):
        read_key(tmp_path / "nothing.json")


async def test_a_duty_tries_again_says_what_it_waits_for_and_when_it_acts() -> None:
    duty = Duty(Role.MAKER, Measures(CollectorRegistry()))
    seen: list[str | None] = []
    done = asyncio.Event()

    async def act() -> None:
        seen.append(duty.trouble())
        if len(seen) < 3:
            raise NotFunded("wallet holds 0 USDC")
        duty.acting()
        done.set()
        await asyncio.sleep(60)

    task = asyncio.create_task(duty.keep(act))
    await asyncio.wait_for(done.wait(), 10)
    task.cancel()
    assert seen == ["not started yet", "NotFunded: wallet holds 0 USDC", "NotFunded: wallet holds 0 USDC"]
    assert duty.trouble() is None


async def test_a_fault_of_our_own_is_loud() -> None:
    async def act() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await Duty(Role.MAKER, Measures(CollectorRegistry())).keep(act)
