"""All topics and all sockets of this process: subscribe, resume, catch slow readers up, let topics go."""

import asyncio
from secrets import token_hex
from typing import Any, Protocol

import structlog

from quantdesk.gateway.clock import ClockMs
from quantdesk.gateway.config import StreamLimits
from quantdesk.gateway.metrics import Metrics
from quantdesk.gateway.problems import Problem, Refused
from quantdesk.gateway.stream.connection import Connection
from quantdesk.gateway.stream.topics import Data, Topic, TopicKey

SLOW_READER = 4008
GOING_AWAY = 1001
SWEEP_S = 0.1
IDLE_TOPIC_MS = 60_000
_log = structlog.get_logger(__name__)


class Source(Protocol):
    """Where one channel's topics come from."""

    permanent: bool
    has_feed: bool

    def merge(self, updates: list[Data], /) -> Data:
        """Several updates' data, oldest first, as one update's data."""
        ...

    async def check(self, key: TopicKey) -> None:
        """Raise Problem when there is no such topic."""
        ...

    async def snapshot(self, topic: Topic) -> Data:
        """The whole state as of `topic.seq` at the moment this returns. Raises Problem."""
        ...


class Hub:
    """Owns topics and knows every connection."""

    def __init__(self, limits: StreamLimits, clock: ClockMs, metrics: Metrics) -> None:
        self._limits = limits
        self._clock = clock
        self._metrics = metrics
        self._sources: dict[str, Source] = {}
        self._topics: dict[TopicKey, Topic] = {}
        self._epoch = token_hex(4)
        self.connections: set[Connection] = set()
        self.lagging: set[Connection] = set()

    def add_source(self, channel: str, source: Source) -> None:
        """Serve `channel` from `source`."""
        self._sources[channel] = source

    @property
    def channels(self) -> list[str]:
        """Channels served."""
        return list(self._sources)

    def topic(self, key: TopicKey) -> Topic:
        """The topic of a key that was checked."""
        found = self._topics.get(key)
        if found is None:
            source = self._sources[key.channel]
            found = Topic(
                key=key,
                epoch=self._epoch,
                merge=source.merge,
                clock=self._clock,
                keep=self._limits.resume_messages,
                has_feed=source.has_feed,
                idle_since_ms=self._clock(),
            )
            self._topics[key] = found
        return found

    def existing(self, key: TopicKey) -> Topic | None:
        """The topic if anybody asked for it."""
        return self._topics.get(key)

    def topics_of(self, channel: str) -> list[Topic]:
        """Every topic of one channel."""
        return [topic for key, topic in self._topics.items() if key.channel == channel]

    async def subscribe(
        self, connection: Connection, key: TopicKey, request_id: Any, epoch: str | None, from_seq: int | None
    ) -> None:
        """Follow a topic: `subscribed` with what is missing, then updates. Raises Problem."""
        if key not in connection.topics and len(connection.topics) >= self._limits.max_subscriptions:
            raise Refused(
                f"This connection follows {len(connection.topics)} topics already.",
                code="too_many_subscriptions",
                expected=f"at most {self._limits.max_subscriptions}",
            )
        await self._sources[key.channel].check(key)
        topic = self.topic(key)
        request = {"id": request_id}
        if from_seq is not None and epoch == topic.epoch:
            data = topic.since(from_seq)
            if data is not None:
                frame = topic.frame("subscribed", data, from_seq, topic.seq, snapshot=False, request=request)
                connection.outlet.write(frame)
                connection.follow(topic)
                return
        data = await self._sources[key.channel].snapshot(topic)
        frame = topic.frame("subscribed", data, 0, topic.seq, snapshot=True, request=request)
        connection.outlet.write(frame)
        connection.follow(topic)

    async def run(self) -> None:
        """Serve slow readers and drop idle topics until cancelled."""
        ticks = 0
        while True:
            await asyncio.sleep(SWEEP_S)
            for connection in tuple(self.lagging):
                await self._attend(connection)
            ticks += 1
            if ticks % 100 == 0:
                self._drop_idle()

    async def _attend(self, connection: Connection) -> None:
        now = self._clock()
        if connection.has_caught_up():
            await self._catch_up(connection)
            return
        since = connection.behind_since_ms
        if since is not None and now - since > self._limits.slow_reader_ms:
            self._metrics.slow_readers.inc()
            _log.info("slow reader closed", waiting_bytes=connection.outlet.waiting_bytes())
            connection.outlet.close(SLOW_READER, "too slow for too long")
            connection.leave_all()

    async def _catch_up(self, connection: Connection) -> None:
        owed, connection.behind = connection.behind, set()
        connection.behind_since_ms = None
        self.lagging.discard(connection)
        for key in owed:
            topic = connection.topics.get(key)
            if topic is None:
                continue
            reached = connection.reached[key]
            data = topic.since(reached)
            try:
                if data is not None:
                    frame = topic.frame("update", data, reached, topic.seq, snapshot=False)
                else:
                    data = await self._sources[key.channel].snapshot(topic)
                    frame = topic.frame("update", data, 0, topic.seq, snapshot=True)
            except Problem as problem:
                _log.info("reader not caught up yet", key=key, reason=problem.detail)
                connection.behind.add(key)
                self.lagging.add(connection)
                continue
            connection.outlet.write(frame)
            connection.reached[key] = topic.seq

    def _drop_idle(self) -> None:
        now = self._clock()
        for key, topic in tuple(self._topics.items()):
            idle = topic.idle_since_ms
            if (
                not self._sources[key.channel].permanent
                and not topic.readers
                and idle is not None
                and now - idle > IDLE_TOPIC_MS
            ):
                del self._topics[key]

    def close(self) -> None:
        """Tell every socket that the gateway stops."""
        for connection in tuple(self.connections):
            connection.outlet.close(GOING_AWAY, "the gateway stops")
