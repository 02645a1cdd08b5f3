"""uvicorn's WebSocket protocol with one addition: a frame encoded once can be written to many sockets.

ASGI would frame the same text again for each of a thousand readers. Server frames are not masked (RFC 6455
section 5.1), so one encoding serves all; the application reaches the connection as `scope["extensions"]
["quantdesk.outlet"]`.
"""

import asyncio
import socket
import struct
from typing import Any, Protocol, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

EXTENSION = "quantdesk.outlet"
SEND_BUFFER_BYTES = 131_072
"""The kernel's share; what does not fit waits in ours, where a slow reader is noticed."""
CLOSE_GRACE_S = 10.0
_TEXT_FINAL = 0x81


class Outlet(Protocol):
    """Where a connection's frames go."""

    def write(self, frame: bytes) -> None:
        """Queue an encoded frame; dropped when the connection is closing."""
        ...

    def waiting_bytes(self) -> int:
        """Bytes that the peer has not taken yet."""
        ...

    def close(self, code: int, reason: str) -> None:
        """Send a close frame; cut the connection if the peer does not take it within the grace."""
        ...


def text_frame(payload: bytes) -> bytes:
    """`payload` (UTF-8) as one unmasked text frame, RFC 6455 section 5.2."""
    size = len(payload)
    if size < 126:
        return struct.pack("!BB", _TEXT_FINAL, size) + payload
    if size < 65_536:
        return struct.pack("!BBH", _TEXT_FINAL, 126, size) + payload
    return struct.pack("!BBQ", _TEXT_FINAL, 127, size) + payload


class FrameProtocol(WebSocketsSansIOProtocol):
    """Adds itself to the scope as an `Outlet`."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Bound the kernel's buffer, so that unread messages pile up where they are seen."""
        super().connection_made(transport)
        raw = transport.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)

    def handle_connect(self, event: Request) -> None:
        """Offer this connection to the application."""
        super().handle_connect(event)
        if hasattr(self, "scope"):
            extensions = cast(dict[str, Any], self.scope["extensions"])
            extensions[EXTENSION] = self

    def write(self, frame: bytes) -> None:
        """See `Outlet`."""
        if self.handshake_complete and not self.close_sent and not self.disconnected:
            self.transport.write(frame)

    def waiting_bytes(self) -> int:
        """See `Outlet`."""
        return 0 if self.transport.is_closing() else self.transport.get_write_buffer_size()

    def close(self, code: int, reason: str) -> None:
        """See `Outlet`."""
        if self.close_sent or self.disconnected or self.transport.is_closing():
            return
        self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = self.loop.call_later(CLOSE_GRACE_S, self.transport.abort)
