"""Who may talk to the gateway at all: hosts, origins, sizes, rates, and the headers of every answer."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request

from quantdesk.gateway.config import RateLimit
from quantdesk.gateway.edge import errors
from quantdesk.gateway.edge.guard import Guard
from quantdesk.gateway.edge.origins import Origins, client_address, split_host
from quantdesk.gateway.edge.rates import RateLimiter, route_class
from quantdesk.gateway.metrics import Metrics
from quantdesk.gateway.problems import Conflict

LOCAL = Origins("127.0.0.1", (3002, 3001), None, ())
PUBLIC = Origins("127.0.0.1", (3002,), "https://desk.example", ("https://app.example",))


FOREIGN_HOSTS = [
    None,
    "",
    "evil.example:3002",
    "localhost:9999",
    "localhost.evil.example:3002",
    "127.0.0.1.nip.io:3002",
    "a@localhost:3002",
    "localhost:3002/x",
    "localhost:port",
]
FOREIGN_ORIGINS = [
    "null",
    "http://evil.example",
    "http://localhost:5173",
    "file://",
    "http://localhost.evil.example:3001",
    "chrome-extension://abc",
]


@pytest.mark.parametrize(
    "host", ["localhost:3002", "127.0.0.1:3001", "[::1]:3002", "LOCALHOST:3002", "localhost"]
)
def test_loopback_names_with_our_ports_are_this_gateway(host: str) -> None:
    assert LOCAL.host_allowed(host, 3002)


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
def test_a_foreign_host_is_refused_so_that_dns_rebinding_fails(host: str | None) -> None:
    assert not LOCAL.host_allowed(host, 3002)


def test_an_address_is_a_host_only_where_the_gateway_listens_on_every_address() -> None:
    assert Origins("0.0.0.0", (3002,), None, ()).host_allowed("192.168.1.7:3002", 3002)
    assert not LOCAL.host_allowed("192.168.1.7:3002", 3002)


@pytest.mark.parametrize("origin", ["http://localhost:3001", "http://127.0.0.1:3002"])
def test_our_own_pages_may_call_from_either_port(origin: str) -> None:
    assert LOCAL.origin_allowed(origin, 3002)


@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
def test_a_foreign_origin_is_refused(origin: str) -> None:
    assert not LOCAL.origin_allowed(origin, 3002)


def test_the_public_address_fixes_host_origin_and_scheme() -> None:
    assert PUBLIC.host_allowed("desk.example", 3002)
    assert PUBLIC.origin_allowed("https://desk.example", 3002)
    assert PUBLIC.origin_allowed("https://app.example", 3002)
    assert not PUBLIC.origin_allowed("http://desk.example", 3002)


def test_a_forwarded_address_counts_only_behind_trusted_proxies() -> None:
    scope: dict[str, Any] = {"client": ("10.0.0.1", 1)}
    headers = {"x-forwarded-for": "6.6.6.6, 203.0.113.9"}
    assert client_address(scope, headers, frozenset()) == "10.0.0.1"
    assert client_address(scope, headers, frozenset({"10.0.0.1"})) == "203.0.113.9"


@pytest.mark.parametrize("host", ["a/b", "a?b", "", "x:99999999", "u@h"])
def test_what_is_no_host_header_does_not_parse(host: str) -> None:
    assert split_host(host) is None


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("GET", "/v1/markets", "read"),
        ("GET", "/v1/markets/SOL-PERP/trades", "history"),
        ("POST", "/v1/preview/order", "preview"),
        ("POST", "/v1/tx/send", "send"),
        ("POST", "/v1/tx/place-order", "build"),
        ("GET", "/v1/tx/abc", "read"),
        ("POST", "/v1/auth/login", "auth"),
        ("POST", "/v1/faucet", "faucet"),
        ("POST", "/v1/mikey/parse", "mikey"),
        ("GET", "/health", None),
        ("GET", "/assets/x.js", None),
    ],
)
def test_every_route_counts_in_one_class(method: str, path: str, name: str | None) -> None:
    assert route_class(method, path) == name


def test_a_rate_is_counted_per_class_and_address() -> None:
    limiter = RateLimiter({"read": RateLimit(2, 60, "")})
    assert [_allowed(limiter, "a") for _ in range(3)] == [True, True, False]
    assert _allowed(limiter, "b")
    assert limiter.check("build", "a") is None


def _allowed(limiter: RateLimiter, address: str) -> bool:
    verdict = limiter.check("read", address)
    assert verdict is not None
    return verdict.allowed


def guarded(origins: Origins = LOCAL, limits: dict[str, RateLimit] | None = None) -> httpx.AsyncClient:
    app = FastAPI()
    errors.install(app)

    @app.post("/v1/echo")
    async def echo(request: Request) -> int:
        return len(await request.body())

    @app.get("/v1/markets")
    async def markets() -> list[str]:
        return []

    @app.get("/v1/conflict")
    async def conflict() -> None:
        raise Conflict("no")

    @app.get("/v1/broken")
    async def broken() -> None:
        raise RuntimeError("secret detail")

    guard = Guard(
        app,
        origins=origins,
        limiter=RateLimiter(limits) if limits else None,
        trusted_proxies=frozenset(),
        max_body_bytes=100,
        metrics=Metrics(),
    )
    transport = httpx.ASGITransport(guard, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://localhost:3002")


async def test_a_foreign_host_gets_403_and_says_what_would_be_right() -> None:
    async with guarded() as client:
        answer = await client.get("/v1/markets", headers={"host": "evil.example"})
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert (body["code"], body["value"]) == ("foreign_host", "evil.example")
    assert "localhost" in body["expected"]


async def test_a_foreign_origin_gets_403_for_reads_and_writes() -> None:
    async with guarded() as client:
        for method in ("GET", "POST"):
            answer = await client.request(method, "/v1/echo", headers={"origin": "https://evil.example"})
            assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin")


async def test_an_oversized_body_is_refused_by_its_declared_length_and_by_its_real_one() -> None:
    async def chunks() -> Any:
        for _ in range(20):
            yield b"x" * 20

    async with guarded() as client:
        declared = await client.post("/v1/echo", content=b"x" * 101)
        streamed = await client.post("/v1/echo", content=chunks())
        fits = await client.post("/v1/echo", content=b"x" * 100)
    assert [each.status_code for each in (declared, streamed, fits)] == [413, 413, 200]
    assert "100 bytes" in declared.json()["expected"]


async def test_over_the_rate_answers_429_with_retry_after_and_ratelimit() -> None:
    async with guarded(limits={"read": RateLimit(1, 60, "")}) as client:
        first = await client.get("/v1/markets")
        second = await client.get("/v1/markets")
    assert first.headers["ratelimit-policy"] == '"read";q=1;w=60'
    assert first.headers["ratelimit"].startswith('"read";r=0;t=')
    assert second.status_code == 429
    assert 1 <= int(second.headers["retry-after"]) <= 60
    assert second.json()["code"] == "too_many_requests"


async def test_every_answer_has_a_request_id_and_security_headers() -> None:
    async with guarded() as client:
        for path in ("/v1/markets", "/v1/conflict", "/v1/broken", "/v1/none"):
            headers = (await client.get(path)).headers
            assert len(headers["x-request-id"]) == 16
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["x-frame-options"] == "DENY"
            assert headers["cache-control"] == "no-store"


async def test_a_failure_of_ours_says_nothing_of_its_inside() -> None:
    async with guarded() as client:
        answer = await client.get("/v1/broken")
    assert answer.status_code == 500
    assert answer.json()["code"] == "internal_error"
    assert "secret" not in answer.text


async def test_cors_is_answered_only_for_origins_that_are_set() -> None:
    preflight = {
        "origin": "https://app.example",
        "access-control-request-method": "POST",
        "host": "desk.example",
    }
    async with guarded(PUBLIC) as client:
        allowed = await client.options("/v1/echo", headers=preflight)
        read = await client.get(
            "/v1/markets", headers={"origin": "https://app.example", "host": "desk.example"}
        )
        other = await client.options("/v1/echo", headers={**preflight, "origin": "https://evil.example"})
    assert allowed.status_code == 204
    assert read.headers["access-control-allow-origin"] == "https://app.example"
    assert other.status_code == 403
    assert "access-control-allow-origin" not in other.headers
