"""A small HTTP/1.1 server for JSON-RPC: one protocol object a connection, one request at a time in order.

Written for throughput: a general server parses and routes far more than the one POST that JSON-RPC needs.
Limits as a Solana node's: POST only (405), JSON only (415), at most 50 KiB (413), except for admin calls
from this machine, which carry whole programs.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import cast
from urllib.parse import urlsplit

import structlog

log = structlog.get_logger(__name__)

MAX_BODY_BYTES = 50 * 1024
MAX_ADMIN_BODY_BYTES = 32 * 1024 * 1024
_MAX_HEAD_BYTES = 16 * 1024
_MAX_WAITING = 128
"""Requests of one connection that may wait for those before them."""
_JSON_TYPES = ("application/json", "application/json; charset=utf-8", "application/json;charset=utf-8")
_TEXT = "text/plain; charset=utf-8"
_JSON = "application/json; charset=utf-8"
_REASONS = {
    200: "OK",
    400: "Bad Request",
    405: "Method Not Allowed",
    413: "Payload Too Large",
    415: "Unsupported Media Type",
    503: "Service Unavailable",
}
_WRONG_METHOD = b"Used HTTP Method is not allowed. POST or OPTIONS is required\n"
_WRONG_TYPE = b"Supplied content type is not allowed. Content-Type: application/json is required\n"
_ADMIN_MARK = b'"surfnet_'

Answer = Callable[[bytes, bool, Callable[[bytes], None]], None]
Page = Callable[[str], tuple[int, str, bytes] | None]


class HttpConnection(asyncio.Protocol):
    """One client. `answer(body, is_trusted, deliver)` answers a POST; `page(path)` gives what a GET shows.

    Trusted are programs of this machine and pages served from it; a foreign page in a browser here is not.
    """

    def __init__(self, answer: Answer, page: Page) -> None:
        self._answer = answer
        self._page = page
        self._buffer = bytearray()
        self._head: _Head | None = None
        self._chunks: bytearray | None = None
        self._waiting: deque[tuple[_Head, bytes]] = deque()
        self._busy = False
        self._is_serving = False
        self._last_head: tuple[bytes, _Head] = (b"", _Head())
        self._transport: asyncio.Transport | None = None
        self._is_loopback = False
        self._closing = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is not a subclass
        peer = transport.get_extra_info("peername")
        self._is_loopback = bool(peer) and ipaddress.ip_address(peer[0].split("%")[0]).is_loopback

    def connection_lost(self, exc: Exception | None) -> None:
        self._closing = True
        self._transport = None

    def data_received(self, data: bytes) -> None:
        if self._closing:
            return
        self._buffer += data
        try:
            while self._take_request():
                pass
        except _Refused as refused:
            self._refuse(refused.status, refused.body)

    # --- Parsing ---

    def _take_request(self) -> bool:
        if self._head is None:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                if len(self._buffer) > _MAX_HEAD_BYTES:
                    raise _Refused(400, b"Request header too large\n")
                return False
            self._head = self._read_head(bytes(self._buffer[:end]))
            del self._buffer[: end + 4]
            if self._head.expects_continue and self._transport is not None:
                self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = self._take_body(self._head)
        if body is None:
            return False
        head, self._head = self._head, None
        self._enqueue(head, body)
        return True

    def _read_head(self, raw: bytes) -> _Head:
        """Clients send the same head again and again."""
        if raw != self._last_head[0]:
            self._last_head = (raw, _parse_head(raw))
        return self._last_head[1]

    def _take_body(self, head: _Head) -> bytes | None:
        if head.chunked:
            return self._take_chunks()
        size = head.length
        self._check_size(size)
        if len(self._buffer) < size:
            return None
        body = bytes(self._buffer[:size])
        del self._buffer[:size]
        return body

    def _take_chunks(self) -> bytes | None:
        if self._chunks is None:
            self._chunks = bytearray()
        while True:
            line_end = self._buffer.find(b"\r\n")
            if line_end < 0:
                return None
            try:
                size = int(bytes(self._buffer[:line_end]).split(b";")[0], 16)
            except ValueError:
                raise _Refused(400, b"Malformed chunk\n") from None
            self._check_size(len(self._chunks) + size)
            if len(self._buffer) < line_end + 2 + size + 2:
                return None
            self._chunks += self._buffer[line_end + 2 : line_end + 2 + size]
            del self._buffer[: line_end + 2 + size + 2]
            if size == 0:
                body, self._chunks = bytes(self._chunks), None
                return body

    def _check_size(self, size: int) -> None:
        if size > (MAX_ADMIN_BODY_BYTES if self._is_loopback else MAX_BODY_BYTES):
            raise _Refused(413, b"")

    # --- Answering ---

    def _enqueue(self, head: _Head, body: bytes) -> None:
        self._waiting.append((head, body))
        if len(self._waiting) == _MAX_WAITING and self._transport is not None:
            self._transport.pause_reading()
        self._serve_waiting()

    def _serve_waiting(self) -> None:
        """Serve one request after the other, until one of them takes its time."""
        if self._is_serving:
            return
        self._is_serving = True
        while self._waiting and not self._busy and not self._closing:
            head, body = self._waiting.popleft()
            if len(self._waiting) == _MAX_WAITING // 2 and self._transport is not None:
                self._transport.resume_reading()
            self._serve(head, body)
        self._is_serving = False

    def _serve(self, head: _Head, body: bytes) -> None:
        if head.method == "POST":
            self._serve_post(head, body)
        elif head.method == "OPTIONS":
            self._write(200, b"", _TEXT, head)
        else:
            page = self._page(head.path) if head.method == "GET" else None
            status, content_type, shown = page or (405, _TEXT, _WRONG_METHOD)
            self._write(status, shown, content_type, head)

    def _serve_post(self, head: _Head, body: bytes) -> None:
        if head.content_type not in _JSON_TYPES:
            self._write(415, _WRONG_TYPE, _TEXT, head)
        elif len(body) > MAX_BODY_BYTES and _ADMIN_MARK not in body[:400]:
            self._write(413, b"", _TEXT, head)
        else:
            self._busy = True
            is_trusted = self._is_loopback and _is_own_origin(head.origin)
            self._answer(body, is_trusted, partial(self._deliver, head))

    def _deliver(self, head: _Head, answered: bytes) -> None:
        self._busy = False
        self._write(200, answered, _JSON, head)
        self._serve_waiting()

    def _write(self, status: int, body: bytes, content_type: str, head: _Head) -> None:
        if self._transport is None:
            return
        cors = ""
        if head.origin:
            cors = "access-control-allow-origin: *\r\naccess-control-max-age: 86400\r\n"
            if head.method == "OPTIONS":
                cors += (
                    "access-control-allow-methods: POST, OPTIONS\r\n"
                    "access-control-allow-headers: content-type, solana-client\r\n"
                )
        ending = "connection: close\r\n" if not head.keep_alive else ""
        self._transport.write(
            f"HTTP/1.1 {status} {_REASONS[status]}\r\ncontent-type: {content_type}\r\n"
            f"content-length: {len(body)}\r\n{cors}{ending}\r\n".encode()
            + body
        )
        if not head.keep_alive:
            self._close()

    def _refuse(self, status: int, body: bytes) -> None:
        """Answer something that cannot be read on from, and hang up."""
        self._write(status, body, _TEXT, _Head())

    def _close(self) -> None:
        self._closing = True
        if self._transport is not None:
            self._transport.close()


class _Refused(Exception):
    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(status)
        self.status = status
        self.body = body


@dataclass(frozen=True, slots=True)
class _Head:
    """The request line and the headers that matter."""

    method: str = ""
    path: str = ""
    content_type: str = ""
    length: int = 0
    chunked: bool = False
    keep_alive: bool = False
    expects_continue: bool = False
    origin: str = ""


def _is_own_origin(origin: str) -> bool:
    """Whether a call comes from no web page, or from one that this machine serves."""
    if not origin:
        return True
    return urlsplit(origin).hostname in ("localhost", "127.0.0.1", "::1")


def _parse_head(raw: bytes) -> _Head:
    lines = raw.decode("latin-1").split("\r\n")
    parts = lines[0].split(" ")
    if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
        raise _Refused(400, b"Malformed request line\n")
    headers = {}
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if not colon:
            raise _Refused(400, b"Malformed header\n")
        headers[name.strip().lower()] = value.strip()
    length = headers.get("content-length", "0")
    if not length.isdigit():
        raise _Refused(400, b"Malformed content-length\n")
    connection = headers.get("connection", "").lower()
    return _Head(
        method=parts[0],
        path=parts[1],
        content_type=headers.get("content-type", "").lower(),
        length=int(length),
        chunked="chunked" in headers.get("transfer-encoding", "").lower(),
        keep_alive="close" not in connection and (parts[2] != "HTTP/1.0" or "keep-alive" in connection),
        expects_continue=headers.get("expect", "").lower() == "100-continue",
        origin=headers.get("origin", ""),
    )
