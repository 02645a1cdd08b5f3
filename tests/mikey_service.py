"""A MIKEY as its tests meet it: internal tokens, a clock that stands still, an exchange in memory."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import httpx
import jwt

from fakes.venue import WALLET, FakeVenue
from quantdesk.mikey.app import Parts

SECRET = b"a secret of the tests that is long enough"
NOW_MS = 1_790_000_000_000


@dataclass
class Clock:
    """Unix ms, moved by hand."""

    now_ms: int = NOW_MS

    def __call__(self) -> int:
        return self.now_ms


def token(wallet: str | None = WALLET, secret: bytes = SECRET, **claims: Any) -> str:
    """An internal token as the gateway signs it; ``claims`` replace its own."""
    now = int(time.time())
    body: dict[str, Any] = {"iss": "quantdesk-gateway", "aud": "mikey", "iat": now, "exp": now + 60}
    if wallet is not None:
        body["sub"] = body["wallet"] = wallet
    body |= claims
    return jwt.encode(
        {name: value for name, value in body.items() if value is not None}, secret, algorithm="HS256"
    )


@dataclass
class Mikey:
    """A client of one MIKEY, and its surroundings."""

    http: httpx.AsyncClient
    venue: FakeVenue
    clock: Clock
    parts: Parts

    async def post(self, path: str, body: Any = None, wallet: str | None = WALLET) -> httpx.Response:
        """As the gateway would pass it on for ``wallet``."""
        return await self.http.post(path, json=body, headers={"authorization": f"Bearer {token(wallet)}"})

    async def get(self, path: str, wallet: str | None = WALLET) -> httpx.Response:
        """As the gateway would pass it on for ``wallet``."""
        return await self.http.get(path, headers={"authorization": f"Bearer {token(wallet)}"})

    async def parse(self, text: str, wallet: str | None = WALLET, **fields: Any) -> dict[str, Any]:
        """The reply to ``text``."""
        answer = await self.post("/v1/parse", {"text": text, "wallet": wallet, **fields}, wallet)
        assert answer.status_code == 200, answer.text
        reply: dict[str, Any] = answer.json()
        return reply

    async def confirm(self, ticket_id: str, wallet: str | None = WALLET) -> httpx.Response:
        """Confirm as ``wallet``."""
        return await self.post(f"/v1/tickets/{ticket_id}/confirm", {}, wallet)
