"""Forgetting history beyond the configured size. State is never forgotten."""

from __future__ import annotations

import sqlite3

from quantdesk.localnet.config import Retention
from quantdesk.localnet.log.entries import Kind
from quantdesk.localnet.runtime.wire import WireTransaction

_BLOCKS_BEFORE_SNAPSHOT = 600
"""Restoring a snapshot takes up to 512 slot hashes and the messages of 150 blocks from before it."""
_AT_A_TIME = 2_000
"""Entries forgotten in one commit, so that it stays short."""


def prune(db: sqlite3.Connection, retention: Retention) -> bool:
    """Forget some of what is beyond `retention`, inside the open transaction.

    Whether there is more to forget.
    """
    limit = _first_needed_seq(db)
    cut = min(_first_kept_seq(db, retention), limit)
    rows = db.execute(
        "SELECT seq, kind, body FROM entries WHERE seq < ? AND kind != ? ORDER BY seq LIMIT ?",
        (cut, int(Kind.GENESIS), _AT_A_TIME),
    ).fetchall()
    if not rows:
        return False
    last = rows[-1][0]
    _forget_addresses(db, [body for _, kind, body in rows if kind == Kind.TRANSACTION], last)
    db.execute("DELETE FROM entries WHERE seq <= ? AND kind != ?", (last, int(Kind.GENESIS)))
    db.execute("DELETE FROM blocks WHERE last_seq <= ?", (last,))
    return len(rows) == _AT_A_TIME


def _first_needed_seq(db: sqlite3.Connection) -> int:
    """The first entry that a restart may need; nothing may be forgotten before the first snapshot."""
    oldest = db.execute("SELECT min(seq) FROM snapshots").fetchone()[0]
    if oldest is None:
        return 0
    row = db.execute(
        "SELECT last_seq FROM blocks WHERE last_seq <= ? ORDER BY slot DESC LIMIT 1 OFFSET ?",
        (oldest, _BLOCKS_BEFORE_SNAPSHOT),
    ).fetchone()
    return 0 if row is None else int(row[0])


def _first_kept_seq(db: sqlite3.Connection, retention: Retention) -> int:
    return max(_first_kept_transaction(db, retention), _first_kept_block(db, retention))


def _first_kept_transaction(db: sqlite3.Connection, retention: Retention) -> int:
    count = db.execute("SELECT max(transaction_count) FROM snapshots").fetchone()[0]
    if count is None or count <= retention.transactions:  # spares the walk below in all but very long lives
        return 0
    row = db.execute(
        "SELECT seq FROM entries WHERE signature IS NOT NULL ORDER BY seq DESC LIMIT 1 OFFSET ?",
        (retention.transactions - 1,),
    ).fetchone()
    return 0 if row is None else int(row[0])


def _first_kept_block(db: sqlite3.Connection, retention: Retention) -> int:
    newest = db.execute("SELECT height FROM blocks ORDER BY slot DESC LIMIT 1").fetchone()[0]
    oldest = db.execute("SELECT height FROM blocks ORDER BY slot LIMIT 1").fetchone()[0]
    if newest - oldest < retention.blocks:
        return 0
    row = db.execute(
        "SELECT last_seq FROM blocks ORDER BY slot DESC LIMIT 1 OFFSET ?", (retention.blocks,)
    ).fetchone()
    return 0 if row is None else int(row[0]) + 1


def _forget_addresses(db: sqlite3.Connection, bodies: list[bytes], last_seq: int) -> None:
    addresses = {bytes(key) for body in bodies for key in WireTransaction.parse(body).keys}
    db.executemany(
        "DELETE FROM address_entries WHERE seq <= ?"
        " AND address_id = (SELECT id FROM addresses WHERE address = ?)",
        [(last_seq, address) for address in addresses],
    )
