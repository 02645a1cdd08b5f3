"""The bus in memory: mirrors `NatsBus`, bytes and all, with a broker that a test can take away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Generic, Self, TypeVar

from quantdesk.infra.bus import BusAway, Delivery, NoAnswer, Resync, Subscription
from quantdesk.infra.bus.messages import Message
from quantdesk.infra.bus.port import QUEUE_LIMIT, Answerer, Decoder, encode, matches
from quantdesk.infra.bus.queue import DeliveryQueue

M = TypeVar("M", bound=Message)
R = TypeVar("R", bound=Message)


class MemoryBroker:
    """What a NATS server is to `NatsBus`."""

    def __init__(self) -> None:
        self.up = True
        self.queues: list[DeliveryQueue[Any]] = []
        self.answers: dict[str, tuple[type[Any], Answerer[Any]]] = {}

    async def stop(self) -> None:
        self.up = False

    async def start(self) -> None:
        self.up = True
        for queue in self.queues:
            queue.resync(Resync("reconnected"))


class _MemorySubscription(Generic[M]):
    def __init__(self, broker: MemoryBroker, queue: DeliveryQueue[M]) -> None:
        self._broker = broker
        self._queue = queue

    def __aiter__(self) -> AsyncIterator[Delivery[M] | Resync]:
        return self._queue

    async def __anext__(self) -> Delivery[M] | Resync:
        return await self._queue.__anext__()

    async def close(self) -> None:
        if self._queue in self._broker.queues:
            self._broker.queues.remove(self._queue)
        self._queue.end()


class MemoryBus:
    """A `Bus` within one process. ``published`` lists what went out, for assertions."""

    def __init__(self, broker: MemoryBroker | None = None) -> None:
        self.broker = broker or MemoryBroker()
        self.published: list[tuple[str, Message]] = []
        self._own: list[DeliveryQueue[Any]] = []
        self._answered: list[str] = []
        self._open = False

    @property
    def connected(self) -> bool:
        return self._open and self.broker.up

    async def open(self) -> Self:
        self._open = True
        return self

    async def __aenter__(self) -> Self:
        return await self.open()

    async def __aexit__(self, *exit_reason: object) -> None:
        await self.close()

    async def wait_connected(self, timeout_s: float) -> None:
        if not self.connected:
            raise BusAway(f"memory bus not up within {timeout_s} s")

    async def publish(self, subject: str, message: Message) -> None:
        self._require_up(subject)
        self.published.append((subject, message))
        data = encode(message)
        for queue in self.broker.queues:
            if matches(queue.pattern, subject):
                queue.put(subject, data)

    async def subscribe(self, pattern: str, kind: type[M], limit: int = QUEUE_LIMIT) -> Subscription[M]:
        queue = DeliveryQueue(pattern, kind, limit)
        self.broker.queues.append(queue)
        self._own.append(queue)
        return _MemorySubscription(self.broker, queue)

    async def request(self, subject: str, question: Message, kind: type[M], timeout_s: float = 1.0) -> M:
        self._require_up(subject)
        if subject not in self.broker.answers:
            raise NoAnswer(f"{subject}: nobody answers")
        asked, answerer = self.broker.answers[subject]
        try:
            answer = await asyncio.wait_for(answerer(Decoder(asked).decode(encode(question))), timeout_s)
        except Exception as error:
            raise NoAnswer(f"{subject}: {error}") from error
        return Decoder(kind).decode(encode(answer))

    async def answer(self, subject: str, kind: type[R], answerer: Answerer[R]) -> None:
        self.broker.answers[subject] = (kind, answerer)
        self._answered.append(subject)

    async def flush(self, timeout_s: float = 5.0) -> None:
        self._require_up("flush")

    async def close(self) -> None:
        self._open = False
        for queue in self._own:
            if queue in self.broker.queues:
                self.broker.queues.remove(queue)
            queue.end()
        for subject in self._answered:
            self.broker.answers.pop(subject, None)

    def _require_up(self, subject: str) -> None:
        if not self.connected:
            raise BusAway(f"{subject} not sent: the memory bus is down")
