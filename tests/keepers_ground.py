"""A NATS server, a localnet and an exchange on it, shared by the keepers' tests."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest_asyncio
from solders.pubkey import Pubkey

from localnet_process import LocalnetProcess
from nats_process import NatsProcess, nats_process
from part_process import free_offset
from quantdesk.bootstrap.data_dir import DataDir
from quantdesk.bootstrap.deployment import Deployment, prepare_exchange
from quantdesk.bootstrap.settings import Settings
from quantdesk.infra.solana import SolanaRpc
from quantdesk.keepers.chain import ChainView
from quantdesk.program.addresses import Addresses

RPC_PORT = 8899


@dataclass
class Ground:
    """What the keepers stand on."""

    nats: NatsProcess
    localnet: LocalnetProcess
    data: DataDir
    deployment: Deployment
    rpc: SolanaRpc
    offset: int

    @property
    def venue(self) -> Addresses:
        return Addresses(Pubkey.from_string(self.deployment.program_id), self.deployment.exchange_id)

    @property
    def view(self) -> ChainView:
        return ChainView(self.rpc, self.venue)

    def key_file(self, name: str) -> Path:
        return self.data.keys / f"{name}.json"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ground() -> AsyncIterator[Ground]:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="keepers-")))
        data = DataDir(folder).open()
        offset = free_offset()
        net = LocalnetProcess(data.localnet, RPC_PORT + offset)
        await net.start()
        stack.push_async_callback(net.close)
        settings = Settings(data_dir=folder, port_offset=offset)
        deployment = await prepare_exchange(settings, data, lambda _: None)
        rpc = await stack.enter_async_context(SolanaRpc(net.rpc_url))
        nats = await stack.enter_async_context(nats_process())
        yield Ground(nats, net, data, deployment, rpc, offset)
