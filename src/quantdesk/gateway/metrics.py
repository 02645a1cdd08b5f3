"""Prometheus metrics of one gateway."""

from prometheus_client import Counter, Gauge, Histogram, generate_latest

from quantdesk.infra.telemetry import process_registry


class Metrics:
    """Counters with a registry of their own, so that several gateways fit one process (tests)."""

    def __init__(self) -> None:
        self.registry = process_registry("gateway")
        self._requests = Counter(
            "quantdesk_gateway_requests_total",
            "Requests by route class and status.",
            ("route_class", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "quantdesk_gateway_request_seconds",
            "Time to answer.",
            ("route_class",),
            buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
            registry=self.registry,
        )
        self.sockets = Gauge(
            "quantdesk_gateway_sockets", "Open WebSocket connections.", registry=self.registry
        )
        self.socket_messages = Counter(
            "quantdesk_gateway_socket_messages_total",
            "Messages sent to WebSocket clients.",
            registry=self.registry,
        )
        self.slow_readers = Counter(
            "quantdesk_gateway_slow_readers_total",
            "Connections closed with 4008.",
            registry=self.registry,
        )
        self.relayed = Counter(
            "quantdesk_gateway_relayed_total",
            "Transactions relayed, by final state.",
            ("state",),
            registry=self.registry,
        )
        self.resyncs = Counter(
            "quantdesk_gateway_bus_resyncs_total", "Times the bus lost messages.", registry=self.registry
        )

    def observe(self, route_class: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        self._requests.labels(route_class, str(status)).inc()
        self._seconds.labels(route_class).observe(seconds)

    def render(self) -> bytes:
        """Text exposition format."""
        return generate_latest(self.registry)
