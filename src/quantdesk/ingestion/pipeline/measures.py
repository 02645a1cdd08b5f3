"""What ingestion counts."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge


class Measures:
    """Prometheus measures of the pipeline."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.quotes = Counter(
            "quantdesk_feed_quotes", "Quotes believed.", ["venue", "symbol"], registry=registry
        )
        self.trades = Counter(
            "quantdesk_feed_trades", "Trades believed.", ["venue", "symbol"], registry=registry
        )
        self.refused = Counter(
            "quantdesk_feed_refused",
            "Messages refused, by the first word of the reason.",
            ["venue", "symbol", "reason"],
            registry=registry,
        )
        self.published = Counter(
            "quantdesk_feed_published", "Messages sent to the bus.", ["subject"], registry=registry
        )
        self.unsent = Counter(
            "quantdesk_feed_unsent", "Messages dropped because the bus was away.", registry=registry
        )
        self.price_age = Gauge(
            "quantdesk_feed_price_age_seconds",
            "Age of the index price (NaN before the first).",
            ["symbol"],
            registry=registry,
        )
