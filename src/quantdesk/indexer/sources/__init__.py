"""Where events come from: the node's block stream or its logs, and its history."""

from __future__ import annotations

from quantdesk.indexer.sources.blocks import follow_blocks
from quantdesk.indexer.sources.history import History
from quantdesk.indexer.sources.logs import follow_logs
from quantdesk.indexer.sources.reading import Arrival

__all__ = ["Arrival", "History", "follow_blocks", "follow_logs"]
