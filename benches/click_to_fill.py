"""Click to fill: build, sign, send, and the fill's event on the socket, on a localnet with its indexer.

The baseline is the same order sent straight to the node, until the node says `confirmed`. Both arms ask
through aiohttp: the client shares the process with gateway and indexer, and is not what is measured here.
"""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

import aiohttp
import structlog
import uvloop

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from gateway_ground import GatewayGround, Trader, gateway_ground, next_message

ORDERS, WARM_UP, TARGET_MS = 60, 5, 60
ORDER = {"market": "SOL-PERP", "side": "buy", "size": "0.1", "type": "market"}


async def _next_fill(socket: Any) -> float:
    while True:
        message = await next_message(socket, within_s=20, op="update", channel="account")
        if message["data"]["fills"]:
            return time.perf_counter()


async def _post(browser: aiohttp.ClientSession, path: str, body: dict[str, Any]) -> dict[str, Any]:
    async with browser.post(path, json=body) as answer:
        assert answer.status == 200, await answer.text()
        return dict(await answer.json())


async def through_the_gateway(
    browser: aiohttp.ClientSession, trader: Trader, socket: Any
) -> tuple[float, float, float]:
    """Seconds to build and sign, to send until `processed`, and in all until the fill is on the socket."""
    began = time.perf_counter()
    built = await _post(browser, "/v1/tx/place-order", {"wallet": trader.wallet, **ORDER})
    signed = trader.sign(built)
    ready = time.perf_counter()
    seen = asyncio.create_task(_next_fill(socket))
    await _post(browser, "/v1/tx/send", {"transaction": signed, "wait": "processed"})
    sent = time.perf_counter()
    return ready - began, sent - ready, await seen - began


async def straight_to_the_node(ground: GatewayGround, trader: Trader) -> float:
    """Seconds from sending a transaction that is ready until the node has confirmed it."""
    built = await trader.build("place-order", **ORDER)
    wire = base64.b64decode(trader.sign(built))
    began = time.perf_counter()
    signature = await ground.rpc.send_transaction(wire)
    while True:
        (status,) = await ground.rpc.get_signature_statuses([signature])
        if status is not None and status.confirmation_status != "processed":
            return time.perf_counter() - began
        await asyncio.sleep(0.001)


def _row(name: str, seconds: list[float]) -> str:
    ordered = sorted(seconds)
    worst = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    return f"| {name} | {median(ordered) * 1e3:.1f} ms | {worst * 1e3:.1f} ms |"


async def main() -> int:
    """Print the table; exit code 1 when the target is missed."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    steps: list[tuple[float, float, float]] = []
    direct: list[float] = []
    async with gateway_ground(rate_limits=None) as ground:
        maker = await ground.trader().funded()
        await maker.do("place-order", market="SOL-PERP", side="sell", size="50", price="140.5")
        taker = await ground.trader().funded()
        async with ground.connect() as socket, aiohttp.ClientSession(ground.url) as browser:
            await socket.send(
                json.dumps({"op": "subscribe", "id": 1, "channel": "account", "wallet": taker.wallet})
            )
            await next_message(socket, op="subscribed")
            for number in range(ORDERS + WARM_UP):
                made = await through_the_gateway(browser, taker, socket)
                if number >= WARM_UP:
                    steps.append(made)
                await asyncio.sleep(0.05)
        for _ in range(ORDERS):
            direct.append(await straight_to_the_node(ground, taker))
    total = [each[2] for each in steps]
    print("| | p50 | p99 |\n|---|---|---|")
    print(_row("build and sign", [each[0] for each in steps]))
    print(_row("send until processed", [each[1] for each in steps]))
    print(_row("click to fill on the socket", total))
    print(_row("baseline: node alone, send to confirmed", direct))
    reached = median(total) * 1e3 <= TARGET_MS
    print(f"\nTarget: p50 of click to fill at most {TARGET_MS} ms: {'reached' if reached else 'MISSED'}.")
    return 0 if reached else 1


if __name__ == "__main__":
    raise SystemExit(uvloop.run(main()))
