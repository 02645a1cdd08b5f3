"""How a service shows whether it is alive and what it waits for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from prometheus_client import Counter

from quantdesk.infra.telemetry import HttpConfig, StatusServer, process_registry


class Dependencies:
    def __init__(self) -> None:
        self.checks: dict[str, str | None] = {"bus": None}


@pytest.fixture
def dependencies() -> Dependencies:
    return Dependencies()


@pytest.fixture
async def client(dependencies: Dependencies) -> AsyncIterator[httpx.AsyncClient]:
    registry = process_registry("feed")
    Counter("pushes", "Pushes.", registry=registry).inc(3)
    server = StatusServer(
        HttpConfig("127.0.0.1", 0),
        "feed",
        lambda: dependencies.checks,
        registry,
        {"/status": lambda: {"a": 1}},
    )
    async with server, httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}") as client:
        yield client


async def test_health_is_alive_even_when_a_dependency_is_away(
    client: httpx.AsyncClient, dependencies: Dependencies
) -> None:
    dependencies.checks["bus"] = "away"
    assert (await client.get("/health")).json() == {"status": "alive", "service": "feed"}


async def test_ready_names_what_is_away_and_why(
    client: httpx.AsyncClient, dependencies: Dependencies
) -> None:
    assert (await client.get("/ready")).status_code == 200
    dependencies.checks["bus"] = "NATS refused the token"
    reply = await client.get("/ready")
    assert reply.status_code == 503
    assert reply.json()["checks"] == {"bus": "NATS refused the token"}


async def test_metrics_are_prometheus_text(client: httpx.AsyncClient) -> None:
    assert "pushes_total 3.0" in (await client.get("/metrics")).text


async def test_own_pages_are_json(client: httpx.AsyncClient) -> None:
    assert (await client.get("/status?x=1")).json() == {"a": 1}


async def test_an_unknown_page_says_which_there_are(client: httpx.AsyncClient) -> None:
    reply = await client.get("/nothing")
    assert reply.status_code == 404
    assert "/status" in reply.json()["detail"]


async def test_only_reading_is_possible(client: httpx.AsyncClient) -> None:
    assert (await client.post("/health")).status_code == 405


async def test_a_malformed_request_is_refused_and_the_server_lives(client: httpx.AsyncClient) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", client.base_url.port)
    writer.write(b"nonsense\r\n\r\n")
    assert (await reader.read()).startswith(b"HTTP/1.1 400")
    writer.close()
    assert (await client.get("/health")).status_code == 200
