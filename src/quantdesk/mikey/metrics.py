"""What MIKEY counts."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram

from quantdesk.mikey.problems import Problem

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class MikeyMetrics:
    """Counters of one process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.registry = registry
        self.parse_seconds = Histogram(
            "quantdesk_mikey_parse_seconds",
            "From a text to its reply, views and preview included.",
            registry=registry,
            buckets=_BUCKETS,
        )
        self.outcomes = Counter("quantdesk_mikey_outcomes", "Replies by kind.", ["kind"], registry=registry)
        self.confirmations = Counter(
            "quantdesk_mikey_confirmations", "Confirmations by result.", ["result"], registry=registry
        )

    @contextlib.contextmanager
    def confirmation(self) -> Iterator[None]:
        """Count what becomes of one confirmation."""
        try:
            yield
        except Problem as problem:
            self.confirmations.labels(problem.code).inc()
            raise
        self.confirmations.labels("confirmed").inc()
