"""A real localnet, NATS, store and indexer with a gateway on a free port, for tests and benches."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import socket
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
from solders.hash import Hash
from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.pubkey import Pubkey
from solders.transaction import Transaction, VersionedTransaction
from websockets.asyncio.client import ClientConnection, connect

from localnet_process import LocalnetProcess, free_port_pair
from nats_process import NatsProcess, nats_process
from quantdesk.bootstrap.data_dir import DataDir
from quantdesk.bootstrap.deployment import prepare_exchange
from quantdesk.bootstrap.settings import Settings
from quantdesk.gateway.app import serve_gateway
from quantdesk.gateway.config import FaucetConfig, GatewayConfig
from quantdesk.gateway.context import Gateway, assemble
from quantdesk.indexer.app import serve as serve_indexer
from quantdesk.indexer.config import IndexerConfig
from quantdesk.infra.bus import NatsBus
from quantdesk.infra.solana import SolanaRpc, send_and_confirm
from quantdesk.infra.store.database import Store, open_store
from quantdesk.infra.store.migration import migrate
from quantdesk.infra.telemetry import HttpConfig
from quantdesk.program.addresses import Addresses
from quantdesk.program.instructions import update_price
from quantdesk.program.records import PriceUpdate

RPC_PORT = 8899
PRICES = {0: 10_000_000, 1: 3_500_000, 2: 1_400_000}
"""LotPrice of BTC at 100,000, ETH at 3,500, SOL at 140."""


def bound_socket() -> socket.socket:
    """A listening port of our own."""
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.bind(("127.0.0.1", 0))
    return made


@dataclass
class Trader:
    """A wallet that trades through the gateway as a browser would."""

    client: httpx.AsyncClient
    key: Keypair

    @property
    def wallet(self) -> str:
        return str(self.key.pubkey())

    def sign(self, built: dict[str, Any]) -> str:
        transaction = VersionedTransaction.from_bytes(base64.b64decode(built["transaction"]))
        return base64.b64encode(bytes(VersionedTransaction(transaction.message, [self.key]))).decode()

    async def build(self, instruction: str, **fields: Any) -> dict[str, Any]:
        answer = await self.client.post(f"/v1/tx/{instruction}", json={"wallet": self.wallet, **fields})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def send(self, built: dict[str, Any], wait: str = "confirmed") -> dict[str, Any]:
        answer = await self.client.post("/v1/tx/send", json={"transaction": self.sign(built), "wait": wait})
        assert answer.status_code in {200, 202}, answer.text
        return dict(answer.json())

    async def do(self, instruction: str, **fields: Any) -> dict[str, Any]:
        """Build, sign, send and wait until the indexer has it."""
        built = await self.build(instruction, **fields)
        assert built["simulation"]["ok"], built["simulation"]
        reply = await self.send(built)
        assert reply["state"] == "confirmed", reply
        return reply

    async def funded(self, amount: str = "50000", deposit: str = "10000") -> Trader:
        """With test USDC, some of it deposited."""
        paid = await self.client.post("/v1/faucet", json={"wallet": self.wallet, "amount": amount})
        assert paid.status_code == 200, paid.text
        await self.do("deposit", amount=deposit)
        return self


@dataclass
class GatewayGround:
    """Everything a gateway stands on, and the gateway."""

    nats: NatsProcess
    localnet: LocalnetProcess
    data: DataDir
    rpc: SolanaRpc
    store: Store
    bus: NatsBus
    config: GatewayConfig
    gateway: Gateway
    port: int
    client: httpx.AsyncClient
    tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def venue(self) -> Addresses:
        return Addresses(Pubkey.from_string(self.config.program_id), self.config.exchange_id)

    def trader(self) -> Trader:
        return Trader(self.client, Keypair())

    def connect(self, **options: Any) -> Any:
        return connect(f"ws://localhost:{self.port}/v1/ws", compression=None, **options)

    async def post_prices(self, prices: dict[int, int] | None = None) -> None:
        """What the oracle does."""
        key = self.data.keypair("oracle")
        now = time.time_ns() // 1_000_000
        updates = [
            PriceUpdate(market=market, price=price, confidence=price // 10_000, publish_ms=now)
            for market, price in (prices or PRICES).items()
        ]
        await self.land([update_price(self.venue, key.pubkey(), updates)], key)

    async def land(self, instructions: list[Instruction], *signers: Keypair) -> None:
        latest = await self.rpc.get_latest_blockhash()
        transaction = Transaction.new_signed_with_payer(
            instructions, signers[0].pubkey(), list(signers), Hash.from_string(latest.blockhash)
        )
        await send_and_confirm(self.rpc, bytes(transaction), latest.last_valid_block_height, poll_s=0.01)


async def keep_prices(ground: GatewayGround, every_s: float = 0.4) -> None:
    """Post prices for ever, as the oracle keeper does."""
    while True:
        await ground.post_prices()
        await asyncio.sleep(every_s)


@contextlib.asynccontextmanager
async def gateway_ground(**changes: Any) -> AsyncIterator[GatewayGround]:
    """Start it all; `changes` replace fields of the gateway's config."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gateway-")))
        data = DataDir(folder).open()
        net = LocalnetProcess(data.localnet, _rpc_port())
        await net.start()
        stack.push_async_callback(net.close)
        settings = Settings(data_dir=folder, port_offset=net.port - RPC_PORT)
        await prepare_exchange(settings, data, lambda _: None)
        nats = await stack.enter_async_context(nats_process())
        rpc = await stack.enter_async_context(SolanaRpc(net.rpc_url, retries=1, timeout_s=5))
        url = f"sqlite:///{folder / 'quantdesk.db'}"
        await migrate(url)
        store = open_store(url)
        stack.push_async_callback(store.close)
        bus = await stack.enter_async_context(NatsBus(nats.config("gateway")))
        bound = bound_socket()
        port = int(bound.getsockname()[1])
        from quantdesk.program.addresses import program_id

        config = replace(
            GatewayConfig(
                database_url=url,
                bus_url=nats.url,
                bus_token=nats.token,
                rpc_url=net.rpc_url,
                program_id=str(program_id()),
                jwt_secret=b"j" * 32,
                mikey_secret=b"m" * 32,
                mikey_url="http://127.0.0.1:9",
                ports=(port,),
                faucet=FaucetConfig(mint_authority=bytes(data.keypair("usdc-mint"))),
            ),
            **changes,
        )
        gateway = assemble(config, bus=bus, store=store, rpc=rpc)
        client = await stack.enter_async_context(
            httpx.AsyncClient(base_url=f"http://localhost:{port}", timeout=30, trust_env=False)
        )
        ground = GatewayGround(nats, net, data, rpc, store, bus, config, gateway, port, client)
        indexer = IndexerConfig(
            rpc_url=net.rpc_url,
            ws_url=net.ws_url,
            database_url=url,
            bus=nats.config("indexer"),
            http=HttpConfig(host="127.0.0.1", port=0),
            program_id=config.program_id,
            exchange_id=config.exchange_id,
        )
        ground.tasks["indexer"] = asyncio.create_task(serve_indexer(indexer))
        ground.tasks["gateway"] = asyncio.create_task(serve_gateway(gateway, [bound]))
        ground.tasks["prices"] = asyncio.create_task(keep_prices(ground))
        stack.push_async_callback(_end, ground)
        await _until_ready(ground)
        yield ground


