"""One socket: what it follows, how far it got, and what it may send."""

from dataclasses import dataclass, field
from typing import Any

from quantdesk.gateway.auth.tokens import Access
from quantdesk.gateway.clock import ClockMs
from quantdesk.gateway.stream.protocol import Outlet
from quantdesk.gateway.stream.topics import Topic, TopicKey

CAUGHT_UP_SHARE = 4
"""A reader has caught up once its backlog is a quarter of the limit."""


@dataclass(slots=True)
class Allowance:
    """A token bucket: `rate` a second, up to two seconds' worth at once."""

    rate: int
    tokens: float
    at_ms: int

    def take(self, now_ms: int) -> bool:
        """Use one token; False when there is none."""
        self.tokens = min(2.0 * self.rate, self.tokens + (now_ms - self.at_ms) * self.rate / 1_000)
        self.at_ms = now_ms
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


@dataclass(eq=False, slots=True)
class Connection:
    """A `Reader` with a bounded backlog: over the limit it is owed merged updates instead of each one."""

    outlet: Outlet
    clock: ClockMs
    slow_bytes: int
    allowance: Allowance
    access: Access | None = None
    topics: dict[TopicKey, Topic] = field(default_factory=dict)
    reached: dict[TopicKey, int] = field(default_factory=dict)
    behind: set[TopicKey] = field(default_factory=set)
    behind_since_ms: int | None = None
    lagging: set["Connection"] = field(default_factory=set)

    def offer(self, topic: Topic, frame: bytes) -> None:
        """Write the update, or note that this topic is owed to the reader."""
        key = topic.key
        if key in self.behind:
            return
        if self.behind or self.outlet.waiting_bytes() > self.slow_bytes:
            self.behind.add(key)
            if self.behind_since_ms is None:
                self.behind_since_ms = self.clock()
            self.lagging.add(self)
            return
        self.outlet.write(frame)
        self.reached[key] = topic.seq

    def has_caught_up(self) -> bool:
        """Whether the backlog is small enough to be sent what is owed."""
        return self.outlet.waiting_bytes() <= self.slow_bytes // CAUGHT_UP_SHARE

    def follow(self, topic: Topic) -> None:
        """From now on take the topic's updates."""
        self.topics[topic.key] = topic
        self.reached[topic.key] = topic.seq
        self.behind.discard(topic.key)
        topic.readers.add(self)
        topic.idle_since_ms = None

    def leave(self, key: TopicKey) -> bool:
        """Stop following; False when it did not."""
        topic = self.topics.pop(key, None)
        if topic is None:
            return False
        topic.readers.discard(self)
        if not topic.readers:
            topic.idle_since_ms = self.clock()
        self.reached.pop(key, None)
        self.behind.discard(key)
        return True

    def leave_all(self) -> None:
        """The socket is gone."""
        for key in tuple(self.topics):
            self.leave(key)
        self.lagging.discard(self)


def is_request_id(value: Any) -> bool:
    """Whether a request's id can be given back."""
    return (isinstance(value, int) and not isinstance(value, bool)) or (
        isinstance(value, str) and len(value) <= 64
    )
