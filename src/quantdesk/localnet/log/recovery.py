"""From the file to the bank: the newest snapshot, then every entry after it."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass

from solders.account import Account
from solders.pubkey import Pubkey

from quantdesk.localnet.errors import DataDirectoryVersion, LogCorrupt, ReplayDiverged
from quantdesk.localnet.log.entries import (
    AccountSetBody,
    BlockRow,
    Entry,
    GenesisBody,
    Kind,
    pack,
    unpack_account_set,
    unpack_block_closed,
    unpack_genesis,
)
from quantdesk.localnet.log.history import History
from quantdesk.localnet.log.snapshots import NATIVE_LOADER, SnapshotHeader, newest_snapshot, read_accounts
from quantdesk.localnet.log.store import LogStore, engine_version
from quantdesk.localnet.runtime.bank import Bank, Block
from quantdesk.localnet.runtime.blockhashes import MAX_AGE_BLOCKS
from quantdesk.localnet.runtime.genesis import Genesis
from quantdesk.localnet.runtime.outcome import encode_result
from quantdesk.localnet.runtime.wire import WireTransaction

_SLOT_HASHES = 512


@dataclass(slots=True)
class Recovered:
    """The bank as the log leaves it, the last entry's number, and whether an admin has paused the clock."""

    bank: Bank
    last_seq: int
    paused: bool
    replayed: int
    snapshot_seq: int


def genesis_entries(genesis: Genesis, seq: int) -> tuple[Entry, BlockRow]:
    """The first entry of a chain and its genesis block."""
    bank_tip = Block(0, 0, 0, bytes(genesis.hash), genesis.unix_time)
    body = pack(GenesisBody(genesis.seed, genesis.unix_time))
    return Entry(seq, Kind.GENESIS, 0, body), block_row(bank_tip, seq)


def block_row(block: Block, last_seq: int) -> BlockRow:
    """The stored form of a closed block."""
    return BlockRow(block.slot, block.parent, block.height, block.blockhash, block.unix_time, last_seq)


def new_genesis() -> Genesis:
    """A chain that begins now, unlike any other."""
    return Genesis(os.urandom(32), int(time.time()))


def recover(store: LogStore, history: History) -> Recovered:
    """Rebuild the bank from the file, or begin a chain in an empty one.

    Raises:
        DataDirectoryVersion: another engine wrote the log and entries would have to be replayed.
        LogCorrupt: an entry cannot be read.
        ReplayDiverged: an entry gave another result than the recorded one.
    """
    first = store.connection.execute(
        "SELECT seq, body FROM entries WHERE kind = 1 ORDER BY seq DESC"
    ).fetchone()
    if first is None:
        return _begin(store)
    genesis_body = unpack_genesis(first[1])
    bank = Bank(Genesis(genesis_body.seed, genesis_body.unix_time))
    snapshot = newest_snapshot(store.connection)
    start = int(first[0])
    if snapshot is not None:
        _restore(store, history, bank, snapshot)
        start = snapshot.seq
    return _replay(store, history, bank, start)


def _begin(store: LogStore) -> Recovered:
    genesis = new_genesis()
    entry, block = genesis_entries(genesis, 1)
    store.begin()
    store.append([entry], [block])
    store.commit()
    return Recovered(Bank(genesis), 1, paused=False, replayed=0, snapshot_seq=0)


def _restore(store: LogStore, history: History, bank: Bank, snapshot: SnapshotHeader) -> None:
    wanted = read_accounts(store.connection, snapshot.seq)
    at_genesis = dict(bank.accounts.all())
    for address, account in wanted:
        if at_genesis.pop(address, None) != account and account.owner != NATIVE_LOADER:
            bank.set_account(address, account)
    for address, account in at_genesis.items():
        bank.set_account(address, Account(0, b"", account.owner, False, 0))
    blocks = [
        Block(row.slot, row.parent, row.height, row.blockhash, row.unix_time)
        for row in history.newest_blocks_until(snapshot.seq, _SLOT_HASHES)
    ]
    since = history.last_seq_of(blocks[-1].slot)
    open_block = history.transactions_between(since, snapshot.seq)
    bank.resume(blocks, snapshot.slot, snapshot.unix_time, [tx.signature for tx in open_block])
    _refill_duplicates(history, bank, blocks, snapshot.seq)
    bank.transaction_count = snapshot.transaction_count
    if bank.state_hash() != snapshot.state_hash:
        raise LogCorrupt(
            f"the snapshot after entry {snapshot.seq} does not restore to the state it was taken of"
        )


def _refill_duplicates(history: History, bank: Bank, blocks: list[Block], until_seq: int) -> None:
    since = history.last_seq_of(blocks[-MAX_AGE_BLOCKS:][0].slot)
    for recorded in history.transactions_between(since, until_seq):
        bank.remember_processed(WireTransaction.parse(recorded.raw))


def _replay(store: LogStore, history: History, bank: Bank, start: int) -> Recovered:
    paused = history.is_paused_at(start)
    seq = start
    for seq, kind, slot, body, result in history.entries_after(start):
        if store.meta("engine") != engine_version():
            raise DataDirectoryVersion(
                f"{store.path} was written with {store.meta('engine')} and not closed cleanly; this is"
                f" {engine_version()}: start and stop it once with the former,"
                " or begin anew with `quantdesk reset`"
            )
        try:
            apply_entry(bank, seq, kind, body, result)
        except ValueError as error:
            raise LogCorrupt(
                f"log entry {seq} (kind {kind.name}, slot {slot}) cannot be read: {error}"
            ) from error
        if kind in (Kind.CLOCK_PAUSED, Kind.CLOCK_RESUMED):
            paused = kind is Kind.CLOCK_PAUSED
    return Recovered(bank, seq, paused, seq - start, start)


def apply_entry(bank: Bank, seq: int, kind: Kind, body: bytes, result: bytes | None) -> None:
    """Do to the bank what an entry says; a transaction must give the recorded result again."""
    if kind is Kind.TRANSACTION:
        execution = bank.execute(WireTransaction.parse(body))
        if not execution.landed or encode_result(execution.result) != result:
            raise ReplayDiverged(
                f"log entry {seq} replayed to another result than the recorded one:"
                " the engine or the log changed"
            )
    elif kind is Kind.BLOCK_CLOSED:
        closed = unpack_block_closed(body)
        bank.close_block(closed.next_slot, closed.unix_time)
    elif kind is Kind.ACCOUNT_SET:
        bank.set_account(*account_of(unpack_account_set(body)))


def account_of(body: AccountSetBody) -> tuple[Pubkey, Account]:
    """The account an ACCOUNT_SET entry sets."""
    account = Account(
        body.lamports, body.data, Pubkey.from_bytes(body.owner), body.executable, body.rent_epoch
    )
    return Pubkey.from_bytes(body.address), account
