"""`/v1/ws`: one task a socket that reads requests; updates are written by the hub."""

from typing import TYPE_CHECKING, Any

import msgspec
from fastapi import APIRouter, WebSocket
from starlette.websockets import WebSocketDisconnect, WebSocketState

from quantdesk.gateway.problems import Malformed, NotFound, Problem, TooOften
from quantdesk.gateway.stream.connection import Allowance, Connection
from quantdesk.gateway.stream.protocol import EXTENSION, text_frame
from quantdesk.gateway.stream.requests import Incoming, decode, read, topic_key

if TYPE_CHECKING:
    from quantdesk.gateway.context import Gateway

router = APIRouter()


@router.websocket("/v1/ws")
async def stream(socket: WebSocket) -> None:
    """Serve one socket until it closes."""
    running: Gateway = socket.app.state.gateway
    address = socket.state.address
    limits = running.config.stream
    open_sockets = running.sockets_by_address
    if open_sockets[address] >= limits.max_connections_per_address:
        raise TooOften(
            f"{address} has {open_sockets[address]} open sockets.",
            code="too_many_connections",
            expected=f"at most {limits.max_connections_per_address} per address",
        )
    outlet = socket.scope["extensions"][EXTENSION]
    await socket.accept()
    now = running.clock()
    connection = Connection(
        outlet=outlet,
        clock=running.clock,
        slow_bytes=limits.slow_reader_bytes,
        allowance=Allowance(limits.messages_per_second, 2.0 * limits.messages_per_second, now),
        lagging=running.hub.lagging,
    )
    open_sockets[address] += 1
    running.hub.connections.add(connection)
    running.metrics.sockets.inc()
    try:
        await _serve(running, socket, connection)
    finally:
        running.hub.connections.discard(connection)
        connection.leave_all()
        running.metrics.sockets.dec()
        open_sockets[address] -= 1
        if not open_sockets[address]:
            del open_sockets[address]


async def _serve(running: "Gateway", socket: WebSocket, connection: Connection) -> None:
    while socket.client_state is WebSocketState.CONNECTED:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            return
        request_id: Any = None
        try:
            if not connection.allowance.take(running.clock()):
                raise TooOften(
                    "Too many messages on this socket.",
                    expected=f"at most {connection.allowance.rate} a second",
                )
            text = message.get("text")
            if text is None:
                raise Malformed("Binary frames are not understood.", expected="text frames with JSON")
            request_id, fields = decode(text)
            await _answer(running, connection, request_id, read(fields))
        except Problem as problem:
            _write(connection, _error(request_id, problem))
        except WebSocketDisconnect:
            return


async def _answer(running: "Gateway", connection: Connection, request_id: Any, request: Incoming) -> None:
    if request.op == "ping":
        _write(connection, {"op": "pong", "id": request_id, "server_ms": running.clock()})
    elif request.op == "auth":
        access = await running.auth.access(request.token or "")
        connection.access = access
        answer = {"wallet": access.wallet, "expires_ms": access.expires_ms}
        _write(connection, {"op": "authenticated", "id": request_id, **answer})
    elif request.op == "subscribe":
        key = topic_key(request)
        await running.hub.subscribe(connection, key, request_id, request.epoch, request.from_seq)
    else:
        key = topic_key(request)
        if not connection.leave(key):
            raise NotFound(
                f"This connection does not follow {key.channel}.", code="not_subscribed", field="channel"
            )
        _write(connection, {"op": "unsubscribed", "id": request_id, **key.fields()})


def _error(request_id: Any, problem: Problem) -> dict[str, Any]:
    return {
        "op": "error",
        "id": request_id,
        "code": problem.code,
        "detail": problem.detail,
        "field": problem.field,
        "value": problem.value,
        "expected": problem.expected,
    }


def _write(connection: Connection, message: dict[str, Any]) -> None:
    connection.outlet.write(text_frame(msgspec.json.encode(message)))
