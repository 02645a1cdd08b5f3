"""Looks at every dependency of a box and says how to mend each."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

import httpx
import msgspec

from quantdesk.bootstrap.ports import Ports
from quantdesk.bootstrap.probe import http_ready, nats_ready, rpc_ready
from quantdesk.bootstrap.processes import MissingBroker, nats_server
from quantdesk.bootstrap.settings import Settings


class Check(msgspec.Struct, frozen=True):
    """One dependency: what was found, and what would mend it."""

    name: str
    ok: bool
    found: str
    fix: str


async def examine(settings: Settings) -> list[Check]:
    """Check Python, the broker's binary and each part over the network."""
    ports = Ports(settings.port_offset)
    checks = [_python(), _broker_binary()]
    rpc = settings.rpc_url or f"http://127.0.0.1:{ports.rpc}"
    bus = urlsplit(settings.bus_url or f"nats://127.0.0.1:{ports.bus}")
    bus_host, bus_port = bus.hostname or "127.0.0.1", bus.port or 4222
    pending: list[Awaitable[Check]] = [
        _reached("chain", rpc, rpc_ready(rpc)),
        _reached("bus", f"{bus_host}:{bus_port}", nats_ready(bus_host, bus_port)),
    ]
    for name in ("ingestion", "indexer", "mikey", "keepers", "gateway"):
        pending.append(_service(name, f"http://127.0.0.1:{ports.named()[name]}"))
    terminal = f"http://127.0.0.1:{ports.terminal}/"
    pending.append(_reached("terminal", terminal, http_ready(terminal)))
    return checks + list(await asyncio.gather(*pending))


def _python() -> Check:
    found = f"Python {sys.version.split()[0]}"
    return Check("python", sys.version_info >= (3, 11), found, "install Python 3.11 or newer")


def _broker_binary() -> Check:
    try:
        return Check("nats", True, nats_server(), "")
    except MissingBroker as error:
        return Check("nats", False, "not found", str(error))


async def _reached(name: str, where: str, ask: Callable[[], Awaitable[bool]]) -> Check:
    ok = await ask()
    return Check(name, ok, f"{where} {'answers' if ok else 'does not answer'}", "start it with `make run`")


async def _service(name: str, url: str) -> Check:
    """A service's own word on its dependencies, from its /ready."""
    try:
        async with httpx.AsyncClient(timeout=3, trust_env=False) as client:
            answer = await client.get(f"{url}/ready")
    except httpx.HTTPError:
        return Check(name, False, f"{url} does not answer", "start it with `make run`")
    if answer.is_success:
        return Check(name, True, f"{url} is ready", "")
    return Check(name, False, f"{url} is not ready: {answer.text[:300]}", f"read its log: logs/{name}.log")
