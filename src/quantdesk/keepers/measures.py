"""What the keepers count."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


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
        self.in_trouble = Gauge(
            "quantdesk_liquidator_accounts",
            "Accounts under half-way to initial margin, under maintenance margin, and under 0.",
            ["under"],
            registry=registry,
        )
        self.steps = Counter(
            "quantdesk_liquidator_steps",
            "Steps of liquidation by what became of them: done, or why not.",
            ["step", "outcome"],
            registry=registry,
        )
        self.liquidated = Counter(
            "quantdesk_liquidator_notional_usdc",
            "Notional that left accounts in trouble.",
            ["step", "symbol"],
            registry=registry,
        )
        self.scan_s = Histogram(
            "quantdesk_liquidator_scan_seconds",
            "Valuing every account once.",
            buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1),
            registry=registry,
        )
        self.triggers = Gauge(
            "quantdesk_trigger_waiting", "Triggers that wait for the mark.", registry=registry
        )
        self.fired = Counter(
            "quantdesk_trigger_fired",
            "Triggers by what became of them: fired, buried (their position was gone), or why not.",
            ["outcome"],
            registry=registry,
        )
        self.pruned = Counter(
            "quantdesk_trigger_pruned_orders", "Expired orders taken out of the books.", registry=registry
        )
