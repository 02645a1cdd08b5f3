"""The bounded queue between a bus connection and one reader."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Generic, Self, TypeVar

import structlog

from quantdesk.infra.bus.messages import Message
from quantdesk.infra.bus.port import BadMessage, Decoder, Delivery, Resync

M = TypeVar("M", bound=Message)
_log = structlog.get_logger(__name__)


class DeliveryQueue(Generic[M]):
    """Decodes and holds deliveries for one reader.

    A reader that falls ``limit`` behind loses all it has not read and is told so: old state is worse than
    none. Messages that do not decode are logged and counted in ``refused``, and never reach the reader.
    """

    def __init__(self, pattern: str, kind: type[M], limit: int) -> None:
        self.pattern = pattern
        self.refused = 0
        self._limit = limit
        self._decoder = Decoder(kind)
        self._items: deque[Delivery[M] | Resync] = deque()
        self._ready = asyncio.Event()
        self._closed = False

    def put(self, subject: str, data: bytes) -> None:
        """Take one raw message off the wire; never blocks."""
        try:
            message = self._decoder.decode(data)
        except BadMessage as error:
            self.refused += 1
            _log.warning("bus message refused", subject=subject, error=str(error))
            return
        if len(self._items) >= self._limit:
            self.resync(Resync("slow_consumer"))
            return
        self._items.append(Delivery(subject, message))
        self._ready.set()

    def resync(self, signal: Resync) -> None:
        """Drop what is held and tell the reader."""
        self._items.clear()
        self._items.append(signal)
        self._ready.set()

    def end(self) -> None:
        """No more will come: the reader gets what is held, then its loop ends."""
        self._closed = True
        self._ready.set()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Delivery[M] | Resync:
        while not self._items:
            if self._closed:
                raise StopAsyncIteration
            self._ready.clear()
            await self._ready.wait()
        return self._items.popleft()
