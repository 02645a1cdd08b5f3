"""The WebSocket server: calls in, answers and notifications out, in order."""

from __future__ import annotations

import asyncio
from collections import deque

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from quantdesk.localnet.pubsub.hub import Hub
from quantdesk.localnet.pubsub.subscriptions import UNSUBSCRIBES, parse_subscription
from quantdesk.localnet.rpc.envelope import Call, encode_json, failure, parse_body, parse_call, success
from quantdesk.localnet.rpc.errors import RpcError, invalid_params

_MAX_QUEUED_BYTES = 64 * 1024 * 1024
"""A reader this far behind is hung up on, so that it slows nobody else."""
_MAX_MESSAGE_BYTES = 50 * 1024


class PubsubConnection:
    """One client: a queue of what it is to be told, and the task that tells it."""

    def __init__(self, socket: ServerConnection) -> None:
        self._socket = socket
        self._queue: deque[bytes] = deque()
        self._queued_bytes = 0
        self._ready = asyncio.Event()
        self._too_slow = False

    def send(self, message: bytes) -> None:
        """Queue a message; never blocks."""
        self._queue.append(message)
        self._queued_bytes += len(message)
        if self._queued_bytes > _MAX_QUEUED_BYTES:
            self._too_slow = True
        self._ready.set()

    async def write(self) -> None:
        """Send what is queued until the connection ends."""
        while True:
            await self._ready.wait()
            self._ready.clear()
            while self._queue and not self._too_slow:
                message = self._queue.popleft()
                self._queued_bytes -= len(message)
                await self._socket.send(message, text=True)
            if self._too_slow:
                await self._socket.close(1008, "too slow: notifications were piling up")
                return


class PubsubServer:
    """Serves one hub."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    async def start(self, host: str, port: int) -> Server:
        """Listen; OSError when the port is taken."""
        return await serve(
            self._handle, host, port, max_size=_MAX_MESSAGE_BYTES, compression=None, ping_interval=20
        )

    async def _handle(self, socket: ServerConnection) -> None:
        connection = PubsubConnection(socket)
        writer = asyncio.ensure_future(connection.write())
        try:
            async for message in socket:
                self._receive(message.encode() if isinstance(message, str) else message, connection)
        except ConnectionClosed:
            pass  # the usual end of a connection
        finally:
            self._hub.drop(connection)
            writer.cancel()

    def _receive(self, body: bytes, connection: PubsubConnection) -> None:
        try:
            call = parse_call(parse_body(body))
        except RpcError as error:
            connection.send(encode_json(failure(error, None)))
            return
        try:
            self._serve(call, connection)
        except RpcError as error:
            if not call.is_notification:
                connection.send(encode_json(failure(error, call.id)))

    def _serve(self, call: Call, connection: PubsubConnection) -> None:
        if call.method in UNSUBSCRIBES:
            identifier = call.params.integer(0, "subscription")
            if not self._hub.unsubscribe(identifier, connection):
                raise invalid_params("Invalid subscription id.")
            connection.send(encode_json(success(True, call.id)))
            return
        subscription = self._hub.subscribe(parse_subscription(call.method, call.params), connection)
        connection.send(encode_json(success(subscription.id, call.id)))
        self._hub.greet(subscription)
