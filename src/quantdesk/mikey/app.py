"""MIKEY as an ASGI application and as a service on its port."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass

import structlog
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from quantdesk.infra.store.database import Store, open_store
from quantdesk.infra.telemetry import process_registry
from quantdesk.mikey.assistant import Assistant
from quantdesk.mikey.config import MikeyConfig
from quantdesk.mikey.gateway_venue import GatewayVenue
from quantdesk.mikey.http import errors
from quantdesk.mikey.http.endpoints import router
from quantdesk.mikey.http.tokens import InternalTokens
from quantdesk.mikey.metrics import MikeyMetrics
from quantdesk.mikey.models.deterministic import DeterministicEngine
from quantdesk.mikey.problems import Malformed
from quantdesk.mikey.tickets.repository import TicketRepository
from quantdesk.mikey.tickets.service import Tickets
from quantdesk.mikey.tickets.ticket import TicketSigner
from quantdesk.mikey.venue import Venue

RETENTION_EVERY_S = 3_600.0
PREFIXES = ("/v1", "/v1/mikey")
"""The gateway calls ``/v1/...``; the longer prefix is the public path, for those who read the API's
document.
"""
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that one MIKEY is made of."""

    config: MikeyConfig
    store: Store
    venue: Venue
    tickets: Tickets
    assistant: Assistant
    clock_ms: Callable[[], int]


def wall_clock_ms() -> int:
    """Unix ms."""
    return int(time.time() * 1_000)


def assemble(
    config: MikeyConfig, store: Store, venue: Venue, clock_ms: Callable[[], int] = wall_clock_ms
) -> Parts:
    """Wire one MIKEY."""
    tickets = Tickets(
        TicketRepository(store),
        venue,
        TicketSigner(config.secret),
        life_ms=config.ticket_ms,
        band=config.band,
        clock_ms=clock_ms,
    )
    assistant = Assistant(DeterministicEngine(), venue, tickets, clock_ms)
    return Parts(config, store, venue, tickets, assistant, clock_ms)


def create_app(parts: Parts) -> ASGIApp:
    """The application; retention runs in its lifespan."""

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        keeping = asyncio.create_task(_forget_old_tickets(parts))
        try:
            yield
        finally:
            keeping.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await keeping

    app = FastAPI(lifespan=lifespan, openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.assistant = parts.assistant
    app.state.tokens = InternalTokens(parts.config.secret)
    app.state.metrics = MikeyMetrics(process_registry("mikey"))
    errors.install(app)
    for prefix in PREFIXES:
        app.include_router(router, prefix=prefix)
    _add_status(app, parts)
    return BodyLimit(app, parts.config.max_body_bytes)


def _add_status(app: FastAPI, parts: Parts) -> None:
    @app.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "alive", "service": "mikey"}

    @app.get("/ready")
    async def ready() -> JSONResponse:
        store, gateway = await asyncio.gather(_store_reason(parts.store), parts.venue.reachable())
        checks = {"store": store or "ok", "gateway": gateway or "ok"}
        well = store is None and gateway is None
        return JSONResponse({"ready": well, "service": "mikey", "checks": checks}, 200 if well else 503)

    @app.get("/metrics")
    async def metrics(request: Request) -> Response:
        found: MikeyMetrics = request.app.state.metrics
        return Response(generate_latest(found.registry), media_type=CONTENT_TYPE_LATEST)


async def _store_reason(store: Store) -> str | None:
    try:
        async with asyncio.timeout(1.0), store.read() as connection:
            await connection.execute(text("SELECT 1 FROM tickets LIMIT 1"))
    except (SQLAlchemyError, OSError, TimeoutError) as error:
        return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}".rstrip(": ")
    return None


async def _forget_old_tickets(parts: Parts) -> None:
    """Keep the retention; a store that is away is tried again."""
    while True:
        try:
            await parts.tickets.forget_before(parts.clock_ms() - parts.config.kept_tickets_ms)
        except (SQLAlchemyError, OSError) as error:
            _log.warning("retention_failed", error=type(error).__name__)
        await asyncio.sleep(RETENTION_EVERY_S)


class BodyLimit:
    """Refuses bodies over the limit before anything reads them; one without a length is cut off at
    the limit.
    """

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Look at the announced length, then count what arrives."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        too_large = Malformed(f"The body is over {self._limit} bytes.", code="too_large", status=413)
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if not announced.isdigit() or int(announced) > self._limit:
            await errors.respond(Request(scope), too_large)(scope, receive, send)
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._limit:
                raise too_large
            return message

        await self._app(scope, counted, send)


class _Server(uvicorn.Server):
    """Leaves signals to whoever runs the service."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(config: MikeyConfig) -> None:
    """Serve until cancelled. Survives its dependencies' absence; ``/ready`` says which is away."""
    store = open_store(config.database_url)
    venue = GatewayVenue(config.gateway_url)
    try:
        await serve_parts(assemble(config, store, venue))
    finally:
        await venue.close()
        await store.close()


async def serve_parts(parts: Parts, bound: socket.socket | None = None) -> None:
    """Serve an assembled MIKEY on its port, or on a socket that is bound already."""
    listening = bound or _bind(parts.config.host, parts.config.port)
    server = _Server(
        uvicorn.Config(
            create_app(parts), access_log=False, log_config=None, lifespan="on", server_header=False
        )
    )
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    _log.info("listening", host=parts.config.host, port=listening.getsockname()[1])
    try:
        await asyncio.shield(serving)
    finally:
        server.should_exit = True
        with contextlib.suppress(asyncio.CancelledError):
            await serving


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((host, port))
    return listening
