"""What one MIKEY process is told at its start; composed by bootstrap, never read from the environment
here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class MikeyConfig:
    """One MIKEY process.

    ``secret`` is shared with the gateway: it signs the internal tokens, and a key derived from it signs
    tickets.
    ``band`` is the share by which the mark may move between ticket and confirmation.
    Port 0 takes a free one (tests).
    """

    database_url: str
    secret: bytes = field(repr=False)
    gateway_url: str = "http://127.0.0.1:3002"
    host: str = "127.0.0.1"
    port: int = 3000
    ticket_ms: int = 60_000
    kept_tickets_ms: int = 30 * 86_400_000
    band: Decimal = Decimal("0.01")
    max_body_bytes: int = 16_384
