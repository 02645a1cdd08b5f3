"""What a service tells of itself: logs, metrics, health and readiness."""

from quantdesk.infra.telemetry.http import HttpConfig, Readiness, StatusServer
from quantdesk.infra.telemetry.logs import configure_logging
from quantdesk.infra.telemetry.metrics import process_registry

__all__ = ["HttpConfig", "Readiness", "StatusServer", "configure_logging", "process_registry"]
