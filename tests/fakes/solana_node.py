"""A Solana node of a few methods on real sockets: a test writes its history and switches its faults.

It speaks the wire shape of a node (JSON-RPC over HTTP, pubsub over a WebSocket); it executes nothing.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, serve

from quantdesk.indexer.placed import PlacedEvent
from quantdesk.program import base58
from quantdesk.program.addresses import Addresses
from quantdesk.program.events import EVENT_TAG
from quantdesk.program.idl import idl

METHOD_NOT_FOUND = {"code": -32601, "message": "Method not found"}


@dataclass
class Landed:
    """A transaction of the history: the events that it made, or its error."""

    signature: str
    slot: int
    blockhash: str
    datas: list[bytes]
    seq: int
    err: Any = None


@dataclass
class SolanaNode:
    """``offers_blocks`` False refuses ``blockSubscribe``, as most public nodes do."""

    venue: Addresses
    offers_blocks: bool = True
    history: list[Landed] = field(default_factory=list)
    accounts: dict[str, bytes] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)
    failures: list[int] = field(default_factory=list)
    """HTTP statuses that the next requests get."""
    calls: list[str] = field(default_factory=list)
    hidden: dict[str, int] = field(default_factory=dict)
    """Signature -> how often it is still answered as unknown."""
    subscribed: dict[int, tuple[ServerConnection, str]] = field(default_factory=dict)
    _http: asyncio.Server | None = None
    _ws: Server | None = None
    _port: int = 0

    @property
    def rpc_url(self) -> str:
        assert self._http is not None
        return f"http://127.0.0.1:{self._http.sockets[0].getsockname()[1]}"

    @property
    def ws_url(self) -> str:
        return f"ws://127.0.0.1:{self._port}"

    @property
    def slot(self) -> int:
        return self.history[-1].slot if self.history else 1

    async def __aenter__(self) -> SolanaNode:
        self._http = await asyncio.start_server(self._serve_http, "127.0.0.1", 0)
        await self.start_pubsub()
        return self

    async def __aexit__(self, *exit_reason: object) -> None:
        await self.stop_pubsub()
        assert self._http is not None
        self._http.close()

    async def start_pubsub(self) -> None:
        self._ws = await serve(self._serve_ws, "127.0.0.1", self._port)
        self._port = next(iter(self._ws.sockets)).getsockname()[1]

    async def stop_pubsub(self) -> None:
        """Drop every socket and refuse new ones."""
        assert self._ws is not None
        self.subscribed.clear()
        self._ws.close()
        await self._ws.wait_closed()

    # the chain

    def land(self, events: list[PlacedEvent], *, err: Any = None) -> list[Landed]:
        """Put events into the history, one transaction each, without telling anyone."""
        marks = {each.name: bytes(each.discriminator) for each in idl().events}
        landed = [
            Landed(
                e.signature, e.slot, e.blockhash, [EVENT_TAG + marks[e.event.name] + e.payload], e.seq, err
            )
            for e in events
        ]
        self.history += landed
        return landed

    async def tell(self, landed: list[Landed]) -> None:
        """Notify the subscribers, a block a slot."""
        for slot in sorted({each.slot for each in landed}):
            transactions = [each for each in landed if each.slot == slot]
            await self.notify("blockSubscribe", self._context(slot, self._block_update(slot, transactions)))
            for each in transactions:
                logs = {"signature": each.signature, "err": each.err, "logs": []}
                await self.notify("logsSubscribe", self._context(slot, logs))

    async def notify(self, method: str, result: Any) -> None:
        for number, (socket, kind) in list(self.subscribed.items()):
            if kind == method:
                name = method.replace("Subscribe", "Notification")
                params = {"subscription": number, "result": result}
                with contextlib.suppress(Exception):
                    await socket.send(json.dumps({"jsonrpc": "2.0", "method": name, "params": params}))

    def _context(self, slot: int, value: Any) -> Any:
        return {"context": {"slot": slot}, "value": value}

    def _transaction(self, landed: Landed) -> Any:
        keys = [str(self.venue.exchange), str(self.venue.event_authority), str(self.venue.program)]
        inner = [
            {"programIdIndex": 2, "accounts": [1], "data": base58.encode(data), "stackHeight": 2}
            for data in landed.datas
        ]
        meta = {"err": landed.err, "fee": 5_000, "innerInstructions": [{"index": 0, "instructions": inner}]}
        message = {"accountKeys": keys, "recentBlockhash": "x", "instructions": []}
        return {"transaction": {"signatures": [landed.signature], "message": message}, "meta": meta}

    def _block_update(self, slot: int, landed: list[Landed]) -> Any:
        block = {
            "blockhash": landed[0].blockhash,
            "parentSlot": slot - 1,
            "previousBlockhash": "p",
            "blockTime": 0,
            "blockHeight": slot,
            "transactions": [self._transaction(each) for each in landed],
        }
        return {"slot": slot, "block": block, "err": None}

    # HTTP

    async def _serve_http(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
                body = json.loads(await reader.readexactly(length))
                status = self.failures.pop(0) if self.failures else 200
                answer = (
                    [self._answer(each) for each in body] if isinstance(body, list) else self._answer(body)
                )
                content = json.dumps(answer if status == 200 else {}).encode()
                line = f"HTTP/1.1 {status} X\r\ncontent-length: {len(content)}\r\n\r\n"
                writer.write(line.encode() + content)
                await writer.drain()
        writer.close()

    def _answer(self, call: Any) -> Any:
        self.calls.append(call["method"])
        result = self.answers.get(call["method"], getattr(self, snake(call["method"]), None))
        if result is None:
            return {"jsonrpc": "2.0", "id": call["id"], "error": METHOD_NOT_FOUND}
        found = result(*call["params"]) if callable(result) else result
        key = "error" if isinstance(found, dict) and "code" in found else "result"
        return {"jsonrpc": "2.0", "id": call["id"], key: found}

    def _get_slot(self, *_: Any) -> Any:
        return self.slot

    def _get_block_time(self, *_: Any) -> Any:
        return 1_800_000_000

    def _get_account_info(self, key: str, options: Any) -> Any:
        data = self.accounts.get(key)
        if key == str(self.venue.exchange) and data is None:
            seq = max((each.seq for each in self.history), default=0)
            data = seq.to_bytes(8, "little")
        elif data is not None and (part := options.get("dataSlice")):
            data = data[part["offset"] : part["offset"] + part["length"]]
        return self._context(self.slot, None if data is None else account(data))

    def _get_multiple_accounts(self, keys: list[str], _: Any) -> Any:
        found = [self.accounts.get(key) for key in keys]
        return self._context(self.slot, [None if data is None else account(data) for data in found])

    def _get_signatures_for_address(self, _: str, options: Any) -> Any:
        rows = list(reversed(self.history))
        names = [each.signature for each in rows]
        start = names.index(options["before"]) + 1 if options.get("before") in names else 0
        end = names.index(options["until"]) if options.get("until") in names else len(rows)
        chosen = rows[start:end][: options["limit"]]
        return [{"signature": e.signature, "slot": e.slot, "err": e.err, "blockTime": None} for e in chosen]

    def _get_transaction(self, signature: str, _: Any) -> Any:
        if self.hidden.get(signature, 0):
            self.hidden[signature] -= 1
            return None
        for each in self.history:
            if each.signature == signature:
                return self._transaction(each) | {"slot": each.slot, "blockTime": None}
        return None

    def _get_block(self, slot: int, _: Any) -> Any:
        hashes = {each.slot: each.blockhash for each in self.history}
        if slot not in hashes:
            return {"code": -32007, "message": "Slot was skipped"}
        return {"blockhash": hashes[slot], "parentSlot": slot - 1}

    # pubsub

    async def _serve_ws(self, socket: ServerConnection) -> None:
        async for text in socket:
            call = json.loads(text)
            if call["method"] == "blockSubscribe" and not self.offers_blocks:
                await socket.send(json.dumps({"jsonrpc": "2.0", "id": call["id"], "error": METHOD_NOT_FOUND}))
                continue
            number = len(self.subscribed) + call["id"]
            self.subscribed[number] = (socket, call["method"])
            await socket.send(json.dumps({"jsonrpc": "2.0", "id": call["id"], "result": number}))


def snake(method: str) -> str:
    """Our method for the API's ``getAccountInfo``."""
    return "_" + re.sub(r"([A-Z])", lambda found: "_" + found[1].lower(), method)


def account(data: bytes, owner: str = "11111111111111111111111111111111") -> Any:
    """An account as the API shows it."""
    shown = [base64.b64encode(data).decode(), "base64"]
    return {
        "lamports": 1,
        "owner": owner,
        "data": shown,
        "executable": False,
        "rentEpoch": 0,
        "space": len(data),
    }


@contextlib.asynccontextmanager
async def solana_node(venue: Addresses, *, offers_blocks: bool = True) -> AsyncIterator[SolanaNode]:
    """A running node, gone afterwards."""
    async with SolanaNode(venue, offers_blocks) as node:
        yield node
