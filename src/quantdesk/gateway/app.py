"""The gateway as an ASGI application, and as a service on its ports."""

import asyncio
import contextlib
import resource
import socket
from collections.abc import AsyncIterator, Iterator

import structlog
import uvicorn
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from quantdesk.gateway.config import GatewayConfig
from quantdesk.gateway.context import Gateway, assemble
from quantdesk.gateway.edge import errors
from quantdesk.gateway.edge.guard import Guard
from quantdesk.gateway.edge.rates import RateLimiter
from quantdesk.gateway.openapi import render
from quantdesk.gateway.problems import NotFound
from quantdesk.gateway.routes import routers
from quantdesk.gateway.stream.endpoints import router as stream
from quantdesk.gateway.stream.protocol import FrameProtocol
from quantdesk.gateway.terminal.files import TerminalFiles
from quantdesk.infra.bus import BusConfig, NatsBus
from quantdesk.infra.solana import SolanaRpc
from quantdesk.infra.store.database import open_store

RPC_TIMEOUT_S = 5.0
RPC_RETRIES = 1
OPEN_FILES = 8_192
_API = ("/v1", "/udf")
_log = structlog.get_logger(__name__)


def create_app(gateway: Gateway) -> Guard:
    """The whole application around one gateway; its background work runs in the lifespan."""

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with gateway.running():
            yield

    app = FastAPI(lifespan=lifespan, openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.gateway = gateway
    errors.install(app)
    for router in (*routers(), stream):
        app.include_router(router)
    _add_documents(app)
    app.mount("/", TerminalFiles(gateway.config.terminal_dir))
    config = gateway.config
    return Guard(
        app,
        origins=gateway.origins,
        limiter=RateLimiter(config.rate_limits) if config.rate_limits is not None else None,
        trusted_proxies=frozenset(config.trusted_proxies),
        max_body_bytes=config.max_body_bytes,
        metrics=gateway.metrics,
    )


def _add_documents(app: FastAPI) -> None:
    document: list[str] = []

    @app.get("/openapi.json", include_in_schema=False)
    async def openapi() -> Response:
        if not document:
            document.append(render())
        return Response(document[0], media_type="application/json")

    for prefix in _API:

        @app.api_route(
            f"{prefix}/{{path:path}}",
            methods=["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"],
            include_in_schema=False,
        )
        async def unknown(request: Request) -> Response:
            path = request.url.path
            raise NotFound(
                f"There is nothing at {request.method} {path}.",
                code="unknown_path",
                value=f"{request.method} {path}",
                expected="a method and path of /openapi.json",
            )


class _Server(uvicorn.Server):
    """Leaves signals to whoever runs the service."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(config: GatewayConfig) -> None:
    """Serve until cancelled. Survives its dependencies' absence; `/ready` says which is away."""
    _raise_open_files()
    store = open_store(config.database_url)
    bus = NatsBus(BusConfig(url=config.bus_url, name="gateway", token=config.bus_token))
    rpc = SolanaRpc(config.rpc_url, timeout_s=RPC_TIMEOUT_S, retries=RPC_RETRIES)
    try:
        async with bus:
            await serve_gateway(assemble(config, bus=bus, store=store, rpc=rpc))
    finally:
        await rpc.close()
        await store.close()


async def serve_gateway(gateway: Gateway, sockets: list[socket.socket] | None = None) -> None:
    """Serve an assembled gateway on its ports, or on sockets that are bound already."""
    config = gateway.config
    bound = sockets or [_bind(config.host, port) for port in config.ports]
    server = _Server(
        uvicorn.Config(
            create_app(gateway),
            ws=FrameProtocol,
            ws_per_message_deflate=False,
            ws_max_size=config.stream.max_message_bytes,
            ws_ping_interval=config.stream.ping_interval_s,
            ws_ping_timeout=config.stream.ping_interval_s,
            access_log=False,
            log_config=None,
            lifespan="on",
            server_header=False,
            date_header=True,
            timeout_graceful_shutdown=3,
            proxy_headers=False,
        )
    )
    running = asyncio.ensure_future(server.serve(sockets=bound))
    _log.info("gateway listens", host=config.host, ports=[each.getsockname()[1] for each in bound])
    try:
        await asyncio.shield(running)
    except asyncio.CancelledError:
        gateway.hub.close()
        server.should_exit = True
        await running
        raise
    finally:
        for each in bound:
            each.close()


def _bind(host: str, port: int) -> socket.socket:
    """A bound socket. The explicit protocol matters: asyncio sets TCP_NODELAY only where it sees it, and
    without it each small answer waits 40 ms for the peer's delayed acknowledgement.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    made.bind((host, port))
    return made


def _raise_open_files() -> None:
    """A thousand sockets need more descriptors than the usual 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
