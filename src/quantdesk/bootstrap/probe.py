"""Whether a part of the box is ready: asked over the network, as its users would."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import httpx

Probe = Callable[[], Awaitable[bool]]
TIMEOUT_S = 2.0


def http_ready(url: str) -> Probe:
    """Ready when ``url`` answers 200."""

    async def ask() -> bool:
        try:
            async with httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False) as client:
                return (await client.get(url)).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False

    return ask


def rpc_ready(url: str) -> Probe:
    """Ready when the Solana node at ``url`` says that it is healthy."""

    async def ask() -> bool:
        try:
            async with httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False) as client:
                answer = await client.post(url, json={"jsonrpc": "2.0", "id": 1, "method": "getHealth"})
                return bool(answer.json().get("result") == "ok")
        except (httpx.HTTPError, ValueError):
            return False

    return ask


def nats_ready(host: str, port: int) -> Probe:
    """Ready when a NATS server greets on ``port``."""

    async def ask() -> bool:
        try:
            async with asyncio.timeout(TIMEOUT_S):
                reader, writer = await asyncio.open_connection(host, port)
                greeting = await reader.readline()
                writer.close()
                with contextlib.suppress(ConnectionError):
                    await writer.wait_closed()
                return greeting.startswith(b"INFO ")
        except (OSError, TimeoutError):
            return False

    return ask
