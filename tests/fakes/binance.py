"""A local server that speaks Binance's spot protocol: REST and WebSocket streams on one port.

It answers as the venue does (https://developers.binance.com/docs/binance-spot-api-docs): ``SUBSCRIBE`` with
an id, raw ``bookTicker`` and ``trade`` frames, ``exchangeInfo``, ``klines`` and ``ticker/bookTicker``.
"""

from __future__ import annotations

import asyncio
import http
import json
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

MINUTE_MS = 60_000


@dataclass
class FakeBinance:
    """Send frames with `book` and `trade`; take it away with `drop`, `mute` and `refuse`."""

    symbols: tuple[str, ...] = ("BTCUSDT", "ETHUSDT", "SOLUSDT")
    klines: dict[str, list[list[Any]]] = field(default_factory=dict)
    refuse: bool = False
    requests: list[str] = field(default_factory=list)
    connections: int = 0
    _sockets: dict[ServerConnection, set[str]] = field(default_factory=dict)
    _server: Server | None = None
    _update: int = 1_000

    async def __aenter__(self) -> Self:
        self._server = await serve(self._stream, "127.0.0.1", 0, process_request=self._rest)
        return self

    async def __aexit__(self, *exit_reason: object) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(next(iter(self._server.sockets)).getsockname()[1])

    @property
    def rest_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/v3"

    @property
    def ws_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/stream"

    async def subscribed(self, *streams: str) -> None:
        """Wait until a client follows all of ``streams``."""
        async with asyncio.timeout(30):
            while not set(streams) <= set().union(*self._sockets.values()):  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    async def book(self, symbol: str, bid: str, ask: str, update: int | None = None) -> None:
        self._update = update if update is not None else self._update + 1
        frame = {"u": self._update, "s": symbol, "b": bid, "B": "1.00000000", "a": ask, "A": "1.00000000"}
        await self.send(f"{symbol.lower()}@bookTicker", frame)

    async def trade(self, symbol: str, number: int, *, price: str, size: str, ts_ms: int, sell: bool) -> None:
        frame = {
            "e": "trade",
            "E": ts_ms + 1,
            "s": symbol,
            "t": number,
            "p": price,
            "q": size,
            "T": ts_ms,
            "m": sell,
            "M": True,
        }
        await self.send(f"{symbol.lower()}@trade", frame)

    async def send(self, stream: str, frame: dict[str, Any]) -> None:
        for socket, streams in list(self._sockets.items()):
            if stream in streams:
                await socket.send(json.dumps(frame))

    async def drop(self) -> None:
        """Break every connection without a close frame, as a dying network does."""
        for socket in list(self._sockets):
            socket.transport.abort()
        self._sockets.clear()

    async def _stream(self, socket: ServerConnection) -> None:
        self.connections += 1
        self._sockets[socket] = set()
        try:
            async for text in socket:
                request = json.loads(text)
                if request["method"] == "SUBSCRIBE":
                    self._sockets[socket] |= set(request["params"])
                await socket.send(json.dumps({"result": None, "id": request["id"]}))
        finally:
            self._sockets.pop(socket, None)

    def _rest(self, _: ServerConnection, request: Request) -> Response | None:
        self.requests.append(request.path)
        if self.refuse:
            return _json({"code": -1003, "msg": "Too many requests"}, http.HTTPStatus.TOO_MANY_REQUESTS)
        target = urlsplit(request.path)
        if not target.path.startswith("/api/v3/"):
            return None
        query = {name: values[0] for name, values in parse_qs(target.query).items()}
        page = target.path.removeprefix("/api/v3/")
        if page == "exchangeInfo":
            return _json(self._exchange_info())
        if page == "klines":
            rows = [row for row in self.klines.get(query["symbol"], []) if row[0] >= int(query["startTime"])]
            return _json(rows[: int(query["limit"])])
        if page == "ticker/bookTicker":
            return _json({"symbol": query["symbol"], "bidPrice": "1", "askPrice": "2"})
        return _json({"code": -1121, "msg": f"no page {page}"}, http.HTTPStatus.BAD_REQUEST)

    def _exchange_info(self) -> dict[str, Any]:
        return {
            "timezone": "UTC",
            "serverTime": 0,
            "rateLimits": [],
            "exchangeFilters": [],
            "symbols": [_symbol(name) for name in self.symbols],
        }


def kline(t_ms: int, prices: tuple[str, str, str, str], *, volume: str = "1.0", trades: int = 5) -> list[Any]:
    """One row as ``/klines`` gives it; ``prices`` are open, high, low, close."""
    return [t_ms, *prices, volume, t_ms + MINUTE_MS - 1, "1.0", trades, "0.5", "0.5", "0"]


def _symbol(name: str) -> dict[str, Any]:
    return {
        "symbol": name,
        "status": "TRADING",
        "baseAsset": name.removesuffix("USDT"),
        "baseAssetPrecision": 8,
        "quoteAsset": "USDT",
        "quotePrecision": 8,
        "quoteAssetPrecision": 8,
        "orderTypes": ["LIMIT", "MARKET"],
        "isSpotTradingAllowed": True,
        "isMarginTradingAllowed": False,
        "permissions": ["SPOT"],
        "permissionSets": [["SPOT"]],
        "filters": [
            {"filterType": "PRICE_FILTER", "minPrice": "0.01", "maxPrice": "1000000.00", "tickSize": "0.01"},
            {"filterType": "LOT_SIZE", "minQty": "0.00001", "maxQty": "9000.0", "stepSize": "0.00001"},
        ],
    }


def _json(content: object, status: http.HTTPStatus = http.HTTPStatus.OK) -> Response:
    body = json.dumps(content).encode()
    headers = Headers({"Content-Type": "application/json", "Content-Length": str(len(body))})
    return Response(status.value, status.phrase, headers, body)
