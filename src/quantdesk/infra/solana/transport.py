"""JSON-RPC over HTTP: pooled connections, batches, retries with capped jittered backoff.

aiohttp carries it: a call takes 0.2 ms of the processor, with httpx 0.9 (docs/decisions/0011).
"""

from __future__ import annotations

import asyncio
import itertools
import os
import random
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Protocol
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import msgspec

from quantdesk.infra.solana.errors import AnswerMalformed, NodeAway, NodeRefused, RpcError, rpc_error
from quantdesk.infra.solana.wire import Reply

BACKOFF_FIRST_S = 0.1
BACKOFF_MOST_S = 2.0
BATCH_LIMIT = 50
"""Public nodes cut longer batches off; it also bounds one answer's size."""

CONNECTIONS = 16
IDLE_S = 30.0

_UNSENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
_REPLY = msgspec.json.Decoder(Reply)
_REPLIES = msgspec.json.Decoder(list[Reply])


@dataclass(frozen=True, slots=True)
class Call:
    """A method and its positional parameters."""

    method: str
    params: Sequence[Any] = ()


class Transport(Protocol):
    """Carries one request."""

    async def post(self, content: bytes) -> tuple[int, bytes]:
        """HTTP status and body of the answer. Raises ``NodeAway``."""

    async def close(self) -> None:
        """Close the connections."""


def _said(error: Exception) -> str:
    """What went wrong in words: the system's where it has some, else the kind of error."""
    if isinstance(error, aiohttp.ClientConnectorError):
        number = error.os_error.errno or 0
        return os.strerror(number) if number > 0 else error.os_error.strerror or str(error.os_error)
    return str(error) or type(error).__name__


class HttpTransport:
    """POST to one address. ``timeout_s`` bounds connecting and each wait for a byte."""

    def __init__(self, url: str, timeout_s: float) -> None:
        self._url = url
        self._timeout = aiohttp.ClientTimeout(
            total=None, connect=timeout_s, sock_connect=timeout_s, sock_read=timeout_s
        )
        self._session: aiohttp.ClientSession | None = None

    async def post(self, content: bytes) -> tuple[int, bytes]:
        """HTTP status and body of the answer. Raises ``NodeAway``."""
        session = self._session = self._session or self._open()
        try:
            async with session.post(self._url, data=content, allow_redirects=False) as answer:
                return answer.status, await answer.read()
        except _UNSENT as error:
            raise NodeAway(f"{self._url}: {_said(error)}", unsent=True) from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise NodeAway(f"{self._url}: {_said(error)}") from error

    def _open(self) -> aiohttp.ClientSession:
        """Only when first used: a session belongs to the loop that runs then."""
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=CONNECTIONS, keepalive_timeout=IDLE_S),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"content-type": "application/json"},
            timeout=self._timeout,
            proxy=proxy_of(self._url),
        )

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()


def proxy_of(url: str) -> str | None:
    """The proxy that the environment names for ``url``; none for this machine.

    Looked up once: aiohttp's own ``trust_env`` reads the environment and ``.netrc`` at every request.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if host == "localhost" or host.startswith("127.") or host == "::1" or proxy_bypass(host):
        return None
    return getproxies().get(parts.scheme)


class JsonRpc:
    """Calls and batches against one node. Reads are retried ``retries`` times, then ``NodeAway``."""

    def __init__(
        self,
        url: str,
        *,
        timeout_s: float = 10.0,
        retries: int = 3,
        transport: Transport | None = None,
    ) -> None:
        self.url = url
        self._retries = retries
        self._ids = itertools.count(1)
        self._http = transport or HttpTransport(url, timeout_s)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()

    async def call(self, call: Call, *, retry: bool = True) -> msgspec.Raw:
        """The undecoded result. Raises any ``SolanaError`` but the transaction ones."""
        content = msgspec.json.encode(self._envelope(call))
        body = await self._post(content, retry)
        try:
            reply = _REPLY.decode(body)
        except msgspec.DecodeError as error:
            raise AnswerMalformed(f"{call.method}: {error}") from error
        return _result(call, reply)

    async def batch(self, calls: Sequence[Call]) -> list[msgspec.Raw | RpcError]:
        """Results in the order of ``calls``; one call's own error stands in its place."""
        results: list[msgspec.Raw | RpcError] = []
        for start in range(0, len(calls), BATCH_LIMIT):
            results += await self._batch(calls[start : start + BATCH_LIMIT])
        return results

    async def _batch(self, calls: Sequence[Call]) -> list[msgspec.Raw | RpcError]:
        envelopes = [self._envelope(call) for call in calls]
        body = await self._post(msgspec.json.encode(envelopes), True)
        try:
            replies = {reply.id: reply for reply in _REPLIES.decode(body)}
            ordered = [replies[envelope["id"]] for envelope in envelopes]
        except (msgspec.DecodeError, KeyError) as error:
            raise AnswerMalformed(f"batch of {len(calls)}: {error!r}") from error
        results: list[msgspec.Raw | RpcError] = []
        for call, reply in zip(calls, ordered, strict=True):
            try:
                results.append(_result(call, reply))
            except RpcError as error:
                results.append(error)
        return results

    def _envelope(self, call: Call) -> dict[str, Any]:
        return {"jsonrpc": "2.0", "id": next(self._ids), "method": call.method, "params": list(call.params)}

    async def _post(self, content: bytes, retry: bool) -> bytes:
        wait = BACKOFF_FIRST_S
        for attempt in itertools.count():
            try:
                return await self._post_once(content)
            except NodeAway:
                if not retry or attempt >= self._retries:
                    raise
            await asyncio.sleep(wait * random.uniform(0.5, 1.0))  # noqa: S311 - jitter, not a secret
            wait = min(wait * 2, BACKOFF_MOST_S)
        raise AssertionError("unreachable: the loop above returns or raises")

    async def _post_once(self, content: bytes) -> bytes:
        status, body = await self._http.post(content)
        if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise NodeAway(f"{self.url}: HTTP {status}")
        if status >= HTTPStatus.MULTIPLE_CHOICES:
            raise NodeRefused(f"{self.url}: HTTP {status}: {body[:200].decode(errors='replace')}")
        return body


def _result(call: Call, reply: Reply) -> msgspec.Raw:
    if reply.error is not None:
        raise rpc_error(call.method, reply.error.code, reply.error.message, reply.error.data)
    if not reply.result:
        raise AnswerMalformed(f"{call.method}: neither result nor error")
    return reply.result
