"""The node: one bank, its log, its history, and those who listen.

Everything runs on one event loop and the bank is only touched from it, so the order of the log is the
order of execution. Reads see the newest executed state; whoever answers from it waits for `durable()` first.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable
from typing import Protocol

import structlog
from solders.account import Account
from solders.pubkey import Pubkey

from quantdesk.localnet.clock import ChainClock
from quantdesk.localnet.config import LocalnetConfig
from quantdesk.localnet.errors import LedgerFull, Stopping
from quantdesk.localnet.journal import Journal
from quantdesk.localnet.log.entries import AccountSetBody, BlockClosedBody, Entry, Kind, pack
from quantdesk.localnet.log.history import History
from quantdesk.localnet.log.recovery import Recovered, block_row, genesis_entries, new_genesis, recover
from quantdesk.localnet.log.retention import prune
from quantdesk.localnet.log.snapshots import SnapshotHeader, compress_accounts, newest_snapshot
from quantdesk.localnet.log.store import LogStore, engine_version
from quantdesk.localnet.runtime.bank import Bank, Block
from quantdesk.localnet.runtime.execution import Execution
from quantdesk.localnet.runtime.outcome import encode_result
from quantdesk.localnet.runtime.wire import WireTransaction

log = structlog.get_logger(__name__)


class Listener(Protocol):
    """Who announces what happened. Called in the order of execution."""

    def executed(self, execution: Execution, slot: int) -> None:
        """A transaction landed in `slot`."""

    def account_set(self, address: Pubkey) -> None:
        """An admin overwrote an account."""

    def block_closed(self, block: Block, open_slot: int) -> None:
        """A block closed and `open_slot` opened."""

    def take_batch(self) -> Callable[[], None] | None:
        """What to announce once everything so far is durable."""


class Node:
    """A running chain."""

    def __init__(self, config: LocalnetConfig) -> None:
        """Open the data directory and replay its log.

        Raises:
            LocalnetError: see `quantdesk.localnet.errors`.
        """
        self.config = config
        self._store = LogStore(config.data_dir, config.max_database_bytes)
        self.history = History(self._store.path)
        started = time.monotonic()
        recovered = recover(self._store, self.history)
        self.bank: Bank = recovered.bank
        self._snapshot_seq = recovered.snapshot_seq
        self._snapshotting: asyncio.Task[None] | None = None
        self.journal = Journal(
            self._store, recovered.last_seq, on_batch=self._take_batch, on_failure=self._step_back
        )
        self.listener: Listener | None = None
        self._is_stopping = False
        self.clock = ChainClock(self, config.clock, paused=recovered.paused)
        self._log_start(recovered, time.monotonic() - started)

    def _log_start(self, recovered: Recovered, seconds: float) -> None:
        log.info(
            "localnet.recovered",
            slot=self.bank.slot,
            entries=recovered.last_seq,
            replayed=recovered.replayed,
            seconds=round(seconds, 3),
        )

    def _take_batch(self) -> Callable[[], None] | None:
        return None if self.listener is None else self.listener.take_batch()

    def _step_back(self) -> None:
        """The log took no more: be again what is on the disk, so that reads stay true."""
        self.bank = recover(self._store, self.history).bank
        if self.listener is not None:
            self.listener.take_batch()

    @property
    def is_accepting(self) -> bool:
        """Whether the log still takes entries."""
        return self.journal.failure is None

    # --- The clock ---

    def close_block(self, next_slot: int, unix_time: int) -> None:
        """Close the open block and open `next_slot` at `unix_time` (seconds), through the log."""
        self._accept()
        closing = self.bank.slot
        body = pack(BlockClosedBody(next_slot, unix_time))
        block = self.bank.close_block(next_slot, unix_time)
        seq = self.journal.next_seq()
        self.journal.append(Entry(seq, Kind.BLOCK_CLOSED, closing, body), block_row(block, seq))
        if self.listener is not None:
            self.listener.block_closed(block, next_slot)
        self._maybe_snapshot()

    def pause_clock(self, paused: bool) -> None:
        """Stop or restart the closing of slots, through the log."""
        self._accept()
        if paused != self.clock.paused:
            kind = Kind.CLOCK_PAUSED if paused else Kind.CLOCK_RESUMED
            self.journal.append(Entry(self.journal.next_seq(), kind, self.bank.slot, b""))
            self.clock.pause(paused)

    # --- Changes ---

    def _accept(self) -> None:
        if self.journal.failure is not None:
            raise self.journal.failure
        if self._is_stopping:
            raise Stopping("localnet is being stopped and takes nothing more")

    def submit(self, wire: WireTransaction, *, keep_failures: bool) -> Execution:
        """Run a transaction that `Bank.refusal` let through. A failing one lands only if `keep_failures`.

        Raises:
            LedgerFull: nothing is accepted any more.
        """
        self._accept()
        execution = self.bank.execute(wire) if keep_failures else self.bank.try_execute(wire)
        if execution.landed and (keep_failures or execution.result.error is None):
            self._record(execution)
        return execution

    def _record(self, execution: Execution) -> None:
        wire = execution.wire
        self.journal.append(
            Entry(
                self.journal.next_seq(),
                Kind.TRANSACTION,
                self.bank.slot,
                wire.raw,
                wire.signature,
                encode_result(execution.result),
                tuple(dict.fromkeys(bytes(key) for key in execution.keys)),
            )
        )
        if self.listener is not None:
            self.listener.executed(execution, self.bank.slot)

    def set_account(self, address: Pubkey, account: Account) -> None:
        """Overwrite an account, through the log."""
        self._accept()
        self.bank.set_account(address, account)
        body = AccountSetBody(
            bytes(address),
            account.lamports,
            account.data,
            bytes(account.owner),
            account.executable,
            account.rent_epoch,
        )
        self.journal.append(Entry(self.journal.next_seq(), Kind.ACCOUNT_SET, self.bank.slot, pack(body)))
        if self.listener is not None:
            self.listener.account_set(address)

    async def reset(self) -> None:
        """Forget the chain and begin another one."""
        self._accept()
        if self._snapshotting is not None:
            await self._snapshotting
        await self.journal.drain()
        genesis = new_genesis()
        self.bank = Bank(genesis)
        self.journal.append_genesis(*genesis_entries(genesis, self.journal.next_seq()))
        self._snapshot_seq = self.journal.appended_seq
        self.clock.paused = False
        self.clock.set_time(genesis.unix_time * 1000)
        await self.durable()

    # --- Durability ---

    def durable(self) -> asyncio.Future[None]:
        """Done once everything executed so far is on the disk; fails with LedgerFull if it never will be."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def settle(failure: LedgerFull | None) -> None:
            if future.done():
                return
            if failure is None:
                future.set_result(None)
            else:
                future.set_exception(failure)

        self.journal.when_durable(settle)
        return future

    def _maybe_snapshot(self) -> None:
        if self.journal.appended_seq - self._snapshot_seq < self.config.snapshot_every:
            return
        if self._snapshotting is None or self._snapshotting.done():
            self._snapshot_seq = self.journal.appended_seq
            header, accounts = self._snapshot_header(), self.bank.accounts.all()
            self._snapshotting = asyncio.ensure_future(self._write_snapshot(header, accounts))

    def _snapshot_header(self) -> SnapshotHeader:
        bank = self.bank
        return SnapshotHeader(
            self.journal.appended_seq, bank.slot, bank.unix_time, bank.transaction_count, bank.state_hash()
        )

    async def _write_snapshot(self, header: SnapshotHeader, accounts: list[tuple[Pubkey, Account]]) -> None:
        rows = await asyncio.to_thread(compress_accounts, header.seq, accounts)
        self.journal.add_snapshot(header, rows)
        more = True

        def forget_some(db: sqlite3.Connection) -> None:
            nonlocal more
            more = prune(db, self.config.retention)

        while more and self.journal.failure is None:
            self.journal.add_chore(forget_some)
            await self.journal.drain()

    async def close(self) -> None:
        """Write a last snapshot, so that the next start replays nothing, and close the files."""
        self._is_stopping = True
        if self._snapshotting is not None:
            await self._snapshotting
        await self.journal.drain()
        newest = newest_snapshot(self._store.connection)
        if self.journal.failure is None and (newest is None or newest.seq != self.journal.appended_seq):
            await self._write_snapshot(self._snapshot_header(), self.bank.accounts.all())
            await self.journal.drain()
        if self.journal.failure is None:
            self.journal.add_chore(_record_engine)
            await self.journal.drain()
        self.history.close()
        self._store.close()


def _record_engine(db: sqlite3.Connection) -> None:
    db.execute("UPDATE meta SET value = ? WHERE key = 'engine'", (engine_version(),))
