"""The bus as every service sees it: publish, subscribe, request; nothing is stored, nothing is promised.

Errors:
    BusError
    ├── BusAway         the server cannot be reached: nothing was sent
    ├── NoAnswer        nobody answered a request in time
    └── BadMessage      bytes that are no message of the expected kind or version
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, Literal, Protocol, Self, TypeVar

import msgspec

from quantdesk.infra.bus.messages import VERSION, Message

M = TypeVar("M", bound=Message)
R = TypeVar("R", bound=Message)

QUEUE_LIMIT = 4_096
"""Messages a subscription holds for a slow reader before it gives them all up for a `Resync`."""


class BusError(Exception):
    """Base of everything the bus raises."""


class BusAway(BusError):
    """The server cannot be reached now; the message was not sent (the pending buffer is 0)."""


class NoAnswer(BusError):
    """A request found no responder, or none answered within its time."""


class BadMessage(BusError):
    """Bytes that do not decode as the expected message, or one of another version."""


@dataclass(frozen=True, slots=True)
class Delivery(Generic[M]):
    """One message and the subject it came on."""

    subject: str
    message: M


@dataclass(frozen=True, slots=True)
class Resync:
    """Messages were lost before this point: drop what you hold and read the state anew.

    ``slow_consumer``: this reader fell `QUEUE_LIMIT` behind; ``reconnected``: the connection was away.
    """

    reason: Literal["slow_consumer", "reconnected"]


class Subscription(Protocol[M]):
    """An endless stream of deliveries in the order of each publisher; ends when closed."""

    def __aiter__(self) -> AsyncIterator[Delivery[M] | Resync]: ...

    async def __anext__(self) -> Delivery[M] | Resync: ...

    async def close(self) -> None: ...


Answerer = Callable[[R], Awaitable[Message]]


class Bus(Protocol):
    """A connection to the bus. Opening never waits for the server; it is reached for, for ever."""

    @property
    def connected(self) -> bool:
        """Whether the server is reached now; for ``/ready``."""
        ...

    async def open(self) -> Self:
        """Begin to connect and return at once."""
        ...

    async def wait_connected(self, timeout_s: float) -> None:
        """Wait until connected. Raises BusAway after ``timeout_s``."""
        ...

    async def publish(self, subject: str, message: Message) -> None:
        """Send now or raise BusAway: nothing is kept for later."""
        ...

    async def subscribe(self, pattern: str, kind: type[M], limit: int = QUEUE_LIMIT) -> Subscription[M]:
        """Follow ``pattern`` (``*`` one token, ``>`` the rest). A reconnect is told by a `Resync`."""
        ...

    async def request(self, subject: str, question: Message, kind: type[M], timeout_s: float = 1.0) -> M:
        """Ask whoever answers ``subject``. Raises BusAway, NoAnswer, BadMessage."""
        ...

    async def answer(self, subject: str, kind: type[R], answerer: Answerer[R]) -> None:
        """Answer requests on ``subject`` until closed; a failing answerer leaves its asker without."""
        ...

    async def flush(self, timeout_s: float = 5.0) -> None:
        """Return once the server has everything published so far. Raises BusAway."""
        ...

    async def close(self) -> None:
        """Send what is on the way, end every subscription, disconnect."""
        ...


def encode(message: Message) -> bytes:
    """The message as it goes on the wire."""
    return msgspec.json.encode(message)


class Decoder(Generic[M]):
    """Decodes one kind of message. Raises BadMessage."""

    def __init__(self, kind: type[M]) -> None:
        self._kind = kind
        self._decoder = msgspec.json.Decoder(kind)

    def decode(self, data: bytes) -> M:
        try:
            message = self._decoder.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise BadMessage(f"not a {self._kind.__name__}: {error}") from error
        if message.v != VERSION:
            raise BadMessage(f"{self._kind.__name__} of version {message.v}; this QuantDesk reads {VERSION}")
        return message


def matches(pattern: str, subject: str) -> bool:
    """Whether ``subject`` falls under ``pattern`` by NATS' rules."""
    wanted, given = pattern.split("."), subject.split(".")
    for position, token in enumerate(wanted):
        if token == ">":  # noqa: S105 - a token of the subject
            return len(given) > position
        if position >= len(given) or token not in ("*", given[position]):
            return False
    return len(wanted) == len(given)
