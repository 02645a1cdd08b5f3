"""The gateway's WebSocket: subscriptions that survive drops and prove that they missed nothing."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from quantdesk.sdk.errors import Refused

FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 10.0
MAX_MESSAGE_BYTES = 8 << 20

Message = dict[str, Any]


async def follow(
    url: str, channel: str, *, token: str | None = None, **fields: Any
) -> AsyncIterator[Message]:
    """Messages of one channel, for ever: first a snapshot, then updates.

    ``url`` is the socket's, e.g. ``ws://localhost:3002/v1/ws``; ``fields`` are the channel's (``market``,
    ``wallet``, ``resolution``). A lost connection or a gap in the sequence gives a new snapshot: a message
    with ``"snapshot": true`` replaces everything that came before it. Raises Refused when the gateway
    refuses the subscription.
    """
    pause = FIRST_PAUSE_S
    while True:
        try:
            async with connect(url, max_size=MAX_MESSAGE_BYTES) as socket:
                async for message in _one_connection(socket, channel, token, fields):
                    pause = FIRST_PAUSE_S
                    yield message
        except (OSError, ConnectionClosed, InvalidStatus, TimeoutError):
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - jitter
            pause = min(pause * 2, LONGEST_PAUSE_S)


async def _one_connection(
    socket: ClientConnection, channel: str, token: str | None, fields: dict[str, Any]
) -> AsyncIterator[Message]:
    if token is not None:
        await _send(socket, {"op": "auth", "id": 0, "token": token})
    subscribe = {"op": "subscribe", "id": 1, "channel": channel, **fields}
    await _send(socket, subscribe)
    last: tuple[Any, Any] | None = None
    async for raw in socket:
        message: Message = msgspec.json.decode(raw)
        if message.get("type") == "error":
            raise Refused(message, int(message.get("status", 400)))
        if message.get("channel") != channel or "seq" not in message:
            continue
        if not message.get("snapshot") and last != (message.get("epoch"), message.get("prev_seq")):
            with contextlib.suppress(KeyError):
                await _send(socket, {"op": "unsubscribe", "id": 2, "channel": channel, **fields})
            await _send(socket, subscribe)
            last = None
            continue
        last = (message.get("epoch"), message["seq"])
        yield message


async def _send(socket: ClientConnection, message: Message) -> None:
    await socket.send(msgspec.json.encode(message).decode())
