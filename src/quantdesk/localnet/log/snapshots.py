"""States of the bank kept in the log file, so that a restart need not replay everything."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

import zstandard
from solders.account import Account
from solders.pubkey import Pubkey

from quantdesk.localnet.runtime.programs import is_program_data

NATIVE_LOADER = Pubkey.from_string("NativeLoader1111111111111111111111111111111")
_KEPT = 2
_ZSTD_LEVEL = 1


@dataclass(frozen=True, slots=True)
class SnapshotHeader:
    """Where in the log a snapshot stands: after entry `seq`, with `slot` open since `unix_time` (seconds)."""

    seq: int
    slot: int
    unix_time: int
    transaction_count: int
    state_hash: bytes


def compress_accounts(seq: int, accounts: list[tuple[Pubkey, Account]]) -> list[tuple[object, ...]]:
    """The rows of a snapshot. Runs in a thread: zstd gives the interpreter away while it works."""
    compressor = zstandard.ZstdCompressor(level=_ZSTD_LEVEL)
    return [
        (
            seq,
            bytes(address),
            bytes(account.owner),
            str(account.lamports),
            int(account.executable),
            str(account.rent_epoch),
            len(account.data),
            compressor.compress(account.data),
        )
        for address, account in accounts
    ]


def write_snapshot(db: sqlite3.Connection, header: SnapshotHeader, rows: list[tuple[object, ...]]) -> None:
    """Write a snapshot into the open transaction and forget all but the newest ones."""
    db.execute(
        "INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?, ?, ?)",
        (header.seq, header.slot, header.unix_time, header.transaction_count, header.state_hash),
    )
    db.executemany("INSERT OR REPLACE INTO snapshot_accounts VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
    old = [
        row[0]
        for row in db.execute("SELECT seq FROM snapshots ORDER BY seq DESC LIMIT -1 OFFSET ?", (_KEPT,))
    ]
    for seq in old:
        db.execute("DELETE FROM snapshot_accounts WHERE snapshot_seq = ?", (seq,))
        db.execute("DELETE FROM snapshots WHERE seq = ?", (seq,))


def newest_snapshot(db: sqlite3.Connection) -> SnapshotHeader | None:
    """The newest snapshot's header."""
    row = db.execute("SELECT * FROM snapshots ORDER BY seq DESC LIMIT 1").fetchone()
    return None if row is None else SnapshotHeader(*row)


def read_accounts(db: sqlite3.Connection, seq: int) -> list[tuple[Pubkey, Account]]:
    """A snapshot's accounts in the order in which they must be put back.

    ProgramData comes before Program: the VM takes the other order without a word, and then every call fails.
    """
    decompressor = zstandard.ZstdDecompressor()
    accounts: list[tuple[Pubkey, Account]] = []
    rows = db.execute(
        "SELECT address, owner, lamports, executable, rent_epoch, size, data FROM snapshot_accounts"
        " WHERE snapshot_seq = ? ORDER BY address",
        (seq,),
    )
    for address, owner, lamports, executable, rent_epoch, size, blob in rows:
        data = decompressor.decompress(blob, max_output_size=size) if size else b""
        account = Account(int(lamports), data, Pubkey.from_bytes(owner), bool(executable), int(rent_epoch))
        accounts.append((Pubkey.from_bytes(address), account))
    accounts.sort(key=lambda pair: not is_program_data(pair[1]))
    return accounts
