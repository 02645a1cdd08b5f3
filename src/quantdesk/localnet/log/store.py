"""The log on disk: opened, checked, appended to.

One connection writes. WAL with `synchronous=FULL`: a commit that returned is on the disk.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

from quantdesk.localnet.errors import DataDirectoryInUse, DataDirectoryVersion, LedgerFull
from quantdesk.localnet.log.entries import BlockRow, Entry
from quantdesk.localnet.log.schema import SCHEMA_VERSION, TABLES

DATABASE_NAME = "localnet.sqlite3"
LOCK_NAME = "localnet.lock"
_PAGE_BYTES = 4096
_ADDRESS_CACHE = 50_000


def engine_version() -> str:
    """The version of the VM: replay is exact only with the one that wrote the log."""
    return f"solders {version('solders')}"


class DirectoryLock:
    """Keeps a second localnet off a data directory; the kernel frees it however the process ends."""

    def __init__(self, data_dir: Path) -> None:
        data_dir.mkdir(parents=True, exist_ok=True)
        self._file = os.open(data_dir / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.read(self._file, 32).decode(errors="replace").strip() or "unknown"
            os.close(self._file)
            raise DataDirectoryInUse(
                f"another localnet (process {holder}) uses {data_dir}:"
                " stop it, or choose another data directory"
            ) from None
        os.ftruncate(self._file, 0)
        os.write(self._file, str(os.getpid()).encode())

    def release(self) -> None:
        """Let the next localnet in."""
        os.close(self._file)


class LogStore:
    """The database file of one data directory."""

    def __init__(self, data_dir: Path, max_bytes: int | None = None) -> None:
        """Open or create the file.

        Raises:
            DataDirectoryVersion: it was written by another schema version.
        """
        self.path = data_dir / DATABASE_NAME
        self.connection = sqlite3.connect(self.path, isolation_level=None)
        self._address_ids: dict[bytes, int] = {}
        db = self.connection
        db.execute("PRAGMA auto_vacuum = INCREMENTAL")
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA cache_size = -16000")
        db.execute("PRAGMA wal_autocheckpoint = 2000")
        db.execute("PRAGMA journal_size_limit = 16000000")
        if max_bytes is not None:
            db.execute(f"PRAGMA max_page_count = {max(max_bytes // _PAGE_BYTES, 32)}")
        if db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            self._check_version()
        else:
            self._create()

    def _create(self) -> None:
        db = self.connection
        db.execute("BEGIN IMMEDIATE")
        for statement in TABLES.split(";"):
            if statement.strip():
                db.execute(statement)
        db.execute("INSERT INTO meta VALUES ('schema', ?), ('engine', ?)", (SCHEMA_VERSION, engine_version()))
        db.execute("COMMIT")

    def _check_version(self) -> None:
        found = self.meta("schema")
        if found != str(SCHEMA_VERSION):
            self.connection.close()
            raise DataDirectoryVersion(
                f"{self.path} has format {found}, this localnet reads format {SCHEMA_VERSION}:"
                " use the QuantDesk version that wrote it, or begin anew with `quantdesk reset`"
            )

    def meta(self, key: str) -> str | None:
        """A fact about the file."""
        row = self.connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def begin(self) -> None:
        """Start the next commit's transaction."""
        self.connection.execute("BEGIN IMMEDIATE")

    def append(self, entries: Iterable[Entry], blocks: Iterable[BlockRow]) -> None:
        """Write entries and the blocks they closed into the open transaction."""
        rows, index = [], []
        for entry in entries:
            rows.append((entry.seq, entry.kind, entry.slot, entry.body, entry.signature, entry.result))
            index += [(self._address_id(address), entry.seq) for address in entry.addresses]
        db = self.connection
        db.executemany("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?)", rows)
        if index:
            db.executemany("INSERT INTO address_entries VALUES (?, ?)", index)
        db.executemany(
            "INSERT INTO blocks VALUES (?, ?, ?, ?, ?, ?)",
            [(b.slot, b.parent, b.height, b.blockhash, b.unix_time, b.last_seq) for b in blocks],
        )

    def _address_id(self, address: bytes) -> int:
        known = self._address_ids.get(address)
        if known is not None:
            return known
        db = self.connection
        row = db.execute("SELECT id FROM addresses WHERE address = ?", (address,)).fetchone()
        if row is None:
            row = db.execute("INSERT INTO addresses (address) VALUES (?) RETURNING id", (address,)).fetchone()
        if len(self._address_ids) >= _ADDRESS_CACHE:
            self._address_ids.clear()
        self._address_ids[address] = int(row[0])
        return int(row[0])

    def forget_everything(self, db: sqlite3.Connection) -> None:
        """Delete the chain, inside the open transaction: a new genesis follows."""
        self._address_ids.clear()
        for table in ("entries", "blocks", "addresses", "address_entries", "snapshots", "snapshot_accounts"):
            db.execute(f"DELETE FROM {table}")  # noqa: S608 - constant names

    def commit(self) -> None:
        """Make the open transaction durable (fsync)."""
        self.connection.execute("COMMIT")

    def rollback(self) -> None:
        """Drop the open transaction; what it numbered is forgotten with it."""
        self._address_ids.clear()
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK")

    def close(self) -> None:
        """Close the file, folding the write-ahead log into it."""
        self.connection.close()


def as_ledger_full(error: sqlite3.Error, path: Path) -> LedgerFull | None:
    """The error as LedgerFull when it says that disk or quota is full."""
    if error.sqlite_errorcode in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE):
        return LedgerFull(
            f"localnet's disk or quota is full ({path}): nothing more is accepted;"
            " free space, or raise the quota, and restart"
        )
    return None
