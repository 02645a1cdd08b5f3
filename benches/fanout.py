"""WebSocket fan-out to 1,000 clients: the gateway's stream against bare `websockets.broadcast`, in one run.

One broadcast counts as delivered when the last of the 1,000 clients has all its bytes. Clients are raw
sockets in this process, the server is a process of its own; both run on uvloop without compression.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import sys
import time
from collections import Counter
from pathlib import Path
from statistics import median
from types import SimpleNamespace
from typing import Any

import psutil
import uvloop

CLIENTS, ROUNDS, WARM_UP = 1_000, 200, 20
ENVELOPE_BYTES = 123
"""What the gateway's sequence fields add to a message: both servers send the same number of bytes."""
TRADE = {
    "id": "9182-0",
    "market": "SOL-PERP",
    "price": "142.32",
    "size": "0.4",
    "side": "buy",
    "ts_ms": 1_795_491_785_000,
    "slot": 435_888_126,
    "signature": "5" * 88,
    "liquidation": False,
}
UPGRADE = (
    b"GET /v1/ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


async def _orders() -> Any:
    """Lines that the parent writes: each asks for one broadcast."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    while await reader.readline():
        yield None


async def serve_gateway() -> None:
    """The gateway's stream, without the rest of the gateway."""
    import uvicorn
    from fastapi import FastAPI

    from quantdesk.gateway.clock import unix_ms
    from quantdesk.gateway.config import StreamLimits
    from quantdesk.gateway.metrics import Metrics
    from quantdesk.gateway.stream import merging
    from quantdesk.gateway.stream.endpoints import router
    from quantdesk.gateway.stream.hub import Hub
    from quantdesk.gateway.stream.protocol import FrameProtocol
    from quantdesk.gateway.stream.topics import Topic, TopicKey

    class Trades:
        permanent, has_feed = True, True
        merge = staticmethod(merging.merge_trades)

        async def check(self, key: TopicKey) -> None:
            """Every market exists."""

        async def snapshot(self, _: Topic) -> dict[str, Any]:
            return {"trades": []}

    limits, metrics = StreamLimits(max_connections_per_address=CLIENTS + 1), Metrics()
    hub = Hub(limits, unix_ms, metrics)
    hub.add_source("trades", Trades())
    app = FastAPI()
    app.include_router(router)
    app.state.gateway = SimpleNamespace(
        config=SimpleNamespace(stream=limits),
        clock=unix_ms,
        hub=hub,
        metrics=metrics,
        sockets_by_address=Counter(),
    )

    async def with_address(scope: Any, receive: Any, send: Any) -> None:
        scope.setdefault("state", {})["address"] = "127.0.0.1"
        await app(scope, receive, send)

    config = uvicorn.Config(
        with_address,
        port=0,
        ws=FrameProtocol,
        ws_per_message_deflate=False,
        log_config=None,
        lifespan="off",
        backlog=CLIENTS,
    )
    server = uvicorn.Server(config)
    running = asyncio.ensure_future(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    print(server.servers[0].sockets[0].getsockname()[1], flush=True)
    topic = hub.topic(TopicKey("trades", market="SOL-PERP"))
    async for _ in _orders():
        topic.publish({"trades": [TRADE]})
    running.cancel()


async def serve_bare() -> None:
    """What the `websockets` package offers for this, with the same text."""
    import msgspec
    from websockets.asyncio.server import ServerConnection, broadcast, serve

    connections: set[ServerConnection] = set()

    async def keep(connection: ServerConnection) -> None:
        connections.add(connection)
        async for _ in connection:
            await connection.send('{"op":"subscribed"}')

    async with serve(keep, "127.0.0.1", 0, compression=None, backlog=CLIENTS, ping_interval=None) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        text = msgspec.json.encode(
            {"op": "update", "channel": "trades", "data": {"trades": [TRADE]}}
        ).decode()
        text += " " * ENVELOPE_BYTES
        async for _ in _orders():
            broadcast(connections, text)


class Client(asyncio.Protocol):
    """Shakes hands, subscribes and counts bytes."""

    def __init__(self, crowd: Crowd) -> None:
        self.crowd = crowd
        self.bytes = 0
        self.ready = asyncio.get_running_loop().create_future()
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        transport.write(UPGRADE)

    def data_received(self, data: bytes) -> None:
        if not self.ready.done():
            if b"101 Switching" in data:
                self.transport.write(_masked(b'{"op":"subscribe","channel":"trades","market":"SOL-PERP"}'))
            if b"subscribed" in data:
                self.ready.set_result(None)
            return
        self.bytes += len(data)
        if self.bytes >= self.crowd.size:
            self.bytes -= self.crowd.size
            self.crowd.one_has_it()


class Crowd:
    """Counts who has the present broadcast."""

    def __init__(self) -> None:
        self.size = 1 << 40
        self.left = 0
        self.all_have_it = asyncio.Event()

    def expect(self) -> None:
        self.left = CLIENTS
        self.all_have_it.clear()

    def one_has_it(self) -> None:
        self.left -= 1
        if self.left == 0:
            self.all_have_it.set()


def _masked(payload: bytes) -> bytes:
    return bytes([0x81, 0x80 | len(payload)]) + b"\0\0\0\0" + payload


async def measure(kind: str) -> dict[str, float]:
    """Run one server and its clients."""
    server = await asyncio.create_subprocess_exec(
        sys.executable,
        __file__,
        kind,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert server.stdin is not None
    assert server.stdout is not None
    port = int(await server.stdout.readline())
    crowd = Crowd()
    loop = asyncio.get_running_loop()
    clients = []
    for _ in range(CLIENTS):
        _, client = await loop.create_connection(lambda: Client(crowd), "127.0.0.1", port)
        clients.append(client)
        await client.ready
    server.stdin.write(b"\n")  # learn the size of one message
    await asyncio.sleep(1)
    crowd.size = max(client.bytes for client in clients)
    for client in clients:
        client.bytes = 0
    times, process = [], psutil.Process(server.pid)
    before = 0.0
    for number in range(ROUNDS + WARM_UP):
        if number == WARM_UP:
            before = sum(process.cpu_times()[:2])
        crowd.expect()
        began = time.perf_counter()
        server.stdin.write(b"\n")
        async with asyncio.timeout(30):
            await crowd.all_have_it.wait()
        times.append(time.perf_counter() - began)
    busy = sum(process.cpu_times()[:2]) - before
    memory = process.memory_info().rss
    server.kill()
    await server.wait()
    times = sorted(times[WARM_UP:])
    return {
        "size": crowd.size,
        "p50_ms": median(times) * 1e3,
        "p99_ms": times[int(len(times) * 0.99)] * 1e3,
        "per_s": CLIENTS * len(times) / sum(times),
        "cpu_us": busy / (CLIENTS * ROUNDS) * 1e6,
        "mb": memory / 1e6,
    }


async def main() -> None:
    """Both servers, one after the other."""
    print(f"{CLIENTS} clients, {ROUNDS} broadcasts\n")
    print("| | bytes | p50 to the last | p99 | deliveries/s | server CPU a delivery | resident |")
    print("|---|---|---|---|---|---|---|")
    for name, kind in (("gateway stream", "gateway"), ("`websockets.broadcast`", "bare")):
        made = await measure(kind)
        print(
            f"| {name} | {made['size']:.0f} | {made['p50_ms']:.1f} ms | {made['p99_ms']:.1f} ms "
            f"| {made['per_s']:,.0f} | {made['cpu_us']:.1f} us | {made['mb']:.0f} MB |",
            flush=True,
        )


if __name__ == "__main__":
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(8_192, hard), hard))
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))
    chosen = {"gateway": serve_gateway, "bare": serve_bare}.get(
        sys.argv[1] if len(sys.argv) > 1 else "", main
    )
    with contextlib.suppress(KeyboardInterrupt):
        uvloop.run(chosen())
    os._exit(0)
