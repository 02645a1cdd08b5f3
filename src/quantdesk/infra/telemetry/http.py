"""The small HTTP server by which a service without an API shows itself: health, readiness, metrics, status.

GET and HEAD only, one request a connection, nothing is read beyond the request's head. It exists so that the
indexer, the feed and the keepers need no web framework (which costs some 40 MB resident each).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Self

import msgspec
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

HEAD_LIMIT = 8_192
READ_TIMEOUT_S = 5.0
JSON = "application/json"

Readiness = Callable[[], Mapping[str, str | None]]
"""Dependency -> None when it is well, else what is wrong."""
Status = Callable[[], Any]
"""Whatever msgspec can encode."""


@dataclass(frozen=True, slots=True)
class HttpConfig:
    """Where a service shows itself. Port 0 takes a free one (tests)."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back: status, media type and body."""

    status: HTTPStatus
    media_type: str
    body: bytes


class StatusServer:
    """Answers ``/health``, ``/ready``, ``/metrics`` and the given ``pages``.

    ``/ready`` is 200 when every dependency is well and 503 otherwise, with each one's reason either way.
    """

    def __init__(
        self,
        config: HttpConfig,
        service: str,
        readiness: Readiness,
        registry: CollectorRegistry,
        pages: Mapping[str, Status] | None = None,
    ) -> None:
        self._config = config
        self._service = service
        self._readiness = readiness
        self._registry = registry
        self._pages = dict(pages or {})
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """The port listened on (the real one when the configured port is 0)."""
        if self._server is None:
            raise RuntimeError("the status server is not started")
        return int(self._server.sockets[0].getsockname()[1])

    async def start(self) -> Self:
        """Listen. Raises OSError when the port is taken."""
        self._server = await asyncio.start_server(
            self._serve, self._config.host, self._config.port, limit=HEAD_LIMIT
        )
        return self

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(self, *exit_reason: object) -> None:
        await self.stop()

    def answer(self, method: str, path: str) -> Reply:
        """The reply to one request."""
        if method not in ("GET", "HEAD"):
            return _problem(HTTPStatus.METHOD_NOT_ALLOWED, f"method {method}; only GET and HEAD are answered")
        if path == "/health":
            return _json(HTTPStatus.OK, {"status": "alive", "service": self._service})
        if path == "/ready":
            return self._ready()
        if path == "/metrics":
            return Reply(HTTPStatus.OK, CONTENT_TYPE_LATEST, generate_latest(self._registry))
        if path in self._pages:
            return _json(HTTPStatus.OK, self._pages[path]())
        known = ", ".join(["/health", "/ready", "/metrics", *self._pages])
        return _problem(HTTPStatus.NOT_FOUND, f"no page {path}; there are {known}")

    def _ready(self) -> Reply:
        checks = self._readiness()
        ready = all(reason is None for reason in checks.values())
        shown = {name: reason or "ok" for name, reason in checks.items()}
        status = HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE
        return _json(status, {"ready": ready, "service": self._service, "checks": shown})

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, TimeoutError):
            try:
                writer.write(await self._reply_to(reader))
                await writer.drain()
            finally:
                writer.close()

    async def _reply_to(self, reader: asyncio.StreamReader) -> bytes:
        try:
            async with asyncio.timeout(READ_TIMEOUT_S):
                head = await reader.readuntil(b"\r\n\r\n")
            method, target, _ = head.split(b"\r\n", 1)[0].decode("ascii").split(" ")
        except (asyncio.LimitOverrunError, asyncio.IncompleteReadError, ValueError):
            return _wire(_problem(HTTPStatus.BAD_REQUEST, "not an HTTP/1.1 request"), True)
        return _wire(self.answer(method, target.split("?", 1)[0]), method != "HEAD")


def _json(status: HTTPStatus, content: Any) -> Reply:
    return Reply(status, JSON, msgspec.json.encode(content))


def _problem(status: HTTPStatus, detail: str) -> Reply:
    content = {"title": status.phrase, "status": status.value, "detail": detail}
    return Reply(status, "application/problem+json", msgspec.json.encode(content))


def _wire(reply: Reply, with_body: bool) -> bytes:
    head = (
        f"HTTP/1.1 {reply.status.value} {reply.status.phrase}\r\n"
        f"Content-Type: {reply.media_type}\r\n"
        f"Content-Length: {len(reply.body)}\r\n"
        "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + (reply.body if with_body else b"")
