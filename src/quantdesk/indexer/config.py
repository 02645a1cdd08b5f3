"""What the indexer needs to know; made by the composition root."""

from __future__ import annotations

from dataclasses import dataclass, field

from quantdesk.infra.bus import BusConfig
from quantdesk.infra.telemetry import HttpConfig

DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Retention:
    """How much history stays. What is older goes and is "unknown before ..." from then on.

    The first three count the newest events of the exchange (some 15 a second with the box's own feed); the
    others are milliseconds by a row's own time. Accounts, positions, traders and set-up events always stay.
    """

    events: int = 200_000
    prices: int = 500_000
    unfilled_orders: int = 200_000
    history_ms: int = 365 * DAY_MS
    """Fills, filled orders, funding, transfers and candles from one minute up."""
    second_candles_ms: int = 2 * DAY_MS
    """Candles of 1, 5 and 15 seconds."""


@dataclass(frozen=True, slots=True)
class IndexerConfig:
    """``program_id`` in base58; ``rpc_url`` http(s), ``ws_url`` ws(s) of one node."""

    rpc_url: str
    ws_url: str
    database_url: str
    bus: BusConfig
    http: HttpConfig
    program_id: str
    exchange_id: int = 0
    retention: Retention = field(default_factory=Retention)
    follow_blocks: bool = False
    """Use ``blockSubscribe`` where the node offers it: fewer requests (a quota), but an event then waits for
    the end of its block (200 ms on average) instead of arriving when it is confirmed."""
