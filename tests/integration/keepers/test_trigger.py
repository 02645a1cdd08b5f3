"""The trigger keeper on a real localnet with the real program, seen through the gateway."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from gateway_ground import Trader, next_message
from integration.keepers.test_liquidator import SOL, Scene, measure, scene, until
from nats_process import free_port
from quantdesk.infra.telemetry import HttpConfig
from quantdesk.keepers.app import serve
from quantdesk.keepers.chain import ChainView
from quantdesk.keepers.config import KeepersConfig, Role, TriggerConfig

__all__ = ["scene"]
pytestmark = pytest.mark.asyncio(loop_scope="module")


def config(scene: Scene) -> KeepersConfig:
    return KeepersConfig(
        bus=scene.ground.nats.config("keepers"),
        rpc_url=scene.ground.localnet.rpc_url,
        program_id=scene.ground.config.program_id,
        exchange_id=scene.ground.config.exchange_id,
        http=HttpConfig("127.0.0.1", free_port()),
        trigger=TriggerConfig(scene.ground.data.keys / "trigger.json", every_s=0.2, scan_s=0.4, prune_s=1.0),
    )


@contextlib.asynccontextmanager
async def firing(config: KeepersConfig) -> AsyncIterator[None]:
    task = asyncio.create_task(serve(config, [Role.TRIGGER]))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def waiting(scene: Scene, trader: Trader) -> int:
    """Triggers of the account, as on chain."""
    found = await ChainView(scene.ground.rpc, scene.ground.venue).trader(trader.key.pubkey())
    assert found is not None
    return len(found.waiting())


async def test_a_stop_fires_when_the_price_falls_and_its_pair_goes(scene: Scene) -> None:
    (trader,) = await scene.longs(1, size="20")
    bracket = {"market": "SOL-PERP", "side": "sell", "size": "20", "type": "market"}
    built = await trader.build("place-trigger", **bracket, kind="stop", trigger_price="138")
    words = "Sell 20 SOL-PERP at market when the mark falls to 138, reduce-only"
    assert built["instructions"][-1]["summary"] == words
    reply = await trader.send(built)
    placed = reply["events"][0]["data"]
    first = str(placed["epoch"] * 16 + placed["terms"]["index"])
    await trader.do("place-trigger", **bracket, kind="take_profit", trigger_price="150", cancels=first)
    await scene.quote("buy", "100", "137.4")
    settings = config(scene)
    path = f"/v1/accounts/{trader.wallet}/triggers"
    async with firing(settings), scene.ground.connect() as socket:
        subscribe = {"op": "subscribe", "channel": "account", "wallet": trader.wallet}
        await socket.send(json.dumps(subscribe))
        shown = (await next_message(socket, op="subscribed"))["data"]["triggers"]
        assert sorted(each["status"] for each in shown) == ["waiting", "waiting"]
        listed = (await scene.ground.client.get(path)).json()["items"]
        assert [each["created_ms"] for each in listed] == sorted(each["created_ms"] for each in shown)
        assert (await scene.ground.client.get(path, params={"status": "closed"})).json()["items"] == []
        await asyncio.sleep(2)
        assert (await scene.size(trader), await waiting(scene, trader)) == (20, 2)
        await scene.move(137.5)

        async def closed() -> bool:
            return await scene.size(trader) == 0

        await until(closed)
        assert await waiting(scene, trader) == 0
        fired = await measure(settings, "quantdesk_trigger_fired_total")
        assert fired['{outcome="fired"}'] == 1
        ended: dict[str, Any] = {}
        while len(ended) < 2:
            told = (await next_message(socket, op="update", channel="account"))["data"]["triggers"] or []
            ended |= {each["kind"]: each for each in told if each["status"] != "waiting"}
    history = (await scene.ground.client.get(path, params={"status": "closed"})).json()
    profit, stop = history["items"]
    assert (stop, profit) == (ended["stop"], ended["take_profit"])
    assert (stop["status"], stop["reason"], stop["filled"], stop["average_price"]) == (
        "executed",
        None,
        "20",
        "137.4",
    )
    assert (profit["status"], profit["reason"], profit["filled"]) == ("cancelled", "pair_fired", "0")
    assert stop["ended_signature"] == profit["ended_signature"] != stop["signature"]
    assert (await scene.ground.client.get(path)).json()["items"] == []
    first_page = (await scene.ground.client.get(path, params={"status": "all", "limit": 1})).json()
    rest = {"status": "all", "limit": 1, "cursor": first_page["next_cursor"]}
    second_page = (await scene.ground.client.get(path, params=rest)).json()
    assert (first_page["items"], second_page["items"]) == ([profit], [stop])
    other = {"status": "closed", "market": "BTC-PERP"}
    assert (await scene.ground.client.get(path, params=other)).json()["items"] == []
    keeper = Trader(scene.ground.client, scene.ground.data.keypair("trigger"))
    assert float((await scene.account(keeper))["equity"]) == pytest.approx(100.1)


async def test_a_manual_close_leaves_no_trigger_behind_and_the_fee_comes_back(scene: Scene) -> None:
    (trader,) = await scene.longs(1, size="20")
    fields = {"market": "SOL-PERP", "side": "sell", "size": "20", "type": "market"}
    await trader.do("place-trigger", **fields, kind="stop", trigger_price="120")
    await scene.quote("buy", "100", "139.5")
    await trader.do("place-order", **fields)
    before = float((await scene.account(trader))["equity"])
    async with firing(config(scene)):

        async def gone() -> bool:
            return await waiting(scene, trader) == 0

        await until(gone)
        path = f"/v1/accounts/{trader.wallet}/triggers?status=closed"
        (ended,) = (await scene.ground.client.get(path)).json()["items"]
        assert (ended["status"], ended["reason"]) == ("cancelled", "position_closed")

        async def returned() -> bool:
            return float((await scene.account(trader))["equity"]) == pytest.approx(before + 0.1)

        await until(returned)


async def test_expired_orders_are_taken_out_of_the_book(scene: Scene) -> None:
    expires_at_ms = (int(time.time()) + 4) * 1_000
    gtt = {"time_in_force": "gtt", "expires_at_ms": expires_at_ms}
    await scene.rich.do("place-order", market="SOL-PERP", side="buy", size="1", price="134", **gtt)
    view = ChainView(scene.ground.rpc, scene.ground.venue)
    seat = await view.trader(scene.rich.key.pubkey())
    assert seat is not None
    slot = seat.slot_index
    assert len(await view.orders(SOL, slot)) == 1
    async with firing(config(scene)):

        async def pruned() -> bool:
            return not await view.orders(SOL, slot)

        await until(pruned)
    path = f"/v1/accounts/{scene.rich.wallet}/orders?status=closed"

    async def expired() -> bool:
        items = (await scene.ground.client.get(path)).json()["items"]
        return bool(items) and items[0]["status"] == "expired"

    await until(expired)  # the index is a little behind the chain
