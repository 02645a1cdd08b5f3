"""The bus: typed messages between services, over NATS."""

from quantdesk.infra.bus.nats import BusConfig, NatsBus
from quantdesk.infra.bus.port import (
    BadMessage,
    Bus,
    BusAway,
    BusError,
    Delivery,
    NoAnswer,
    Resync,
    Subscription,
)

__all__ = [
    "BadMessage",
    "Bus",
    "BusAway",
    "BusConfig",
    "BusError",
    "Delivery",
    "NatsBus",
    "NoAnswer",
    "Resync",
    "Subscription",
]
