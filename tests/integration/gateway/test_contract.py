"""The API against its own contract, with inputs nobody thought of; and the proxy to MIKEY."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import jwt
import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.specs.openapi.checks import response_schema_conformance
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Route

from gateway_ground import GatewayGround, bound_socket

pytestmark = pytest.mark.asyncio(loop_scope="session")
DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "reference" / "openapi.json"
EXAMPLES = 4


async def test_no_input_breaks_the_gateway_and_every_answer_has_its_documented_shape(
    ground: GatewayGround,
) -> None:
    schema = schemathesis.openapi.from_dict(json.loads(DOCUMENT.read_text()))
    schema.config.base_url = ground.url
    failures = await asyncio.to_thread(_run, schema)
    assert failures == []


def _run(schema: Any) -> list[str]:
    failures: list[str] = []
    for result in schema.get_all_operations():
        operation = result.ok()
        if operation.path.startswith("/v1/mikey") or operation.path == "/v1/faucet":
            continue
        bounds = settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )

        @bounds
        @given(case=operation.as_strategy())
        def check(case: Any) -> None:
            response = case.call()
            label = f"{case.method} {case.path}: {response.status_code}"
            if response.status_code >= 500 and response.status_code != 503:
                failures.append(label)
            documented = case.operation.responses.status_codes
            if str(response.status_code) not in documented and response.status_code not in {404, 405}:
                failures.append(f"{label} is not documented")
            elif str(response.status_code) in documented:
                case.validate_response(response, checks=[response_schema_conformance])

        check()
    return failures


@contextlib.asynccontextmanager
async def _mikey(seen: list[tuple[str, str, dict[str, Any]]], secret: bytes) -> AsyncIterator[int]:
    """Speaks MIKEY's HTTP, and reads the token as MIKEY does."""

    async def parse(request: Request) -> JSONResponse:
        token = request.headers["authorization"].removeprefix("Bearer ")
        claims = jwt.decode(token, secret, algorithms=["HS256"], audience="mikey", issuer="quantdesk-gateway")
        seen.append((request.method, request.url.path, claims))
        return JSONResponse({"kind": "refused", "text": (await request.json())["text"]}, 422)

    async def chat(_: Request) -> StreamingResponse:
        async def events() -> AsyncIterator[bytes]:
            for word in ("one", "two"):
                yield f"data: {word}\n\n".encode()
                await asyncio.sleep(0.3)

        return StreamingResponse(events(), media_type="text/event-stream")

    app = Starlette(
        routes=[Route("/v1/parse", parse, methods=["POST"]), Route("/v1/chat", chat, methods=["POST"])]
    )
    bound = bound_socket()
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign,assignment]
    running = asyncio.create_task(server.serve([bound]))
    try:
        yield int(bound.getsockname()[1])
    finally:
        server.should_exit = True
        await running


async def test_the_proxy_states_the_identity_itself_and_passes_bodies_through(ground: GatewayGround) -> None:
    seen: list[tuple[str, str, dict[str, Any]]] = []
    async with _mikey(seen, ground.config.mikey_secret) as port:
        ground.gateway.mikey._client.base_url = f"http://127.0.0.1:{port}"
        answer = await ground.client.post(
            "/v1/mikey/parse", json={"text": "hello", "wallet": "somebody else"}
        )
        assert (answer.status_code, answer.json()["text"]) == (422, "hello")
        forged = {"authorization": "Bearer forged"}
        refused = await ground.client.post("/v1/mikey/parse", json={"text": "x"}, headers=forged)
        assert refused.status_code == 401
        loop = asyncio.get_running_loop()
        began, first = loop.time(), 0.0
        async with ground.client.stream("POST", "/v1/mikey/chat", json={}) as stream:
            async for _ in stream.aiter_lines():
                first = first or loop.time() - began
        assert first < 0.25 < loop.time() - began
    ((method, path, claims),) = seen
    assert (method, path) == ("POST", "/v1/parse")
    assert "sub" not in claims
    assert claims["exp"] - claims["iat"] == 60


async def test_confirming_a_ticket_needs_the_wallet_s_token(ground: GatewayGround) -> None:
    answer = await ground.client.post("/v1/mikey/tickets/abc/confirm", json={})
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
