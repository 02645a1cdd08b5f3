"""What is forgotten and what is kept, on a log made by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from solders.hash import Hash
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from localnet_transactions import transfer_of
from quantdesk.localnet.config import Retention
from quantdesk.localnet.log.entries import BlockRow, Entry, Kind
from quantdesk.localnet.log.retention import prune
from quantdesk.localnet.log.store import LogStore

BLOCKS = 2_000
EVERYTHING = Retention(transactions=10**6, blocks=10**6)


@pytest.fixture
def store(tmp_path: Path) -> LogStore:
    """A log of a genesis entry and 2,000 blocks with two transactions and their closing entry each."""
    store = LogStore(tmp_path)
    store.connection.execute("PRAGMA synchronous = OFF")
    payer, target = Keypair(), Pubkey.new_unique()
    wire = bytes(transfer_of(payer, target, 1, Hash.default()))
    addresses = (bytes(payer.pubkey()), bytes(target))
    store.begin()
    entries, blocks = [Entry(1, Kind.GENESIS, 0, b"")], [BlockRow(0, 0, 0, bytes(32), 0, 1)]
    seq = 1
    for slot in range(1, BLOCKS + 1):
        for _ in range(2):
            seq += 1
            entries.append(Entry(seq, Kind.TRANSACTION, slot, wire, seq.to_bytes(64), b"", addresses))
        seq += 1
        entries.append(Entry(seq, Kind.BLOCK_CLOSED, slot, b""))
        blocks.append(BlockRow(slot, slot - 1, slot, slot.to_bytes(32), slot, seq))
    store.append(entries, blocks)
    store.commit()
    return store


def snapshot_after(store: LogStore, slot: int) -> None:
    """A snapshot taken when `slot` had closed."""
    last = store.connection.execute("SELECT last_seq FROM blocks WHERE slot = ?", (slot,)).fetchone()[0]
    store.connection.execute(
        "INSERT INTO snapshots VALUES (?, ?, ?, ?, x'')", (last, slot + 1, slot, 2 * slot)
    )


def prune_fully(store: LogStore, retention: Retention) -> None:
    while prune(store.connection, retention):
        pass


def counts(store: LogStore) -> tuple[int, int]:
    """How many transactions and blocks are left."""
    transactions = store.connection.execute("SELECT count(*) FROM entries WHERE kind = 2").fetchone()[0]
    return transactions, store.connection.execute("SELECT count(*) FROM blocks").fetchone()[0]


def test_nothing_is_forgotten_before_the_first_snapshot(store: LogStore) -> None:
    prune_fully(store, Retention(transactions=1_000, blocks=300))
    assert counts(store) == (2 * BLOCKS, BLOCKS + 1)


def test_nothing_is_forgotten_within_retention(store: LogStore) -> None:
    snapshot_after(store, BLOCKS)
    prune_fully(store, EVERYTHING)
    assert counts(store) == (2 * BLOCKS, BLOCKS + 1)


def test_the_newest_transactions_are_kept_and_no_more(store: LogStore) -> None:
    snapshot_after(store, BLOCKS)
    prune_fully(store, Retention(transactions=1_500, blocks=10**6))
    transactions, blocks = counts(store)
    assert transactions == 1_500
    assert 750 <= blocks <= 751
    rows = store.connection.execute("SELECT count(*), min(seq) FROM address_entries").fetchone()
    first = store.connection.execute("SELECT min(seq) FROM entries WHERE kind = 2").fetchone()[0]
    assert rows == (2 * 1_500, first)


def test_the_newest_blocks_are_kept_and_no_more(store: LogStore) -> None:
    snapshot_after(store, BLOCKS)
    prune_fully(store, Retention(transactions=10**6, blocks=900))
    assert counts(store) == (2 * 900, 900)


def test_what_a_restart_needs_is_kept_whatever_the_retention(store: LogStore) -> None:
    snapshot_after(store, 1_000)
    snapshot_after(store, BLOCKS)
    prune_fully(store, Retention(transactions=1_000, blocks=300))
    first = store.connection.execute("SELECT min(slot) FROM blocks").fetchone()[0]
    assert first <= 1_000 - 512
    assert store.connection.execute("SELECT count(*) FROM entries WHERE kind = 1").fetchone()[0] == 1
