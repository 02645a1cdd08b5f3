"""Dependencies die and come back: the gateway names which one is away, and goes on by itself."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio

from gateway_ground import GatewayGround, gateway_ground, next_message
from quantdesk.gateway.clock import unix_ms
from quantdesk.infra.bus.messages import BookDelta, book_subject

pytestmark = pytest.mark.asyncio(loop_scope="module")
ORDER = {"market": "SOL-PERP", "side": "buy", "size": "1", "price": "125"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def mortal() -> AsyncIterator[GatewayGround]:
    """A gateway whose dependencies may be killed."""
    async with gateway_ground(rate_limits=None) as made:
        yield made


async def _until(condition: Callable[[], Awaitable[bool]], within_s: float = 15) -> None:
    deadline = time.monotonic() + within_s
    while not await condition():
        assert time.monotonic() < deadline, "it did not come back"
        await asyncio.sleep(0.05)


async def _away(ground: GatewayGround) -> dict[str, str]:
    answer = await ground.client.get("/ready")
    body: dict[str, Any] = answer.json()
    assert answer.status_code == (200 if body["ready"] else 503)
    return {each["name"]: each["reason"] for each in body["dependencies"] if not each["ok"]}


async def test_without_the_node_reads_go_on_builds_answer_503_and_all_recovers(mortal: GatewayGround) -> None:
    trader = await mortal.trader().funded()
    mortal.tasks.pop("prices").cancel()
    await mortal.localnet.stop()
    answer = await mortal.client.post("/v1/tx/place-order", json={"wallet": trader.wallet, **ORDER})
    assert (answer.status_code, answer.json()["code"], answer.json()["dependency"]) == (
        503,
        "rpc_away",
        "rpc",
    )
    assert "retry-after" in answer.headers
    assert (await mortal.client.get("/v1/markets")).status_code == 200
    assert (await mortal.client.get(f"/v1/accounts/{trader.wallet}")).status_code == 200
    assert "rpc" in await _away(mortal)
    await mortal.localnet.start()

    async def back() -> bool:
        return set(await _away(mortal)) <= {"mikey"}

    await _until(back)
    await mortal.post_prices()
    await trader.do("place-order", **ORDER)


async def test_without_the_bus_clients_stay_connected_and_get_a_snapshot_when_it_is_back(
    mortal: GatewayGround,
) -> None:
    async with mortal.connect() as ws:
        await ws.send(json.dumps({"op": "subscribe", "id": 1, "channel": "book", "market": "SOL-PERP"}))
        await next_message(ws, op="subscribed")
        await mortal.nats.stop()

        async def noticed() -> bool:
            return "bus" in await _away(mortal)

        await _until(noticed)
        assert (await mortal.client.get("/health")).status_code == 200
        await mortal.nats.start()
        message = await next_message(ws, within_s=15, op="update", channel="book", snapshot=True)
        assert message["prev_seq"] == 0

    async def back() -> bool:
        return set(await _away(mortal)) <= {"mikey"}

    await _until(back)


async def test_a_gap_in_the_book_s_deltas_is_healed_by_a_snapshot(mortal: GatewayGround) -> None:
    async with mortal.connect() as ws:
        await ws.send(json.dumps({"op": "subscribe", "id": 1, "channel": "book", "market": "ETH-PERP"}))
        first = await next_message(ws, op="subscribed")
        gap = BookDelta(
            symbol="ETH-PERP",
            epoch=first["epoch"],
            prev_seq=first["seq"] + 5,
            seq=first["seq"] + 6,
            slot=1,
            snapshot=False,
            bids=[(1, 1)],
            asks=[],
        )
        waiting = asyncio.create_task(
            next_message(ws, within_s=15, op="update", channel="book", snapshot=True)
        )
        while not waiting.done():
            # The bus has only just come back: what is published to nobody is lost.
            await mortal.bus.publish(book_subject("ETH-PERP"), gap)
            await asyncio.wait({waiting}, timeout=1)
        message = await waiting
    assert message["data"] == first["data"]


async def test_without_the_store_history_answers_503_and_names_it(mortal: GatewayGround) -> None:
    real = mortal.gateway.markets._stored.store

    class Gone:
        def read(self, *steps: Any) -> Any:
            raise OSError("disk gone")

        write = read_all = write_all = read

    for service in (mortal.gateway.markets, mortal.gateway.accounts, mortal.gateway.auth):
        service._stored.store = Gone()  # type: ignore[assignment]
    try:
        for path in ("/v1/markets/SOL-PERP/trades", f"/v1/accounts/{mortal.trader().wallet}"):
            answer = await mortal.client.get(path)
            assert (answer.status_code, answer.json()["dependency"]) == (503, "store")
        assert "store" in await _away(mortal)
    finally:
        mortal.gateway.markets._stored.store = real
    assert (await mortal.client.get("/v1/markets/SOL-PERP/trades")).status_code == 200


async def test_a_silent_indexer_is_named_and_mikey_s_absence_does_not_stop_trading(
    mortal: GatewayGround,
) -> None:
    answer = await mortal.client.post("/v1/mikey/parse", json={"text": "long 2 sol"})
    assert (answer.status_code, answer.json()["dependency"]) == (503, "mikey")
    assert (await mortal.client.get("/ready")).status_code == 200
    board = mortal.gateway.board
    mortal.tasks.pop("indexer").cancel()
    board.indexer_seen_ms = unix_ms() - 6_000

    async def noticed() -> bool:
        board.indexer_seen_ms = unix_ms() - 6_000
        return "silent" in (await _away(mortal)).get("indexer", "")

    await _until(noticed)
    answer = await mortal.client.get("/v1/tickers", params={"min_slot": board.slot + 1_000})
    assert (answer.status_code, answer.json()["code"]) == (503, "index_behind")
