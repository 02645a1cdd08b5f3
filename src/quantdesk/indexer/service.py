"""The running indexer: follow, project, commit, publish; prove that nothing is missing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import structlog
from solders.pubkey import Pubkey
from sqlalchemy.exc import SQLAlchemyError

from quantdesk.indexer.blockhashes import BlockSeal
from quantdesk.indexer.books import BookFollower
from quantdesk.indexer.config import IndexerConfig
from quantdesk.indexer.errors import ChainMismatch
from quantdesk.indexer.measures import Measures
from quantdesk.indexer.placed import Changes
from quantdesk.indexer.projection import project
from quantdesk.indexer.publishing import Publisher
from quantdesk.indexer.retention import EVERY_S, Pruner
from quantdesk.indexer.sequence import Sequencer
from quantdesk.indexer.snapshot import read_snapshot
from quantdesk.indexer.sources import Arrival, History, follow_blocks, follow_logs
from quantdesk.indexer.state import IndexState
from quantdesk.indexer.storage import IndexStorage
from quantdesk.infra.bus import Bus, BusAway
from quantdesk.infra.bus.messages import STATUS_SUBJECT, IndexerStatus
from quantdesk.infra.solana import Resync, RpcError, SolanaError, SolanaPubsub, SolanaRpc
from quantdesk.infra.store import Store
from quantdesk.program.addresses import Addresses

_log = structlog.get_logger(__name__)

BATCH = 500
RETRY_S = 0.5
WATCH_S = 1.0
STUCK_ROUNDS = 2
"""So often in a row the chain must be ahead without any progress before the gap is fetched."""
_STORE_ERRORS = (SQLAlchemyError, OSError)


class Indexer:
    """One indexer over opened adapters; ``run`` never returns."""

    def __init__(
        self, config: IndexerConfig, store: Store, bus: Bus, rpc: SolanaRpc, measures: Measures
    ) -> None:
        self._config = config
        self._bus = bus
        self._rpc = rpc
        self._measures = measures
        self._venue = Addresses(Pubkey.from_string(config.program_id), config.exchange_id)
        self._storage = IndexStorage(store)
        self._history = History(rpc, self._venue)
        self._pruner = Pruner(store, config.retention, measures)
        self._pubsub = SolanaPubsub(config.ws_url)
        self._working = asyncio.Lock()
        self._trouble: dict[str, str | None] = {"store": "not read yet", "node": "not asked yet"}
        self._head_seq = 0
        self._last_ts_ms = 0
        self.state = IndexState()
        self._sequencer = Sequencer(0)
        self._publisher = Publisher(bus, self._storage, self.state, measures)
        self._seal = BlockSeal(self._storage, self._history, self.state)
        self._books: dict[int, asyncio.Task[None]] = {}

    def readiness(self) -> dict[str, str | None]:
        """What the indexer depends on, each with what is wrong."""
        behind = self._head_seq - self.state.cursor
        return self._trouble | {
            "pubsub": None if self._pubsub.connected else f"away: {self._pubsub.last_error}",
            "bus": None if self._bus.connected else "NATS is away",
            "index": f"{behind} events behind the chain" if behind > BATCH else None,
        }

    def status(self) -> dict[str, Any]:
        """The page ``/status``."""
        return {
            "event_seq": self.state.cursor,
            "published_seq": self.state.published,
            "head_seq": self._head_seq,
            "slot": self.state.slot,
            "lag_ms": self.lag_ms(),
            "open_orders": len(self.state.open_orders),
            "traders": len(self.state.traders),
            "markets": sorted(row["symbol"] for row in self.state.markets.values()),
        }

    @property
    def sealed(self) -> bool:
        """Whether every indexed event has its blockhash."""
        return not self._seal.due

    def lag_ms(self) -> int:
        """How long ago the last indexed event happened, while the chain has newer ones; else 0."""
        if self._head_seq <= self.state.cursor or not self._last_ts_ms:
            return 0
        return max(0, _now_ms() - self._last_ts_ms)

    async def run(self) -> None:
        """Until cancelled. Raises ``ChainMismatch``, ``EventInvalid``: restarting would not help."""
        await self._load()
        async with self._pubsub, asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follow(), name="follow")
            tasks.create_task(self._watch(), name="watch")
            tasks.create_task(self._prune(), name="retention")
            tasks.create_task(self._follow_books(tasks), name="books")

    async def close(self) -> None:
        """Remember what was published, so that a planned restart tells nothing twice."""
        if self.state.published:
            try:
                await self._storage.published(self.state.published)
            except _STORE_ERRORS as error:
                _log.warning("published cursor not kept", error=str(error).splitlines()[0])

    async def _load(self) -> None:
        while True:
            try:
                await self._take_up(await self._storage.load())
            except _STORE_ERRORS as error:
                self._store_failed(error)
                await asyncio.sleep(RETRY_S)
            else:
                break
        self._trouble["store"] = None
        self._sequencer = Sequencer(self.state.cursor)
        _log.info("state read", event_seq=self.state.cursor, open_orders=len(self.state.open_orders))

    async def _take_up(self, state: IndexState) -> None:
        self.state = state
        self._publisher = Publisher(self._bus, self._storage, state, self._measures)
        self._seal = BlockSeal(self._storage, self._history, state)
        await self._seal.load()

    async def _follow(self) -> None:
        async for item in self._source():
            if isinstance(item, Resync):
                _log.info("resynchronising", reason=item.reason, event_seq=self.state.cursor)
                await self._fill()
            else:
                async with self._working:
                    self._sequencer.add(item.events)
                    await self._advance(item.slot)

    async def _source(self) -> AsyncIterator[Arrival | Resync]:
        if self._config.follow_blocks:
            try:
                async for item in follow_blocks(self._pubsub, self._venue):
                    yield item
            except RpcError as refusal:
                _log.info("no block subscription, following logs", reason=refusal.message)
        async for item in follow_logs(self._pubsub, self._history, self._venue):
            yield item

    async def _advance(self, slot: int) -> None:
        """Project, commit and publish whatever is in order now."""
        while batch := self._sequencer.take(BATCH):
            changes = project(self.state, batch)
            await self._commit(changes)
            self._seal.note(changes)
            await self._publish(changes)
            self._last_ts_ms = batch[-1].ts_ms
            for placed in batch:
                self._measures.events.labels(placed.event.name).inc()
        if self._sequencer.hole is None:
            self.state.slot = max(self.state.slot, slot)
        self._head_seq = max(self._head_seq, self.state.cursor)
        await self._tell_status()

    async def _commit(self, changes: Changes) -> None:
        """The projected state is ahead of the store until this succeeds, so it is tried for ever."""
        while True:
            started = time.perf_counter()
            try:
                await self._storage.commit(changes, self.state.published)
            except _STORE_ERRORS as error:
                self._store_failed(error)
                self._measures.retries.inc()
                await asyncio.sleep(RETRY_S)
            else:
                self._trouble["store"] = None
                self._measures.commit.observe(time.perf_counter() - started)
                return

    async def _publish(self, changes: Changes) -> None:
        try:
            await self._publisher.publish(changes)
        except _STORE_ERRORS as error:
            self._store_failed(error)

    async def _fill(self) -> None:
        """Fetch what the node has after the last event indexed; ``_watch`` asks again for what fails here."""
        async with self._working:
            try:
                await self._fill_from_history()
            except SolanaError as error:
                self._trouble["node"] = str(error)
            except _STORE_ERRORS as error:
                self._store_failed(error)

    async def _fill_from_history(self) -> None:
        before = self.state.cursor
        signature = await self._storage.signature_at(before)
        async for arrival in self._history.since(signature):
            self._sequencer.add(arrival.events)
            await self._advance(arrival.slot)
        _, self._head_seq = await self._history.head()
        if self.state.cursor == before and self._head_seq > before:
            await self._begin_later()

    async def _begin_later(self) -> None:
        """The node's history no longer holds the next event: take the state from the accounts instead."""
        hole = self._sequencer.hole
        changes = await read_snapshot(self._rpc, self._venue, self.state, hole[1] if hole else None)
        if changes.last is None:
            return
        _log.warning("history lost", from_seq=self.state.cursor + 1, to_seq=changes.last.seq)
        await self._commit(changes)
        await self._take_up(await self._storage.load())
        self.state.published = changes.last.seq
        self._sequencer.skip_to(changes.last.seq + 1)
        await self._advance(changes.last.slot)

    async def _watch(self) -> None:
        """Compare with the Exchange account's own sequence: the proof that nothing is missing."""
        stuck, seen = 0, -1
        while True:
            try:
                slot, self._head_seq = await self._history.head()
                self._trouble["node"] = None
            except SolanaError as error:
                self._trouble["node"] = str(error)
            else:
                cursor = self.state.cursor
                if self._head_seq < cursor and slot > self.state.slot:
                    raise ChainMismatch(cursor, self._head_seq)
                stuck = stuck + 1 if self._head_seq > cursor and cursor == seen else 0
                seen = cursor
                await self._after_head(slot, stuck)
            await asyncio.sleep(WATCH_S)

    async def _after_head(self, slot: int, stuck: int) -> None:
        if stuck >= STUCK_ROUNDS:
            self._measures.holes.inc()
            _log.warning("events are missing", event_seq=self.state.cursor, head_seq=self._head_seq)
            await self._fill()
        elif self._head_seq == self.state.cursor:
            self.state.slot = max(self.state.slot, slot)
        if self._publisher.behind and not self._working.locked():
            async with self._working:
                await self._publish_due()
        await self._fill_blockhashes()
        await self._tell_status()

    async def _fill_blockhashes(self) -> None:
        try:
            await self._seal.fill()
        except SolanaError as error:
            self._trouble["node"] = str(error)
        except _STORE_ERRORS as error:
            self._store_failed(error)

    async def _publish_due(self) -> None:
        try:
            await self._publisher.catch_up()
        except _STORE_ERRORS as error:
            self._store_failed(error)

    async def _tell_status(self) -> None:
        lag_ms = self.lag_ms()
        self._measures.cursor.set(self.state.cursor)
        self._measures.head.set(self._head_seq)
        self._measures.slot.set(self.state.slot)
        self._measures.lag.set(lag_ms)
        message = IndexerStatus(slot=self.state.slot, event_seq=self.state.cursor, lag_ms=lag_ms)
        try:
            await self._bus.publish(STATUS_SUBJECT, message)
        except BusAway:
            self._measures.unpublished.inc()

    async def _prune(self) -> None:
        while True:
            await asyncio.sleep(EVERY_S)
            try:
                await self._pruner.prune(self.state, _now_ms())
            except _STORE_ERRORS as error:
                self._store_failed(error)

    async def _follow_books(self, tasks: asyncio.TaskGroup) -> None:
        while True:
            for index, row in list(self.state.markets.items()):
                if index not in self._books:
                    address = Pubkey.from_string(row["book"])
                    book = BookFollower(self._pubsub, self._rpc, self._bus, row["symbol"], address)
                    self._books[index] = tasks.create_task(book.run(), name=f"book {row['symbol']}")
            await asyncio.sleep(WATCH_S)

    def _store_failed(self, error: Exception) -> None:
        reason = str(error).splitlines()[0]
        if reason != self._trouble["store"]:
            _log.warning("store away", error=reason)
        self._trouble["store"] = reason


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
