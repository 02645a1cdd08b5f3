"""The bus over core NATS (no JetStream: nothing on it is the only copy).

nats-py's own reconnect gives up after two minutes and for good on some server errors (a slow consumer, a
refused token), so each connection here is used once and this supervisor makes the next, for ever.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Generic, Self, TypeVar

import nats.aio.client
import nats.aio.msg
import nats.aio.subscription
import nats.errors
import structlog

from quantdesk.infra.bus.messages import Message
from quantdesk.infra.bus.port import (
    QUEUE_LIMIT,
    Answerer,
    BusAway,
    BusError,
    Decoder,
    Delivery,
    NoAnswer,
    Resync,
    Subscription,
    encode,
)
from quantdesk.infra.bus.queue import DeliveryQueue

M = TypeVar("M", bound=Message)
R = TypeVar("R", bound=Message)
_log = structlog.get_logger(__name__)

CONNECT_TIMEOUT_S = 2
PING_INTERVAL_S = 10
BACKOFF_FIRST_S = 0.05
BACKOFF_MOST_S = 2.0
_UNSENT = (nats.errors.Error, OSError, asyncio.TimeoutError)


@dataclass(frozen=True, slots=True)
class BusConfig:
    """Where NATS is (a cluster: several URLs with commas) and its token. ``name`` shows in its monitoring."""

    url: str
    name: str
    token: str | None = field(default=None, repr=False)


class _NatsSubscription(Generic[M]):
    def __init__(self, bus: NatsBus, queue: DeliveryQueue[M]) -> None:
        self._bus = bus
        self._queue = queue

    def __aiter__(self) -> AsyncIterator[Delivery[M] | Resync]:
        return self._queue

    async def __anext__(self) -> Delivery[M] | Resync:
        return await self._queue.__anext__()

    async def close(self) -> None:
        await self._bus._drop(self._queue)


class _Answers(Generic[R]):
    def __init__(self, kind: type[R], answerer: Answerer[R]) -> None:
        self._decoder = Decoder(kind)
        self._answerer = answerer

    async def reply(self, message: nats.aio.msg.Msg) -> None:
        try:
            answer = await self._answerer(self._decoder.decode(message.data))
            await message.respond(encode(answer))
        except Exception:  # noqa: BLE001 - one failed answer must not end the service
            _log.exception("request not answered", subject=message.subject)


class NatsBus:
    """A `Bus` over one NATS connection at a time."""

    def __init__(self, config: BusConfig) -> None:
        self._config = config
        self._client: nats.aio.client.Client | None = None
        self._queues: dict[DeliveryQueue[Any], nats.aio.subscription.Subscription | None] = {}
        self._answers: dict[str, _Answers[Any]] = {}
        self._attached: set[str] = set()
        self._up = asyncio.Event()
        self._supervisor: asyncio.Task[None] | None = None
        self._last_error = "not tried yet"

    @property
    def connected(self) -> bool:
        return self._client is not None and self._client.is_connected

    async def open(self) -> Self:
        if self._supervisor is None:
            self._supervisor = asyncio.create_task(self._keep_connected(), name=f"bus {self._config.name}")
        return self

    async def __aenter__(self) -> Self:
        return await self.open()

    async def __aexit__(self, *exit_reason: object) -> None:
        await self.close()

    async def wait_connected(self, timeout_s: float) -> None:
        try:
            async with asyncio.timeout(timeout_s):
                await self._up.wait()
        except TimeoutError:
            raise BusAway(
                f"NATS at {self._config.url} not reached within {timeout_s} s: {self._last_error}"
            ) from None

    async def publish(self, subject: str, message: Message) -> None:
        try:
            await self._connection().publish(subject, encode(message))
        except _UNSENT as error:
            raise BusAway(f"{subject} not sent: {error}") from error

    async def subscribe(self, pattern: str, kind: type[M], limit: int = QUEUE_LIMIT) -> Subscription[M]:
        asked = _cancellations()
        queue = DeliveryQueue(pattern, kind, limit)
        self._queues[queue] = None
        if self.connected:
            with contextlib.suppress(*_UNSENT):  # the supervisor subscribes again on the next connection
                client = self._connection()
                await self._attach(client, queue)
                await _settle(client, CONNECT_TIMEOUT_S)
        _heed_cancellation(asked)
        return _NatsSubscription(self, queue)

    async def request(self, subject: str, question: Message, kind: type[M], timeout_s: float = 1.0) -> M:
        asked = _cancellations()
        client = self._connection()
        try:
            answer = await client.request(subject, encode(question), timeout=timeout_s)
        except (nats.errors.NoRespondersError, nats.errors.TimeoutError) as error:
            raise NoAnswer(f"{subject}: {error}") from error
        except _UNSENT as error:
            raise BusAway(f"{subject} not asked: {error}") from error
        _heed_cancellation(asked)
        return Decoder(kind).decode(answer.data)

    async def answer(self, subject: str, kind: type[R], answerer: Answerer[R]) -> None:
        asked = _cancellations()
        self._answers[subject] = _Answers(kind, answerer)
        if self.connected:
            with contextlib.suppress(*_UNSENT):
                client = self._connection()
                await self._attach_answers(client, subject)
                await _settle(client, CONNECT_TIMEOUT_S)
        _heed_cancellation(asked)

    async def flush(self, timeout_s: float = 5.0) -> None:
        asked = _cancellations()
        try:
            await _settle(self._connection(), timeout_s)
        except _UNSENT as error:
            raise BusAway(f"flush: {error}") from error
        _heed_cancellation(asked)

    async def close(self) -> None:
        try:
            with contextlib.suppress(BusAway):
                await self.flush(1.0)
        finally:
            await self._stop()

    async def _stop(self) -> None:
        if self._supervisor is not None:
            while not self._supervisor.done():  # a library may swallow one cancellation: ask again
                self._supervisor.cancel()
                await asyncio.wait({self._supervisor}, timeout=0.5)
            self._supervisor = None
        for queue in self._queues:
            queue.end()
        self._queues.clear()

    def _connection(self) -> nats.aio.client.Client:
        if self._client is None or not self._client.is_connected:
            raise BusAway(f"NATS at {self._config.url} is away: {self._last_error}")
        return self._client

    async def _keep_connected(self) -> None:
        attempt = 0
        seen_before = False
        while True:
            ended = asyncio.Event()
            client = nats.aio.client.Client()
            try:
                await self._connect(client, ended)
                await self._attach_all(client)
                self._client = client
                attempt = 0
                self._announce(seen_before)
                seen_before = True
                self._last_error = "the connection ended"
                await ended.wait()
            except (*_UNSENT, BusError) as error:
                self._last_error = f"{type(error).__name__}: {error}"
            finally:
                self._forget_connection()
                await _close(client)
            if attempt in (0, 5) or attempt % 100 == 0:
                _log.warning("bus away", url=self._config.url, error=self._last_error, attempt=attempt)
            attempt += 1
            await asyncio.sleep(backoff(attempt))

    def _announce(self, again: bool) -> None:
        if again:
            for queue in self._queues:
                queue.resync(Resync("reconnected"))
        self._up.set()
        _log.info("bus connected", url=self._config.url, again=again)

    def _forget_connection(self) -> None:
        self._client = None
        self._up.clear()
        self._queues = dict.fromkeys(self._queues)
        self._attached.clear()

    async def _connect(self, client: nats.aio.client.Client, ended: asyncio.Event) -> None:
        async def on_closed() -> None:
            ended.set()

        async def on_error(error: Exception) -> None:
            self._last_error = f"{type(error).__name__}: {error}"

        await client.connect(
            self._config.url.split(","),
            name=self._config.name,
            token=self._config.token,
            allow_reconnect=False,
            connect_timeout=CONNECT_TIMEOUT_S,
            ping_interval=PING_INTERVAL_S,
            pending_size=0,
            closed_cb=on_closed,
            disconnected_cb=on_closed,
            error_cb=on_error,
        )

    async def _attach_all(self, client: nats.aio.client.Client) -> None:
        """Subscribe everything, also what was added while this ran."""
        while waiting := [queue for queue, attached in self._queues.items() if attached is None]:
            for queue in waiting:
                await self._attach(client, queue)
            await _settle(client, CONNECT_TIMEOUT_S)
        while asked := self._answers.keys() - self._attached:
            for subject in asked:
                await self._attach_answers(client, subject)
            await _settle(client, CONNECT_TIMEOUT_S)

    async def _attach(self, client: nats.aio.client.Client, queue: DeliveryQueue[Any]) -> None:
        async def deliver(message: nats.aio.msg.Msg) -> None:
            queue.put(message.subject, message.data)

        self._queues[queue] = await client.subscribe(queue.pattern, cb=deliver)

    async def _attach_answers(self, client: nats.aio.client.Client, subject: str) -> None:
        self._attached.add(subject)
        await client.subscribe(subject, cb=self._answers[subject].reply)

    async def _drop(self, queue: DeliveryQueue[Any]) -> None:
        subscription = self._queues.pop(queue, None)
        if subscription is not None and self.connected:
            with contextlib.suppress(*_UNSENT):
                await subscription.unsubscribe()
        queue.end()


def _cancellations() -> int:
    """How often this task was asked to end so far."""
    task = asyncio.current_task()
    return 0 if task is None else task.cancelling()


def _heed_cancellation(asked_before: int) -> None:
    """nats-py waits with ``asyncio.wait_for``, which before Python 3.12 may swallow a cancellation."""
    if _cancellations() > asked_before:
        raise asyncio.CancelledError


async def _settle(client: nats.aio.client.Client, timeout_s: float) -> None:
    """Return when the server has taken everything that was said so far.

    nats-py writes a PING past commands that still wait for its flusher (2.16): only a second one, sent after
    the first one's answer, is behind them.
    """
    for _ in range(2):
        await client.flush(timeout=timeout_s)  # type: ignore[arg-type]  # it takes floats


async def _close(client: nats.aio.client.Client) -> None:
    with contextlib.suppress(*_UNSENT):
        await client.close()


def backoff(attempt: int) -> float:
    """Seconds before try ``attempt`` (1, 2, ...): doubling, capped, with full jitter above half."""
    ceiling = min(BACKOFF_MOST_S, BACKOFF_FIRST_S * 2.0 ** min(attempt, 16))
    return ceiling * (0.5 + random.random() / 2)  # noqa: S311 - jitter needs no secrecy
