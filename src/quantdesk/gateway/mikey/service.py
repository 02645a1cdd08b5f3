"""Passes requests on to MIKEY with a 60 s internal token; MIKEY accepts nothing else."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Protocol
from urllib.parse import quote

import httpx
import jwt
from starlette.requests import Request
from starlette.responses import StreamingResponse

from quantdesk.gateway.auth.tokens import Access
from quantdesk.gateway.clock import ClockMs
from quantdesk.gateway.problems import DependencyAway, NotSignedIn

ISSUER = "quantdesk-gateway"
AUDIENCE = "mikey"
TOKEN_S = 60
_PASSED_BACK = ("content-type", "retry-after", "cache-control")


class SignIns(Protocol):
    """Reads access tokens."""

    async def access(self, token: str) -> Access:
        """The token's content. Raises NotSignedIn."""
        ...


class MikeyProxy:
    """One connection pool to MIKEY."""

    def __init__(self, url: str, secret: bytes, auth: SignIns, clock: ClockMs) -> None:
        self._secret = secret
        self._auth = auth
        self._clock = clock
        self._client = httpx.AsyncClient(
            base_url=url.rstrip("/"),
            timeout=httpx.Timeout(30.0, connect=1.0),
            limits=httpx.Limits(max_connections=64, max_keepalive_connections=8),
            trust_env=False,
        )

    async def forward(
        self, request: Request, path: str, authorization: str | None, *, acts: bool = False
    ) -> StreamingResponse:
        """The same request at MIKEY's `/v1/{path}`. Raises NotSignedIn when it acts, DependencyAway."""
        wallet = await self._wallet(authorization, acts)
        headers = {"authorization": f"Bearer {self._token(wallet)}", "accept-encoding": "identity"}
        for name in ("content-type", "accept"):
            if name in request.headers:
                headers[name] = request.headers[name]
        headers["x-request-id"] = request.state.request_id
        outgoing = self._client.build_request(
            request.method,
            f"/v1/{quote(path, safe='/')}",
            params=list[Any](request.query_params.multi_items()),
            headers=headers,
            content=await request.body(),
        )
        try:
            answer = await self._client.send(outgoing, stream=True)
        except httpx.HTTPError as error:
            raise _away(error) from error
        kept = {name: answer.headers[name] for name in _PASSED_BACK if name in answer.headers}
        return StreamingResponse(_body(answer), answer.status_code, kept)

    async def _wallet(self, authorization: str | None, acts: bool) -> str | None:
        scheme, _, token = (authorization or "").partition(" ")
        if token and scheme.lower() == "bearer":
            return (await self._auth.access(token)).wallet
        if acts:
            raise NotSignedIn("Confirming and cancelling tickets needs the wallet's access token.")
        return None

    def _token(self, wallet: str | None) -> str:
        issued = self._clock() // 1_000
        claims: dict[str, Any] = {"iss": ISSUER, "aud": AUDIENCE, "iat": issued, "exp": issued + TOKEN_S}
        if wallet is not None:
            claims["sub"] = claims["wallet"] = wallet
        return jwt.encode(claims, self._secret, algorithm="HS256")

    async def reachable(self) -> str | None:
        """None when MIKEY answers, else why not."""
        try:
            answer = await asyncio.wait_for(self._client.get("/health"), 1.0)
        except (httpx.HTTPError, TimeoutError) as error:
            return f"{type(error).__name__}: {error}".rstrip(": ")
        return None if answer.status_code == 200 else f"HTTP {answer.status_code}"

    async def close(self) -> None:
        """Close the pool."""
        await self._client.aclose()


async def _body(answer: httpx.Response) -> AsyncIterator[bytes]:
    try:
        async for chunk in answer.aiter_raw():
            yield chunk
    finally:
        await answer.aclose()


def _away(error: Exception) -> DependencyAway:
    return DependencyAway(
        f"MIKEY does not answer ({type(error).__name__}).",
        code="mikey_away",
        dependency="mikey",
        retry_after_ms=2_000,
    )
