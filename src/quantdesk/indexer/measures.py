"""What the indexer shows of itself to Prometheus."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

SECONDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2.0)


class Measures:
    """Metrics, in ``registry``."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.events = Counter("quantdesk_indexer_events", "Events indexed.", ["name"], registry=registry)
        self.commit = Histogram(
            "quantdesk_indexer_commit_seconds", "Time to commit a batch.", buckets=SECONDS, registry=registry
        )
        self.retries = Counter(
            "quantdesk_indexer_commit_retries", "Commits that had to be repeated.", registry=registry
        )
        self.cursor = Gauge("quantdesk_indexer_event_seq", "Last event indexed.", registry=registry)
        self.head = Gauge("quantdesk_indexer_head_seq", "Last event on the chain.", registry=registry)
        self.slot = Gauge("quantdesk_indexer_slot", "Slot up to which all is indexed.", registry=registry)
        self.lag = Gauge("quantdesk_indexer_lag_ms", "How far behind the chain.", registry=registry)
        self.holes = Counter(
            "quantdesk_indexer_holes", "Gaps in the sequence that had to be filled.", registry=registry
        )
        self.unpublished = Counter(
            "quantdesk_indexer_bus_away", "Batches that the bus did not take at once.", registry=registry
        )
        self.pruned = Counter(
            "quantdesk_indexer_pruned_rows", "Rows that retention removed.", ["table"], registry=registry
        )
