"""What the keepers count."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge


class Measures:
    """Prometheus measures of all roles, labelled by role."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.sent = Counter(
            "quantdesk_keeper_transactions", "Transactions sent.", ["role"], registry=registry
        )
        self.failed = Counter(
            "quantdesk_keeper_failures",
            "What went wrong, by the error's kind.",
            ["role", "error"],
            registry=registry,
        )
        self.refused = Counter(
            "quantdesk_keeper_order_refusals",
            "Orders that the program refused, by its error name.",
            ["role", "symbol", "error"],
            registry=registry,
        )
        self.idle = Gauge(
            "quantdesk_keeper_idle",
            "1 while a role has stopped acting (see /ready for why).",
            ["role"],
            registry=registry,
        )
        self.position = Gauge(
            "quantdesk_keeper_position_lots", "Position.", ["role", "symbol"], registry=registry
        )
        self.equity = Gauge("quantdesk_keeper_equity_usdc", "Equity at mark.", ["role"], registry=registry)
