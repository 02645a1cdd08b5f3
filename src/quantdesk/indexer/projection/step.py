"""What one event is applied to."""

from __future__ import annotations

from dataclasses import dataclass

from quantdesk.indexer.placed import Changes, PlacedEvent
from quantdesk.indexer.state import IndexState


@dataclass(frozen=True, slots=True)
class Step:
    """The state before the event, the changes it adds to, and the event with its place."""

    state: IndexState
    changes: Changes
    placed: PlacedEvent
