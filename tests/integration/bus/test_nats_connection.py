"""How the NATS adapter meets a server that refuses, is missing or comes late."""

from __future__ import annotations

import asyncio

import pytest

from nats_process import NatsProcess, nats_process
from quantdesk.infra.bus import BusAway, NatsBus
from quantdesk.infra.bus.messages import Price


async def test_a_wrong_token_never_connects_and_the_reason_is_told() -> None:
    async with nats_process() as server, NatsBus(server.config("stranger", token="wrong")) as bus:
        with pytest.raises(BusAway, match=r"(?i)authorization"):
            await bus.wait_connected(0.5)
        assert not bus.connected


async def test_opening_does_not_wait_for_a_server_that_comes_later() -> None:
    server = NatsProcess()
    async with NatsBus(server.config("early")) as bus:
        prices = await bus.subscribe("prices.*", Price)
        with pytest.raises(BusAway):
            await bus.publish(
                "prices.X", Price(symbol="X", price="1", confidence="0", published_ms=1, feed="live")
            )
        await server.start()
        try:
            await bus.wait_connected(20)
            await bus.publish(
                "prices.X", Price(symbol="X", price="1", confidence="0", published_ms=1, feed="live")
            )
            item = await prices.__anext__()
            assert item.message.symbol == "X"  # type: ignore[union-attr]
        finally:
            await server.stop()


async def test_a_cancelled_task_still_closes_its_bus() -> None:
    async with nats_process() as server:
        bus = NatsBus(server.config("cancelled"))

        async def service() -> None:
            async with bus:
                prices = await bus.subscribe("prices.*", Price)
                async for _ in prices:
                    pass

        task = asyncio.create_task(service())
        await asyncio.sleep(0)
        await bus.open()
        await bus.wait_connected(20)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert not bus.connected
        assert not [each for each in asyncio.all_tasks() if each.get_name() == "bus cancelled"]


def test_the_token_is_not_shown() -> None:
    assert "hunter2" not in repr(NatsProcess().config("x", token="hunter2"))
