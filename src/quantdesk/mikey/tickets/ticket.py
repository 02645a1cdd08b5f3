"""A ticket: the canonical form of what would be done, its hash, and our signature over it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec

from quantdesk.mikey.grammar.outcome import Action

VERSION = 1
ID_BYTES, MAC_BYTES = 12, 24
_ORDERED = msgspec.json.Encoder(order="deterministic")


@dataclass(frozen=True, slots=True)
class Band:
    """What must still hold at the confirmation.

    ``marks``: per market the lowest and highest mark; ``holds``: per market the signed position that a
    size was
    derived from. ``slot`` is the chain's slot that the ticket was made at; ``screen`` the market then shown.
    """

    marks: dict[str, tuple[Decimal, Decimal]]
    holds: dict[str, Decimal]
    slot: int | None = None
    screen: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Decimals as text."""
        return {
            "marks": {symbol: [str(low), str(high)] for symbol, (low, high) in self.marks.items()},
            "holds": {symbol: str(size) for symbol, size in self.holds.items()},
            "slot": self.slot,
            "screen": self.screen,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Band:
        """The inverse of ``as_json``."""
        return cls(
            {symbol: (Decimal(low), Decimal(high)) for symbol, (low, high) in data["marks"].items()},
            {symbol: Decimal(size) for symbol, size in data["holds"].items()},
            data["slot"],
            data["screen"],
        )


@dataclass(frozen=True, slots=True)
class Ticket:
    """What one wallet may confirm once. Times are Unix ms; ``request`` are the user's words."""

    ticket_id: str
    wallet: str
    sub: int
    request: str
    actions: tuple[Action, ...]
    band: Band
    created_ms: int
    expires_ms: int
    state: str = "open"

    def canonical(self) -> bytes:
        """Everything that a confirmation means, in one order of keys."""
        return _ORDERED.encode(
            {
                "v": VERSION,
                "wallet": self.wallet,
                "sub": self.sub,
                "request": self.request,
                "actions": list(self.actions),
                "band": self.band.as_json(),
                "created_ms": self.created_ms,
                "expires_ms": self.expires_ms,
            }
        )

    def content_sha256(self) -> str:
        """Hexadecimal hash of the canonical form: what the confirmation is bound to."""
        return hashlib.sha256(self.canonical()).hexdigest()


class TicketSigner:
    """Signs tickets: the identifier carries a MAC over itself and the content, so that no other row
    can pass.
    """

    def __init__(self, secret: bytes) -> None:
        self._key = hmac.digest(secret, b"quantdesk mikey tickets v1", "sha256")

    def sign(self, unsigned: Ticket) -> str:
        """A fresh identifier for the ticket's content."""
        nonce = base64.urlsafe_b64encode(secrets.token_bytes(ID_BYTES)).decode()
        return f"{nonce}.{self._mac(nonce, unsigned)}"

    def holds(self, ticket: Ticket) -> bool:
        """Whether the identifier was signed by us for exactly this content."""
        nonce, _, mac = ticket.ticket_id.partition(".")
        return hmac.compare_digest(mac.encode(), self._mac(nonce, ticket).encode())

    def _mac(self, nonce: str, ticket: Ticket) -> str:
        digest = hmac.digest(self._key, f"{nonce}.{ticket.content_sha256()}".encode(), "sha256")
        return base64.urlsafe_b64encode(digest[:MAC_BYTES]).decode().rstrip("=")
