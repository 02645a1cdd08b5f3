"""A node in this process, without ports: what the methods answer."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from solders.hash import Hash
from solders.keypair import Keypair

from quantdesk.localnet.config import LocalnetConfig
from quantdesk.localnet.node import Node
from quantdesk.localnet.rpc.dispatch import Dispatcher


@dataclass
class Chain:
    """A node and the calls a client would make to it."""

    node: Node
    dispatcher: Dispatcher

    async def body(self, body: bytes, *, is_trusted: bool = True) -> Any:
        """What a raw request body is answered, None when with nothing."""
        answered = await self.dispatcher.answer(body, is_trusted=is_trusted)
        return json.loads(answered) if answered else None

    async def call(self, method: str, *params: Any) -> Any:
        """The whole answer."""
        request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
        return await self.body(json.dumps(request).encode())

    async def rpc(self, method: str, *params: Any) -> Any:
        """The result; an error answer fails the test."""
        answer = await self.call(method, *params)
        assert "error" not in answer, answer["error"]
        return answer["result"]

    async def error(self, method: str, *params: Any) -> dict[str, Any]:
        """The error; a result fails the test."""
        answer = await self.call(method, *params)
        assert "error" in answer, answer
        error: dict[str, Any] = answer["error"]
        return error

    async def blockhash(self) -> Hash:
        """The newest blockhash."""
        return Hash.from_string((await self.rpc("getLatestBlockhash"))["value"]["blockhash"])

    async def funded(self, lamports: int = 10**10) -> Keypair:
        """A new key with lamports."""
        keypair = Keypair()
        await self.rpc("requestAirdrop", str(keypair.pubkey()), lamports)
        return keypair

    async def next_slot(self, slots: int = 1) -> None:
        """Close blocks."""
        await self.rpc("surfnet_advanceClock", {"slots": slots})


OpenChain = Callable[..., Awaitable[Chain]]


@pytest.fixture
async def open_chain(tmp_path: Path) -> AsyncIterator[OpenChain]:
    """Opens nodes on `tmp_path`, closing the one before first."""
    opened: list[Node] = []

    async def open_one(**settings: Any) -> Chain:
        while opened:
            await opened.pop().close()
        node = Node(LocalnetConfig(tmp_path, clock="manual", **settings))
        opened.append(node)
        return Chain(node, Dispatcher(node))

    yield open_one
    while opened:
        await opened.pop().close()


@pytest.fixture
async def chain(open_chain: OpenChain) -> Chain:
    """One node with a manual clock."""
    return await open_chain()
