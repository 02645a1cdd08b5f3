"""Looking things up in the log: transactions by signature and address, blocks by slot.

Committed rows only.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from quantdesk.localnet.log.entries import BlockRow, Kind
from quantdesk.localnet.runtime.outcome import TransactionResult, decode_result


@dataclass(frozen=True, slots=True)
class RecordedTransaction:
    """A transaction of the log with its result."""

    seq: int
    slot: int
    raw: bytes
    signature: bytes
    result_blob: bytes

    @property
    def result(self) -> TransactionResult:
        """The recorded result."""
        return decode_result(self.result_blob)


class History:
    """Reads on a connection of their own, which sees only what is committed."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA query_only = ON")
        self._db.execute("PRAGMA cache_size = -8000")

    def close(self) -> None:
        """Close the connection."""
        self._db.close()

    def transaction(self, signature: bytes) -> RecordedTransaction | None:
        """The transaction of that signature."""
        row = self._db.execute(
            "SELECT seq, slot, body, signature, result FROM entries WHERE signature = ?", (signature,)
        ).fetchone()
        return None if row is None else RecordedTransaction(*row)

    def transactions_between(self, after_seq: int, last_seq: int) -> list[RecordedTransaction]:
        """The transactions of the entries (after_seq, last_seq], oldest first."""
        rows = self._db.execute(
            "SELECT seq, slot, body, signature, result FROM entries"
            " WHERE seq > ? AND seq <= ? AND kind = ? ORDER BY seq",
            (after_seq, last_seq, int(Kind.TRANSACTION)),
        )
        return [RecordedTransaction(*row) for row in rows]

    def for_address(
        self, address: bytes, before_seq: int | None, until_seq: int | None, last_slot: int, limit: int
    ) -> list[RecordedTransaction]:
        """Transactions naming `address` up to `last_slot`, newest first.

        They lie between two entries, both exclusive.
        """
        rows = self._db.execute(
            "SELECT e.seq, e.slot, e.body, e.signature, e.result FROM addresses a"
            " JOIN address_entries x ON x.address_id = a.id JOIN entries e ON e.seq = x.seq"
            " WHERE a.address = ? AND x.seq < ? AND x.seq > ? AND e.slot <= ? ORDER BY x.seq DESC LIMIT ?",
            (address, 2**62 if before_seq is None else before_seq, until_seq or 0, last_slot, limit),
        )
        return [RecordedTransaction(*row) for row in rows]

    def block(self, slot: int) -> BlockRow | None:
        """The closed block of that slot."""
        row = self._db.execute(
            "SELECT slot, parent, height, blockhash, unix_time, last_seq FROM blocks WHERE slot = ?", (slot,)
        ).fetchone()
        return None if row is None else BlockRow(*row)

    def block_before(self, slot: int) -> BlockRow | None:
        """The newest closed block before `slot`."""
        row = self._db.execute(
            "SELECT slot, parent, height, blockhash, unix_time, last_seq FROM blocks"
            " WHERE slot < ? ORDER BY slot DESC LIMIT 1",
            (slot,),
        ).fetchone()
        return None if row is None else BlockRow(*row)

    def block_slots(self, first: int, last: int, limit: int) -> list[int]:
        """Slots in [first, last] that have a block, oldest first."""
        rows = self._db.execute(
            "SELECT slot FROM blocks WHERE slot BETWEEN ? AND ? ORDER BY slot LIMIT ?", (first, last, limit)
        )
        return [int(row[0]) for row in rows]

    def oldest_block(self) -> BlockRow | None:
        """The oldest block that is still kept."""
        row = self._db.execute(
            "SELECT slot, parent, height, blockhash, unix_time, last_seq FROM blocks ORDER BY slot LIMIT 1"
        ).fetchone()
        return None if row is None else BlockRow(*row)

    def newest_blocks(self, count: int) -> list[BlockRow]:
        """The newest closed blocks, oldest of them first."""
        rows = self._db.execute(
            "SELECT slot, parent, height, blockhash, unix_time, last_seq FROM blocks"
            " ORDER BY slot DESC LIMIT ?",
            (count,),
        ).fetchall()
        return [BlockRow(*row) for row in reversed(rows)]

    def count_transactions(self, after_seq: int, last_seq: int) -> int:
        """How many transactions the entries (after_seq, last_seq] hold."""
        row = self._db.execute(
            "SELECT count(*) FROM entries WHERE seq > ? AND seq <= ? AND kind = ?",
            (after_seq, last_seq, int(Kind.TRANSACTION)),
        ).fetchone()
        return int(row[0])

    def entries_after(self, seq: int) -> Iterator[tuple[int, Kind, int, bytes, bytes | None]]:
        """(seq, kind, slot, body, result) of every entry after `seq`, oldest first."""
        for found, kind, slot, body, result in self._db.execute(
            "SELECT seq, kind, slot, body, result FROM entries WHERE seq > ? ORDER BY seq", (seq,)
        ):
            yield found, Kind(kind), slot, body, result

    def newest_blocks_until(self, seq: int, count: int) -> list[BlockRow]:
        """The newest blocks that were closed by entry `seq` or before, oldest of them first."""
        rows = self._db.execute(
            "SELECT slot, parent, height, blockhash, unix_time, last_seq FROM blocks"
            " WHERE last_seq <= ? ORDER BY slot DESC LIMIT ?",
            (seq, count),
        ).fetchall()
        return [BlockRow(*row) for row in reversed(rows)]

    def last_seq_of(self, slot: int) -> int:
        """The entry that closed the block of `slot`, which must be kept."""
        row = self._db.execute("SELECT last_seq FROM blocks WHERE slot = ?", (slot,)).fetchone()
        return int(row[0])

    def is_paused_at(self, seq: int) -> bool:
        """Whether an admin had paused the clock after entry `seq`."""
        row = self._db.execute(
            "SELECT kind FROM entries WHERE seq <= ? AND kind IN (?, ?) ORDER BY seq DESC LIMIT 1",
            (seq, int(Kind.CLOCK_PAUSED), int(Kind.CLOCK_RESUMED)),
        ).fetchone()
        return row is not None and row[0] == Kind.CLOCK_PAUSED
