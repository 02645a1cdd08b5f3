"""The outermost layer: every request and every socket handshake passes here, and every error leaves here.

Refuses foreign hosts and origins, oversized bodies and callers over their rate; adds security headers,
the request id and CORS (only for origins set); turns whatever escapes into problem+json.
"""

import time
from secrets import token_hex
from typing import Any

import structlog
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from quantdesk.gateway.edge.origins import Origins, client_address
from quantdesk.gateway.edge.rates import RateLimiter, route_class
from quantdesk.gateway.metrics import Metrics
from quantdesk.gateway.problems import Forbidden, Problem, TooLarge, TooOften, unexpected

_log = structlog.get_logger(__name__)
_API_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
]
_CORS_METHODS = b"GET, POST, DELETE, OPTIONS"
_CORS_HEADERS = b"authorization, content-type"
_CORS_EXPOSED = b"ratelimit, ratelimit-policy, retry-after, x-request-id"


class Guard:
    """ASGI middleware around the whole application."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        origins: Origins,
        limiter: RateLimiter | None,
        trusted_proxies: frozenset[str],
        max_body_bytes: int,
        metrics: Metrics,
    ) -> None:
        self._app = app
        self._origins = origins
        self._limiter = limiter
        self._trusted = trusted_proxies
        self._max_body = max_body_bytes
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        request_id = token_hex(8)
        scope.setdefault("state", {})["request_id"] = request_id
        scope["state"]["address"] = client_address(scope, headers, self._trusted)
        exchange = _Exchange(scope, headers, request_id, send)
        if exchange.is_http and self._is_preflight(scope, headers):
            await self._preflight(headers, exchange)
            return
        self._add_cors(headers, exchange)
        try:
            self._refuse_foreign(scope, headers)
            self._count(scope, exchange)
            await self._app(scope, self._measured(scope, headers, receive), exchange.send)
        except Problem as problem:
            await exchange.refuse(problem)
        except Exception:
            _log.exception("request failed", path=scope["path"], request_id=request_id)
            if exchange.started and not exchange.finished:
                raise  # cut the connection: half an answer must not look whole
            await exchange.refuse(unexpected())
        finally:
            if exchange.is_http:
                self._metrics.observe(
                    route_class(scope["method"], scope["path"]) or "other",
                    exchange.status,
                    exchange.seconds(),
                )

    def _refuse_foreign(self, scope: Scope, headers: Headers) -> None:
        port = scope["server"][1] if scope.get("server") else None
        host, origin = headers.get("host"), headers.get("origin")
        if not self._origins.host_allowed(host, port):
            raise Forbidden(
                f"Host {host!r} is not this gateway.",
                code="foreign_host",
                field="host",
                value=host,
                expected="localhost, 127.0.0.1 or the host of QUANTDESK_PUBLIC_URL, with this gateway's port",
            )
        if origin is not None and not self._origins.origin_allowed(origin, port):
            raise Forbidden(
                f"Pages of {origin!r} may not use this gateway.",
                code="foreign_origin",
                field="origin",
                value=origin,
                expected="this gateway's own origin, or one listed in QUANTDESK_CORS_ORIGINS",
            )

    def _count(self, scope: Scope, exchange: "_Exchange") -> None:
        name = route_class(scope.get("method", "GET"), scope["path"])
        if self._limiter is None or name is None:
            return
        verdict = self._limiter.check(name, scope["state"]["address"])
        if verdict is None:
            return
        exchange.extra += verdict.headers()
        if not verdict.allowed:
            raise TooOften(
                f"More than {verdict.limit.requests} `{name}` requests in {verdict.limit.per_seconds} s.",
                expected=f"at most {verdict.limit.requests} per {verdict.limit.per_seconds} s",
                retry_after_ms=max(1, verdict.reset_s) * 1_000,
            )

    def _measured(self, scope: Scope, headers: Headers, receive: Receive) -> Receive:
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD"}:
            return receive
        limit, seen = self._max_body, 0
        declared = headers.get("content-length", "0")
        if declared.isdigit() and int(declared) > limit:
            raise _too_large(int(declared), limit)

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise _too_large(seen, limit)
            return message

        return counted

    def _is_preflight(self, scope: Scope, headers: Headers) -> bool:
        return (
            scope["method"] == "OPTIONS"
            and "access-control-request-method" in headers
            and self._origins.is_cors(headers.get("origin", ""))
        )

    async def _preflight(self, headers: Headers, exchange: "_Exchange") -> None:
        self._add_cors(headers, exchange)
        exchange.extra += [
            (b"access-control-allow-methods", _CORS_METHODS),
            (b"access-control-allow-headers", _CORS_HEADERS),
            (b"access-control-max-age", b"600"),
        ]
        await exchange.answer(204, b"", b"text/plain")

    def _add_cors(self, headers: Headers, exchange: "_Exchange") -> None:
        origin = headers.get("origin")
        if origin is None or not self._origins.is_cors(origin):
            return
        exchange.extra += [
            (b"access-control-allow-origin", origin.encode("latin-1")),
            (b"access-control-allow-credentials", b"true"),
            (b"access-control-expose-headers", _CORS_EXPOSED),
            (b"cross-origin-resource-policy", b"cross-origin"),
            (b"vary", b"Origin"),
        ]


class _Exchange:
    """One request and its answer."""

    def __init__(self, scope: Scope, headers: Headers, request_id: str, send: Send) -> None:
        self.is_http = scope["type"] == "http"
        self.started = False
        self.finished = False
        self.status = 499
        self.extra: list[tuple[bytes, bytes]] = [(b"x-request-id", request_id.encode())]
        self._api = scope["path"].startswith("/v1/")
        self._request_id = request_id
        self._send = send
        self._began = time.perf_counter()

    def seconds(self) -> float:
        """Since the request arrived."""
        return time.perf_counter() - self._began

    async def send(self, message: Message) -> None:
        """Pass a message on, with the headers that every answer has."""
        if message["type"] in {"http.response.start", "websocket.http.response.start"}:
            self.started = True
            self.status = message["status"]
            message = {**message, "headers": self._headers(list(message.get("headers", [])))}
        elif message["type"] == "websocket.accept":
            self.started = True
        elif message["type"] == "http.response.body":
            self.finished = not message.get("more_body", False)
        await self._send(message)

    def _headers(self, given: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        present = {name.lower() for name, _ in given} | {name for name, _ in self.extra}
        added = [header for header in _API_HEADERS if header[0] not in present]
        if self._api and b"cache-control" not in present:
            added.append((b"cache-control", b"no-store"))
        return given + self.extra + added

    async def refuse(self, problem: Problem) -> None:
        """Answer with problem+json; a socket handshake is answered as HTTP."""
        if self.started:
            return
        if problem.status in {429, 503} and not any(name == b"retry-after" for name, _ in self.extra):
            seconds = max(1, -(-(problem.retry_after_ms or 1_000) // 1_000))
            self.extra.append((b"retry-after", str(seconds).encode()))
        body = problem.body(self._request_id).model_dump_json(exclude_none=True).encode()
        await self.answer(problem.status, body, b"application/problem+json")

    async def answer(self, status: int, body: bytes, media_type: bytes) -> None:
        """Send a whole response."""
        prefix = "http.response" if self.is_http else "websocket.http.response"
        headers: list[Any] = [
            (b"content-type", media_type),
            (b"content-length", str(len(body)).encode()),
        ]
        await self.send({"type": f"{prefix}.start", "status": status, "headers": headers})
        await self._send({"type": f"{prefix}.body", "body": body})


def _too_large(size: int, limit: int) -> TooLarge:
    return TooLarge(
        f"The body has {size} bytes or more.", field="body", value=size, expected=f"at most {limit} bytes"
    )