async def _end(ground: GatewayGround) -> None:
    for task in ground.tasks.values():
        task.cancel()
    await asyncio.gather(*ground.tasks.values(), return_exceptions=True)


async def _until_ready(ground: GatewayGround, within_s: float = 30) -> None:
    deadline = time.monotonic() + within_s
    last: Any = None
    while time.monotonic() < deadline:
        for name, task in ground.tasks.items():
            if task.done():
                raise AssertionError(f"{name} ended: {task.exception()!r}")
        with contextlib.suppress(httpx.TransportError):
            last = (await ground.client.get("/ready")).json()
            if last["ready"] and all(
                ground.gateway.board.market(symbol).book.synced
                for symbol in ("BTC-PERP", "ETH-PERP", "SOL-PERP")
            ):
                return
        await asyncio.sleep(0.05)
    raise AssertionError(f"the gateway was not ready within {within_s} s: {last}")


def _rpc_port() -> int:
    while True:
        port = free_port_pair()
        if 0 < port - RPC_PORT <= 40_000:
            return port


async def next_message(socket: ClientConnection, within_s: float = 5, **wanted: Any) -> dict[str, Any]:
    """The next message whose fields have these values; others are passed over."""
    async with asyncio.timeout(within_s):
        while True:
            message = json.loads(await socket.recv())
            if all(message.get(name) == value for name, value in wanted.items()):
                return dict(message)
