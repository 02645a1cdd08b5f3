"""From events to rows and messages: pure functions of the event and the ``IndexState``."""

from __future__ import annotations

from quantdesk.indexer.placed import Changes, PlacedEvent
from quantdesk.indexer.projection.apply import project

__all__ = ["Changes", "PlacedEvent", "project"]
