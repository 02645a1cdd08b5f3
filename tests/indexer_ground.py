"""An indexer on a real store and real sockets, its bus in memory, that a test can kill at any step."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry
from sqlalchemy import select

from fakes.bus import MemoryBroker, MemoryBus
from fakes.solana_node import SolanaNode
from quantdesk.indexer.config import IndexerConfig, Retention
from quantdesk.indexer.measures import Measures
from quantdesk.indexer.service import Indexer
from quantdesk.infra.bus import BusConfig
from quantdesk.infra.bus.messages import ChainEvent
from quantdesk.infra.solana import SolanaRpc
from quantdesk.infra.store import Store, migrate, open_store, tables
from quantdesk.infra.telemetry import HttpConfig
from quantdesk.program.addresses import program_id

Dump = dict[str, list[tuple[Any, ...]]]
LOCAL = {"cursors"}
"""Tables that say when, not what."""


class Killed(BaseException):
    """The power went."""


@dataclass
class Run:
    """One life of an indexer."""

    indexer: Indexer
    bus: MemoryBus
    task: asyncio.Task[None]

    async def indexes(self, seq: int) -> None:
        """Wait until ``seq`` is in the store; an indexer that ended raises what ended it."""
        await self._wait(lambda: self.indexer.state.cursor >= seq)

    async def reaches(self, seq: int) -> None:
        """Wait until ``seq`` is in the store and on the bus."""
        await self._wait(lambda: min(self.indexer.state.cursor, self.indexer.state.published) >= seq)
        await self.seals()

    async def seals(self) -> None:
        """Wait until every event has its blockhash."""
        await self._wait(lambda: self.indexer.sealed)

    async def _wait(self, done: Callable[[], bool], within_s: float = 30.0) -> None:
        deadline = asyncio.get_running_loop().time() + within_s
        while not done():
            if self.task.done():
                await self.task
            if asyncio.get_running_loop().time() > deadline:
                raise TimeoutError(f"{self.indexer.status()}")
            await asyncio.sleep(0.005)


@dataclass
class Ground:
    """What several lives of an indexer have in common."""

    node: SolanaNode
    url: str
    broker: MemoryBroker = field(default_factory=MemoryBroker)
    follow_blocks: bool = False
    told: list[int] = field(default_factory=list)
    """Sequences of all events that were ever on the bus, in order."""

    @contextlib.asynccontextmanager
    async def life(self, break_in: Callable[[Indexer, MemoryBus], None] | None = None) -> AsyncIterator[Run]:
        """Start an indexer; at the end it is gone without a goodbye."""
        store = open_store(self.url)
        bus = await MemoryBus(self.broker).open()
        rpc = SolanaRpc(self.node.rpc_url)
        indexer = Indexer(self.config(), store, bus, rpc, Measures(CollectorRegistry()))
        if break_in is not None:
            break_in(indexer, bus)
        task = asyncio.create_task(indexer.run())
        try:
            yield Run(indexer, bus, task)
        finally:
            task.cancel()
            with contextlib.suppress(BaseException):
                await task
            self.told += [m.event_seq for _, m in bus.published if isinstance(m, ChainEvent)]
            await rpc.close()
            await store.close()

    def config(self) -> IndexerConfig:
        return IndexerConfig(
            rpc_url=self.node.rpc_url,
            ws_url=self.node.ws_url,
            database_url=self.url,
            bus=BusConfig(url="nats://unused", name="test"),
            http=HttpConfig(host="127.0.0.1", port=0),
            program_id=str(program_id()),
            retention=Retention(),
            follow_blocks=self.follow_blocks,
        )


async def sqlite_ground(node: SolanaNode, folder: Path, **options: Any) -> Ground:
    """A ground on a new SQLite file."""
    url = f"sqlite:///{folder}/index.db"
    await migrate(url)
    return Ground(node, url, **options)


async def dump(url: str) -> Dump:
    """Every row of every table of the indexer."""
    store: Store = open_store(url)
    found: Dump = {}
    async with store.read() as connection:
        for table in tables.metadata.sorted_tables:
            if table.info["writer"] == "indexer" and table.name not in LOCAL:
                rows = await connection.execute(select(table).order_by(*table.primary_key.columns))
                found[table.name] = [tuple(row) for row in rows]
    await store.close()
    return found
