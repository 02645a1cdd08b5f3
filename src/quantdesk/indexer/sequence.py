"""Puts events in order and proves that none is missing: the exchange's sequence has no gap."""

from __future__ import annotations

from collections.abc import Iterable

from quantdesk.indexer.placed import PlacedEvent

WAITING_LIMIT = 20_000


class Sequencer:
    """Holds events back until everything before them is there."""

    def __init__(self, cursor: int) -> None:
        self._cursor = cursor
        self._waiting: dict[int, PlacedEvent] = {}

    @property
    def cursor(self) -> int:
        """Sequence of the last event handed out."""
        return self._cursor

    @property
    def hole(self) -> tuple[int, int] | None:
        """First and last missing sequence before the first event that waits, or None."""
        return (self._cursor + 1, min(self._waiting) - 1) if self._waiting else None

    def add(self, events: Iterable[PlacedEvent]) -> None:
        """Take events in any order, any number of times."""
        for event in events:
            if event.seq > self._cursor:
                self._waiting.setdefault(event.seq, event)

    @property
    def full(self) -> bool:
        """Whether so much waits behind a hole that following the head further makes no sense."""
        return len(self._waiting) >= WAITING_LIMIT

    def take(self, most: int = 1_000) -> list[PlacedEvent]:
        """The next events in order, without a gap; empty when the next one is missing."""
        ready: list[PlacedEvent] = []
        while len(ready) < most and (event := self._waiting.pop(self._cursor + 1, None)) is not None:
            self._cursor += 1
            ready.append(event)
        return ready

    def skip_to(self, seq: int) -> None:
        """Give up on what lies before ``seq``: the node no longer has it."""
        self._cursor = max(self._cursor, seq - 1)
        self._waiting = {each: event for each, event in self._waiting.items() if each > self._cursor}
