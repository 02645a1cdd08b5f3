"""Group commit: what was executed becomes durable in batches, and only then is it told to anyone."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable

import structlog

from quantdesk.localnet.errors import LedgerFull
from quantdesk.localnet.log.entries import BlockRow, Entry
from quantdesk.localnet.log.snapshots import SnapshotHeader, write_snapshot
from quantdesk.localnet.log.store import LogStore, as_ledger_full

log = structlog.get_logger(__name__)

SnapshotRows = tuple[SnapshotHeader, list[tuple[object, ...]]]


class Journal:
    """Collects entries, commits them together, and calls back in order once they are on the disk.

    A batch is what was executed in one turn of the event loop; what arrives during its commit waits in the
    sockets and makes the next one larger, so a slow disk makes batches larger and not the queue longer. The
    commit runs on the loop itself: handing it to a thread and back costs more than the overlap gives (a third
    of the processor's time per transaction, benches/localnet.py). After a failed commit nothing is accepted
    any more, and what was executed but never told is dropped.
    """

    def __init__(
        self,
        store: LogStore,
        last_seq: int,
        *,
        on_batch: Callable[[], Callable[[], None] | None],
        on_failure: Callable[[], None],
    ) -> None:
        """Continue after entry `last_seq`.

        `on_batch` is called when a batch is closed, on the state it leaves; what it returns is called once
        that is durable. `on_failure` is called when a commit failed and the executed state is to be dropped.
        """
        self._on_batch = on_batch
        self._on_failure = on_failure
        self._store = store
        self._entries: list[Entry] = []
        self._blocks: list[BlockRow] = []
        self._callbacks: list[Callable[[LedgerFull | None], None]] = []
        self._chores: list[Callable[[sqlite3.Connection], None]] = []
        self._committing = False
        self._idle = asyncio.Event()
        self._idle.set()
        self.appended_seq = last_seq
        self.committed_seq = last_seq
        self.failure: LedgerFull | None = None

    @property
    def is_settled(self) -> bool:
        """Whether everything executed is durable."""
        return self.committed_seq == self.appended_seq and not self._callbacks

    def next_seq(self) -> int:
        """The number of the next entry."""
        return self.appended_seq + 1

    def append(self, entry: Entry, block: BlockRow | None = None) -> None:
        """Queue an entry (and the block it closed) for the next commit."""
        self.appended_seq = entry.seq
        self._entries.append(entry)
        if block is not None:
            self._blocks.append(block)
        self._kick()

    def append_genesis(self, entry: Entry, block: BlockRow) -> None:
        """Forget everything and begin a new chain, in one commit. Only when settled and drained."""
        self.add_chore(self._store.forget_everything)
        self.append(entry, block)

    def when_durable(self, callback: Callable[[LedgerFull | None], None]) -> None:
        """Call back once everything appended so far is durable, with None, or with why it never will be."""
        if self.failure is not None:
            callback(self.failure)
        elif self.is_settled:
            callback(None)
        else:
            self._callbacks.append(callback)

    def add_chore(self, chore: Callable[[sqlite3.Connection], None]) -> None:
        """Run `chore` on the connection inside the next commit."""
        self._chores.append(chore)
        self._kick()

    def add_snapshot(self, header: SnapshotHeader, rows: list[tuple[object, ...]]) -> None:
        """Write a snapshot with the next commit."""
        self.add_chore(lambda db: write_snapshot(db, header, rows))

    def _kick(self) -> None:
        if not self._committing and self.failure is None:
            self._committing = True
            self._idle.clear()
            asyncio.get_running_loop().call_soon(self._commit_batch)

    def _commit_batch(self) -> None:
        entries, self._entries = self._entries, []
        blocks, self._blocks = self._blocks, []
        callbacks, self._callbacks = self._callbacks, []
        chores, self._chores = self._chores, []
        announce = self._on_batch()
        if announce is not None:
            callbacks.append(lambda failure: announce() if failure is None else None)
        try:
            self._store.begin()
            for chore in chores:
                chore(self._store.connection)
            self._store.append(entries, blocks)
            self._store.commit()
        except sqlite3.Error as error:
            self._fail(error, callbacks)
            return
        self.committed_seq = entries[-1].seq if entries else self.committed_seq
        self._committing = False
        if self._entries or self._callbacks or self._chores:
            self._kick()
        else:
            self._idle.set()
        for callback in callbacks:
            _call(callback, None)

    def _fail(self, error: sqlite3.Error, callbacks: list[Callable[[LedgerFull | None], None]]) -> None:
        self.failure = as_ledger_full(error, self._store.path) or LedgerFull(
            f"localnet could not write its log ({self._store.path}): {error};"
            " nothing more is accepted until a restart"
        )
        log.error("localnet.log_failed", error=str(error), message=str(self.failure))
        self._store.rollback()
        self._committing = False
        self._idle.set()
        self._entries, self._blocks, self._chores = [], [], []
        self.appended_seq = self.committed_seq
        self._on_failure()
        for callback in callbacks + self._callbacks:
            _call(callback, self.failure)
        self._callbacks = []

    async def drain(self) -> None:
        """Wait until nothing is left to commit."""
        while not self._idle.is_set():
            await self._idle.wait()


def _call(callback: Callable[[LedgerFull | None], None], failure: LedgerFull | None) -> None:
    """One listener that fails keeps nobody else from hearing."""
    try:
        callback(failure)
    except Exception:
        log.exception("localnet.announcement_failed")
