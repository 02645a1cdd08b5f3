"""A topic is one channel with its selectors: it numbers messages, keeps the last ones and encodes each once.

Sequence rule (docs/reference/websocket.md): a message is valid when its `prev_seq` equals the reader's last
`seq` within one `epoch`. Merging several messages keeps the first `prev_seq` and the last `seq`.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import msgspec

from quantdesk.gateway.clock import ClockMs
from quantdesk.gateway.stream.protocol import text_frame

Data = Any
Merge = Callable[[list[Data]], Data]
"""Several updates' data, oldest first, as one update's data."""
_ENCODE = msgspec.json.Encoder().encode


class Reader(Protocol):
    """Whoever follows a topic."""

    def offer(self, topic: "Topic", frame: bytes) -> None:
        """Take an update, or remember to catch up."""
        ...


@dataclass(frozen=True, slots=True)
class TopicKey:
    """A channel and its selectors, as requests name them."""

    channel: str
    market: str | None = None
    resolution: str | None = None
    source: str | None = None
    wallet: str | None = None

    def fields(self) -> dict[str, str]:
        """The selectors that are set, with the channel."""
        made = {"channel": self.channel}
        for name in ("market", "resolution", "source", "wallet"):
            value = getattr(self, name)
            if value is not None:
                made[name] = value
        return made


@dataclass(frozen=True, slots=True)
class _Step:
    prev_seq: int
    seq: int
    data: Data


@dataclass(slots=True)
class Stamp:
    """What each message says about its moment."""

    slot: int | None = None
    feed: str | None = None


@dataclass(slots=True)
class Topic:
    """One numbered stream. Not thread-safe: belongs to the event loop."""

    key: TopicKey
    epoch: str
    merge: Merge
    clock: ClockMs
    keep: int
    has_feed: bool
    seq: int = 0
    stamp: Stamp = field(default_factory=Stamp)
    readers: set[Reader] = field(default_factory=set)
    steps: deque[_Step] = field(default_factory=deque)
    idle_since_ms: int | None = None

    def publish(self, data: Data, *, seq: int | None = None) -> int:
        """Number and send one update to every reader; the number of readers."""
        prev = self.seq
        self.seq = prev + 1 if seq is None else seq
        self.steps.append(_Step(prev, self.seq, data))
        while len(self.steps) > self.keep:
            self.steps.popleft()
        if not self.readers:
            return 0
        frame = self.frame("update", data, prev, self.seq, snapshot=False)
        for reader in tuple(self.readers):
            reader.offer(self, frame)
        return len(self.readers)

    def restart(self, data: Data, *, epoch: str | None = None, seq: int | None = None) -> None:
        """Continuity was lost: forget the steps and send everyone a snapshot."""
        self.steps.clear()
        self.epoch = epoch or self.epoch
        self.seq = self.seq + 1 if seq is None else seq
        if self.readers:
            frame = self.frame("update", data, 0, self.seq, snapshot=True)
            for reader in tuple(self.readers):
                reader.offer(self, frame)

    def since(self, seq: int) -> Data | None:
        """Everything after `seq` merged; None when it is no longer held (or never was)."""
        if seq == self.seq:
            return self.merge([])
        held = [step for step in self.steps if step.prev_seq >= seq]
        if not held or held[0].prev_seq != seq:
            return None
        return self.merge([step.data for step in held])

    def frame(
        self,
        op: str,
        data: Data,
        prev_seq: int,
        seq: int,
        *,
        snapshot: bool,
        request: dict[str, Any] | None = None,
    ) -> bytes:
        """One message, encoded and framed."""
        message: dict[str, Any] = {"op": op, **(request or {}), **self.key.fields()}
        message |= {
            "epoch": self.epoch,
            "prev_seq": prev_seq,
            "seq": seq,
            "snapshot": snapshot,
            "slot": self.stamp.slot,
        }
        if self.has_feed:
            message["feed"] = self.stamp.feed
        message |= {"ts_ms": self.clock(), "data": data}
        return text_frame(_ENCODE(message))
