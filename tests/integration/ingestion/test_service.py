"""The whole ingestion service on a real NATS server and a real store."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from fakes.binance import FakeBinance
from nats_process import NatsProcess, free_port, nats_process
from part_process import free_offset, part
from quantdesk.bootstrap.data_dir import DataDir
from quantdesk.infra.bus import Delivery, NatsBus
from quantdesk.infra.bus.messages import Price, VenueTrade
from quantdesk.infra.store import migrate
from quantdesk.infra.telemetry import HttpConfig
from quantdesk.ingestion.app import serve
from quantdesk.ingestion.config import BinanceConfig, IngestionConfig
from quantdesk.ingestion.feed_choice import FeedChoiceBroken

NOWHERE = BinanceConfig(rest_url="http://127.0.0.1:9/api/v3", ws_url="ws://127.0.0.1:9")


@pytest.fixture
async def nats() -> AsyncIterator[NatsProcess]:
    async with nats_process() as server:
        yield server


@pytest.fixture
async def config(nats: NatsProcess, tmp_path: Path) -> IngestionConfig:
    url = f"sqlite:///{tmp_path}/store.sqlite"
    await migrate(url)
    return IngestionConfig(
        bus=nats.config("ingestion"),
        database_url=url,
        state_dir=tmp_path / "ingestion",
        http=HttpConfig("127.0.0.1", free_port()),
        feed="auto",
        binance=NOWHERE,
        seed=7,
    )


@contextlib.asynccontextmanager
async def running(config: IngestionConfig) -> AsyncIterator[None]:
    task = asyncio.create_task(serve(config))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def page(config: IngestionConfig, path: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{config.http.port}") as client:
        async with asyncio.timeout(20):
            while True:
                with contextlib.suppress(httpx.ConnectError):
                    return await client.get(path)
                await asyncio.sleep(0.02)


async def ready(config: IngestionConfig) -> dict[str, Any]:
    async with asyncio.timeout(30):
        while (await page(config, "/ready")).status_code != 200:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    return (await page(config, "/status")).json()  # type: ignore[no-any-return]


def rows(config: IngestionConfig, query: str) -> list[tuple[Any, ...]]:
    with contextlib.closing(sqlite3.connect(config.database_url.removeprefix("sqlite:///"))) as store:
        return store.execute(query).fetchall()


async def test_without_a_venue_auto_replays_the_recording_and_says_so(
    config: IngestionConfig, nats: NatsProcess
) -> None:
    async with running(config), NatsBus(nats.config("reader")) as bus:
        prices = await bus.subscribe("prices.*", Price)
        trades = await bus.subscribe("trades.*", VenueTrade)
        status = await ready(config)
        assert (status["mode"], status["feed"]) == ("auto", "replay")
        async with asyncio.timeout(20):
            seen: dict[str, Price] = {}
            while len(seen) < 3:
                item = await prices.__anext__()
                if isinstance(item, Delivery):
                    seen[item.message.symbol] = item.message
            trade = await trades.__anext__()
        assert {price.feed for price in seen.values()} == {"replay"}
        assert seen["BTC-PERP"].price.startswith("872")
        assert isinstance(trade, Delivery)
        assert trade.message.feed == "replay"
    assert (config.state_dir / "feed").read_text() == "replay\n"


async def test_auto_keeps_its_choice_though_the_venue_can_be_reached_later(config: IngestionConfig) -> None:
    async with running(config):
        await ready(config)
    async with FakeBinance() as venue:
        reachable = replace(config, binance=BinanceConfig(rest_url=venue.rest_url, ws_url=venue.ws_url))
        async with running(reachable):
            assert (await ready(reachable))["feed"] == "replay"
        assert venue.requests == []


async def test_a_restart_goes_on_from_the_last_price_without_a_jump(config: IngestionConfig) -> None:
    simulated = replace(config, feed="simulated")
    async with running(simulated):
        await ready(simulated)
        await asyncio.sleep(1.2)
    before = {symbol: float(price) for symbol, price in rows(config, "select symbol, price from feed_state")}
    assert set(before) == {"BTC-PERP", "ETH-PERP", "SOL-PERP"}
    async with running(simulated):
        after = (await ready(simulated))["symbols"]
    for symbol, price in before.items():
        assert after[symbol]["feed"] == "simulated"
        assert abs(float(after[symbol]["price"]) / price - 1) < 0.001


async def test_a_killed_feed_goes_on_from_its_last_price(nats: NatsProcess, tmp_path: Path) -> None:
    data, offset = DataDir(tmp_path / "box").open(), free_offset()
    url = f"sqlite:///{data.store}"
    await migrate(url)
    config = IngestionConfig(
        bus=nats.config("x"),
        database_url=url,
        state_dir=tmp_path,
        http=HttpConfig("127.0.0.1", 3003 + offset),
    )
    box = {"data_dir": data.root, "offset": offset, "nats": nats}
    async with part("ingestion", **box, QUANTDESK_FEED="simulated") as process:
        await ready(config)
        await asyncio.sleep(1.5)
        before = (await ready(config))["symbols"]
        await process.kill()
        await process.start()
        after = (await ready(config))["symbols"]
    for symbol, shown in before.items():
        assert after[symbol]["feed"] == "simulated"
        assert abs(float(after[symbol]["price"]) / float(shown["price"]) - 1) < 0.001


async def test_trades_become_candles_in_the_store(config: IngestionConfig) -> None:
    async with running(config):
        await ready(config)
        await asyncio.sleep(1.5)
    found = rows(config, "select symbol, trades, feed, v from venue_candles where resolution = '1m'")
    assert {symbol for symbol, *_ in found} >= {"BTC-PERP", "SOL-PERP"}
    assert all(trades > 0 and feed == "replay" and float(v) > 0 for _, trades, feed, v in found)


async def test_a_reachable_venue_is_chosen_and_when_it_is_lost_the_feed_is_stale_not_replayed(
    config: IngestionConfig, nats: NatsProcess
) -> None:
    async with contextlib.AsyncExitStack() as stack:
        venue = await stack.enter_async_context(FakeBinance())
        live = replace(config, binance=BinanceConfig(rest_url=venue.rest_url, ws_url=venue.ws_url))
        await stack.enter_async_context(running(live))
        bus = await stack.enter_async_context(NatsBus(nats.config("reader")))
        prices = await bus.subscribe("prices.SOL-PERP", Price)
        await venue.subscribed(*(f"{name}usdt@bookTicker" for name in ("btc", "eth", "sol")))
        for symbol in venue.symbols:
            await venue.book(symbol, "100.01", "100.02")
        status = await ready(live)
        assert status["feed"] == "live"
        assert status["symbols"]["SOL-PERP"]["price"] == "100.015"
        venue.refuse = True
        await venue.drop()
        async with asyncio.timeout(20):
            while True:
                item = await prices.__anext__()
                if isinstance(item, Delivery) and not item.message.sources[0].used:
                    break
        assert item.message.feed == "live"
        assert "lost" in (item.message.sources[0].reason or "")
        reply = await page(live, "/ready")
        assert reply.status_code == 503
        assert reply.json()["checks"]["source"] != "ok"


async def test_the_feed_outlives_its_bus(config: IngestionConfig, nats: NatsProcess) -> None:
    async with running(config):
        await ready(config)
        await nats.stop()
        async with asyncio.timeout(20):
            while (await page(config, "/ready")).status_code != 503:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        await nats.start()
        await ready(config)


async def test_a_spoilt_choice_is_named(config: IngestionConfig) -> None:
    config.state_dir.mkdir()
    (config.state_dir / "feed").write_text("maybe")
    with pytest.raises(FeedChoiceBroken, match="maybe"):
        await serve(config)
