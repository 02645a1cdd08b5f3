"""Solana's pubsub over one WebSocket that reconnects for ever.

A subscription is an endless iterator. It yields ``Resync`` each time it (re)starts and whenever updates were
lost: what happened before it is unknown from here, so the reader asks over HTTP and goes on.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec
import structlog
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from quantdesk.infra.solana.errors import AnswerMalformed, RpcError, rpc_error
from quantdesk.infra.solana.wire import ErrorBody

T = TypeVar("T")
_log = structlog.get_logger(__name__)

BACKOFF_FIRST_S = 0.1
BACKOFF_MOST_S = 5.0
CONNECT_TIMEOUT_S = 5.0
MOST_BYTES = 64 * 1024 * 1024
QUEUE_LIMIT = 4_096


@dataclass(frozen=True, slots=True)
class Resync:
    """What came before is incomplete; ``reason`` says why."""

    reason: str


class _Params(msgspec.Struct, frozen=True):
    subscription: int
    result: msgspec.Raw


class _Frame(msgspec.Struct, frozen=True):
    id: int | None = None
    result: msgspec.Raw = msgspec.field(default_factory=msgspec.Raw)
    error: ErrorBody | None = None
    method: str | None = None
    params: _Params | None = None


_FRAME = msgspec.json.Decoder(_Frame)


class PubsubSubscription(Generic[T]):
    """What one subscription has received and its reader has not taken yet; overflow becomes ``Resync``."""

    def __init__(self, method: str, params: list[Any], kind: type[T], limit: int = QUEUE_LIMIT) -> None:
        self.method = method
        self.params = params
        self.refused: RpcError | None = None
        self._decoder = msgspec.json.Decoder(kind)
        self._waiting: deque[T | Resync] = deque()
        self._limit = limit
        self._arrived = asyncio.Event()

    def __aiter__(self) -> AsyncIterator[T | Resync]:
        return self

    async def __anext__(self) -> T | Resync:
        while not self._waiting:
            if self.refused is not None:
                raise self.refused
            self._arrived.clear()
            await self._arrived.wait()
        return self._waiting.popleft()

    def push(self, raw: msgspec.Raw) -> None:
        """Take in one notification's result. Raises ``AnswerMalformed``."""
        try:
            value = self._decoder.decode(raw)
        except msgspec.DecodeError as error:
            raise AnswerMalformed(f"{self.method}: {error}") from error
        if len(self._waiting) >= self._limit:
            self.mark(Resync("the reader was too slow"))
            return
        self._waiting.append(value)
        self._arrived.set()

    def mark(self, resync: Resync) -> None:
        """Drop what waits and tell the reader to start over."""
        self._waiting.clear()
        self._waiting.append(resync)
        self._arrived.set()

    def refuse(self, error: RpcError) -> None:
        """The node does not offer this: reading raises ``error``."""
        self.refused = error
        self._arrived.set()


class SolanaPubsub:
    """One WebSocket to a node and the subscriptions on it.

    A node that refuses a subscription (unknown method) makes its iterator raise ``RpcError``; everything else
    (refused connection, dropped socket, garbage) is retried for ever.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.connected = False
        self.last_error = "not tried yet"
        self._subscriptions: list[PubsubSubscription[Any]] = []
        self._ids = itertools.count(1)
        self._asked: dict[int, PubsubSubscription[Any]] = {}
        self._active: dict[int, PubsubSubscription[Any]] = {}
        self._socket: ClientConnection | None = None
        self._supervisor: asyncio.Task[None] | None = None

    async def __aenter__(self) -> SolanaPubsub:
        self._supervisor = asyncio.create_task(self._keep_connected(), name=f"pubsub {self.url}")
        return self

    async def __aexit__(self, *exit_reason: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the socket; subscriptions yield nothing more."""
        if self._supervisor is not None:
            self._supervisor.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._supervisor
            self._supervisor = None

    async def subscribe(self, method: str, params: list[Any], kind: type[T]) -> PubsubSubscription[T]:
        """Subscribe (``method`` like ``logsSubscribe``); results are decoded as ``kind``."""
        subscription = PubsubSubscription(method, params, kind)
        self._subscriptions.append(subscription)
        if self._socket is not None and self.connected:
            with contextlib.suppress(WebSocketException, OSError):  # the next connection subscribes again
                await self._ask(self._socket, subscription)
        return subscription

    async def _ask(self, socket: ClientConnection, subscription: PubsubSubscription[Any]) -> None:
        number = next(self._ids)
        self._asked[number] = subscription
        call = {"jsonrpc": "2.0", "id": number, "method": subscription.method, "params": subscription.params}
        await socket.send(msgspec.json.encode(call).decode())

    async def _keep_connected(self) -> None:
        wait = BACKOFF_FIRST_S
        while True:
            try:
                async with connect(
                    self.url,
                    compression=None,
                    max_size=MOST_BYTES,
                    open_timeout=CONNECT_TIMEOUT_S,
                    ping_interval=10,
                    ping_timeout=10,
                ) as socket:
                    wait = BACKOFF_FIRST_S
                    await self._serve(socket)
                    self.last_error = "closed by the node"
            except (WebSocketException, OSError, TimeoutError, AnswerMalformed) as error:
                self.last_error = repr(error)
            finally:
                self.connected = False
                self._socket = None
            _log.warning("pubsub away", url=self.url, reason=self.last_error, retry_s=round(wait, 2))
            await asyncio.sleep(wait * random.uniform(0.5, 1.0))  # noqa: S311 - jitter, not a secret
            wait = min(wait * 2, BACKOFF_MOST_S)

    async def _serve(self, socket: ClientConnection) -> None:
        self._asked.clear()
        self._active.clear()
        self._socket = socket
        self.connected = True
        # A copy: one that is added while this waits is asked for by ``subscribe`` itself.
        for subscription in list(self._subscriptions):
            if subscription.refused is None:
                await self._ask(socket, subscription)
        async for text in socket:
            self._take(text)

    def _take(self, text: str | bytes) -> None:
        try:
            frame = _FRAME.decode(text)
        except msgspec.DecodeError as error:
            raise AnswerMalformed(f"{self.url}: {error}") from error
        if frame.params is not None:
            if (subscription := self._active.get(frame.params.subscription)) is not None:
                subscription.push(frame.params.result)
        elif frame.id is not None and (asked := self._asked.pop(frame.id, None)) is not None:
            self._answered(asked, frame)

    def _answered(self, subscription: PubsubSubscription[Any], frame: _Frame) -> None:
        if frame.error is not None:
            error = frame.error
            subscription.refuse(rpc_error(subscription.method, error.code, error.message, error.data))
            return
        self._active[msgspec.json.decode(frame.result, type=int)] = subscription
        subscription.mark(Resync("subscribed"))
