"""What every `Bus` promises, on the in-memory fake and on a real NATS server."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import pytest

from fakes.bus import MemoryBroker, MemoryBus
from nats_process import NatsProcess, nats_process
from quantdesk.infra.bus import Bus, BusAway, Delivery, NatsBus, NoAnswer, Resync, Subscription
from quantdesk.infra.bus.messages import BookDelta, Price, SnapshotRequest, prices_subject


@dataclass
class Setup:
    connect: Callable[[], Awaitable[Bus]]
    server: NatsProcess | MemoryBroker


@contextlib.asynccontextmanager
async def memory_setup() -> AsyncIterator[Setup]:
    broker = MemoryBroker()
    yield Setup(connect=lambda: MemoryBus(broker).open(), server=broker)


@contextlib.asynccontextmanager
async def nats_setup() -> AsyncIterator[Setup]:
    async with nats_process() as server:
        opened: list[NatsBus] = []

        async def connect() -> Bus:
            bus = await NatsBus(server.config(f"test {len(opened)}")).open()
            opened.append(bus)
            await bus.wait_connected(20)
            return bus

        try:
            yield Setup(connect=connect, server=server)
        finally:
            for bus in opened:
                await bus.close()


@pytest.fixture(params=[memory_setup, nats_setup], ids=["memory", "nats"])
async def setup(request: pytest.FixtureRequest) -> AsyncIterator[Setup]:
    async with request.param() as made:
        yield made


def price(symbol: str, value: str) -> Price:
    return Price(symbol=symbol, price=value, confidence="0.01", published_ms=1, feed="replay")


async def noticed_away(*buses: Bus) -> None:
    """A real socket needs a moment to notice that its server died."""
    async with asyncio.timeout(10):
        while any(bus.connected for bus in buses):  # noqa: ASYNC110 - the port tells it by a property
            await asyncio.sleep(0.02)


async def read(subscription: Subscription[Price]) -> Delivery[Price] | Resync:
    return await asyncio.wait_for(subscription.__anext__(), 10)


async def test_a_message_arrives_as_it_was_published(setup: Setup) -> None:
    writer, reader = await setup.connect(), await setup.connect()
    prices = await reader.subscribe("prices.*", Price)
    sent = price("BTC-PERP", "87232.01")
    await writer.publish(prices_subject("BTC-PERP"), sent)
    assert await read(prices) == Delivery("prices.BTC-PERP", sent)


async def test_messages_of_one_publisher_keep_their_order(setup: Setup) -> None:
    writer, reader = await setup.connect(), await setup.connect()
    prices = await reader.subscribe("prices.*", Price)
    for number in range(200):
        await writer.publish("prices.BTC-PERP", price("BTC-PERP", str(number)))
    got = [await read(prices) for _ in range(200)]
    assert [item.message.price for item in got if isinstance(item, Delivery)] == [str(n) for n in range(200)]


async def test_a_pattern_receives_its_own_subjects_only(setup: Setup) -> None:
    writer, reader = await setup.connect(), await setup.connect()
    only_sol = await reader.subscribe("prices.SOL-PERP", Price)
    await writer.publish("prices.BTC-PERP", price("BTC-PERP", "1"))
    await writer.publish("prices.SOL-PERP", price("SOL-PERP", "2"))
    item = await read(only_sol)
    assert isinstance(item, Delivery)
    assert item.message.price == "2"


async def test_a_reader_that_falls_behind_is_told_to_resync_and_reads_on(setup: Setup) -> None:
    writer, reader = await setup.connect(), await setup.connect()
    slow = await reader.subscribe("prices.*", Price, limit=4)
    quick = await reader.subscribe("prices.*", Price)
    for number in range(6):
        await writer.publish("prices.BTC-PERP", price("BTC-PERP", str(number)))
    for _ in range(6):
        await read(quick)
    assert await read(slow) == Resync("slow_consumer")
    after = await read(slow)
    assert isinstance(after, Delivery)
    assert after.message.price == "5"


async def test_publishing_while_the_server_is_away_is_refused_and_kept_nowhere(setup: Setup) -> None:
    writer, reader = await setup.connect(), await setup.connect()
    prices = await reader.subscribe("prices.*", Price)
    await setup.server.stop()
    await noticed_away(writer, reader)
    with pytest.raises(BusAway):
        await writer.publish("prices.BTC-PERP", price("BTC-PERP", "lost"))
    await setup.server.start()
    await writer.wait_connected(20)
    await reader.wait_connected(20)
    assert await read(prices) == Resync("reconnected")
    await writer.publish("prices.BTC-PERP", price("BTC-PERP", "new"))
    item = await read(prices)
    assert isinstance(item, Delivery)
    assert item.message.price == "new"


async def test_a_request_gets_the_answer(setup: Setup) -> None:
    asker, indexer = await setup.connect(), await setup.connect()

    async def snapshot(request: SnapshotRequest) -> BookDelta:
        return BookDelta(
            symbol=request.symbol, epoch="e", prev_seq=0, seq=7, slot=3, snapshot=True, bids=[(5, 2)], asks=[]
        )

    await indexer.answer("book.snapshot.SOL-PERP", SnapshotRequest, snapshot)
    book = await asker.request("book.snapshot.SOL-PERP", SnapshotRequest(symbol="SOL-PERP"), BookDelta, 10)
    assert (book.seq, book.bids) == (7, [(5, 2)])


async def test_a_request_that_nobody_answers_says_so(setup: Setup) -> None:
    asker = await setup.connect()
    with pytest.raises(NoAnswer):
        await asker.request("book.snapshot.X", SnapshotRequest(symbol="X"), BookDelta, 2)


async def test_answers_go_on_after_the_server_was_away(setup: Setup) -> None:
    asker, indexer = await setup.connect(), await setup.connect()

    async def echo(request: SnapshotRequest) -> SnapshotRequest:
        return request

    await indexer.answer("echo", SnapshotRequest, echo)
    await setup.server.stop()
    await noticed_away(asker, indexer)
    await setup.server.start()
    await asker.wait_connected(20)
    await indexer.wait_connected(20)
    answer = await asker.request("echo", SnapshotRequest(symbol="SOL-PERP"), SnapshotRequest, 10)
    assert answer.symbol == "SOL-PERP"


async def test_a_message_of_another_kind_never_reaches_the_reader(setup: Setup) -> None:
    writer, reader = await setup.connect(), await setup.connect()
    prices = await reader.subscribe("prices.*", Price)
    await writer.publish("prices.BTC-PERP", SnapshotRequest(symbol="BTC-PERP"))
    await writer.publish(
        "prices.BTC-PERP", Price(v=99, symbol="B", price="1", confidence="0", published_ms=1, feed="live")
    )
    await writer.publish("prices.BTC-PERP", price("BTC-PERP", "good"))
    item = await read(prices)
    assert isinstance(item, Delivery)
    assert item.message.price == "good"


async def test_a_closed_subscription_ends_its_loop(setup: Setup) -> None:
    reader = await setup.connect()
    prices = await reader.subscribe("prices.*", Price)
    await prices.close()
    assert [item async for item in prices] == []


async def test_closing_the_bus_sends_what_was_published_and_ends_the_readers(setup: Setup) -> None:
    writer, reader = await setup.connect(), await setup.connect()
    prices = await reader.subscribe("prices.*", Price)
    await writer.publish("prices.BTC-PERP", price("BTC-PERP", "last"))
    await writer.close()
    item = await read(prices)
    assert isinstance(item, Delivery)
    assert item.message.price == "last"
    await reader.close()
    assert [item async for item in prices] == []
