"""Open the store: SQLite in WAL mode for one machine, PostgreSQL beyond it; only the URL differs.

A write transaction takes SQLite's write lock at its start (``BEGIN IMMEDIATE``), so it can wait for its turn
(``busy_timeout``) but never fail half-way for want of the lock. Keep each under 50 ms.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Literal, cast

from sqlalchemy import Connection, Table, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from quantdesk.infra.store.errors import StoreUrlInvalid
from quantdesk.infra.store.sqlite import SqliteConnection, SqliteDriver
from quantdesk.infra.store.whole import Step, WholeTransactions

BUSY_TIMEOUT_MS = 5_000
SQLITE_PRAGMAS = (
    f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA cache_size = -8000",
)

Insert = postgresql.Insert | sqlite.Insert


class Store:
    """One database. ``read`` sees one consistent moment, ``write`` is one transaction: all or nothing."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self.dialect = cast(Literal["sqlite", "postgresql"], engine.dialect.name)
        snapshot: dict[str, Any] = {"quantdesk_read_only": True}
        if self.dialect == "postgresql":
            snapshot |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        self._reader = engine.execution_options(**snapshot)
        self._whole_reads = self._whole_writes = None
        if self.dialect == "sqlite":
            where, dialect = engine.url.database or "", engine.dialect
            self._whole_reads = WholeTransactions(where, dialect, "BEGIN", SQLITE_PRAGMAS)
            self._whole_writes = WholeTransactions(where, dialect, "BEGIN IMMEDIATE", SQLITE_PRAGMAS)
        self._upserts: dict[tuple[str, str | None], Insert] = {}
        self._inserts: dict[str, Insert] = {}

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection whose statements all see the same moment; never waits for a writer."""
        async with self._reader.connect() as connection:
            yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """One transaction: committed when the block ends, rolled back when it raises."""
        async with self._engine.begin() as connection:
            yield connection

    async def read_all(self, *steps: Step) -> list[list[Any]]:
        """The rows of each statement, all of one moment. For statements that are made once and kept.

        SQLite runs them in one visit to a thread: where they are known beforehand and run often, a tenth of
        the cost of ``read``.
        """
        if self._whole_reads is not None:
            return [each.rows for each in await self._whole_reads.run(steps)]
        async with self.read() as connection:
            return [list((await connection.execute(statement, given)).all()) for statement, given in steps]

    async def write_all(self, *steps: Step) -> list[int]:
        """One transaction of statements that are made once and kept. How SQLite runs it: ``read_all``.

        Answers how many rows each statement changed; where it ran for several that is not known everywhere.
        """
        if self._whole_writes is not None:
            return [each.changed for each in await self._whole_writes.run(steps)]
        async with self.write() as connection:
            return [(await connection.execute(statement, given)).rowcount for statement, given in steps]

    def insert(self, table: Table) -> Insert:
        """The dialect's ``INSERT`` for ``table``, which knows ``on_conflict_do_*``."""
        return sqlite.insert(table) if self.dialect == "sqlite" else postgresql.insert(table)

    def insert_once(self, table: Table) -> Insert:
        """``INSERT`` that leaves a row alone whose primary key is there already."""
        known = self._inserts.get(table.name)
        if known is None:
            known = self._inserts[table.name] = self.insert(table).on_conflict_do_nothing()
        return known

    def upsert(self, table: Table, *, newer_by: str | None = None) -> Insert:
        """``INSERT`` that replaces the row with that primary key.

        With ``newer_by`` (a column) only when the new value of it is at least the stored one: a late or
        repeated write then never takes a row back in time.
        """
        known = self._upserts.get((table.name, newer_by))
        if known is None:
            # Building one takes 0.3 ms; the indexer would do it ten times a block.
            known = self._upserts[table.name, newer_by] = self._make_upsert(table, newer_by)
        return known

    def _make_upsert(self, table: Table, newer_by: str | None) -> Insert:
        statement = self.insert(table)
        keys = [column.name for column in table.primary_key.columns]
        fresh = {name: statement.excluded[name] for name in table.c.keys() if name not in keys}  # noqa: SIM118
        where = None if newer_by is None else statement.excluded[newer_by] >= table.c[newer_by]
        return statement.on_conflict_do_update(index_elements=keys, set_=fresh, where=where)

    async def close(self) -> None:
        """Close every connection."""
        for whole in (self._whole_reads, self._whole_writes):
            if whole is not None:
                await whole.close()
        await self._engine.dispose()


def open_store(url: str, *, pool_size: int = 5) -> Store:
    """Make the store of ``url`` (``sqlite:////path/quantdesk.db`` or ``postgresql://user@host/database``).

    Connects to nothing yet. Raises ``StoreUrlInvalid``.
    """
    return Store(create_engine(url, pool_size=pool_size))


def create_engine(url: str, *, pool_size: int = 5) -> AsyncEngine:
    """The asynchronous engine of ``url`` with the settings that the store relies on."""
    parsed = with_async_driver(url)
    if not is_sqlite(parsed):
        return create_async_engine(parsed, pool_size=pool_size, pool_pre_ping=True)
    engine = create_async_engine(parsed, pool_size=pool_size, module=SqliteDriver())
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def with_async_driver(url: str) -> URL:
    """``url`` with the driver that we use for its engine."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreUrlInvalid(
            f"{url!r} is no database URL; expected sqlite:////path or postgresql://..."
        ) from error
    if parsed.get_backend_name() == "sqlite":
        if not parsed.database or parsed.database == ":memory:":
            raise StoreUrlInvalid("the store needs a file: sqlite:////path/to/quantdesk.db")
        return parsed.set(drivername="sqlite+aiosqlite")
    if parsed.get_backend_name() in {"postgresql", "postgres"}:
        return parsed.set(drivername="postgresql+asyncpg")
    shown = parsed.render_as_string(hide_password=True)
    raise StoreUrlInvalid(f"no engine for {shown!r}; expected sqlite:////path or postgresql://...")


def is_sqlite(url: URL) -> bool:
    """Whether ``url`` names SQLite."""
    return url.get_backend_name() == "sqlite"


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver's own BEGIN comes too late and is deferred: switched off, ours below takes its place.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in SQLITE_PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    read_only = connection.get_execution_options().get("quantdesk_read_only", False)
    driver = cast(SqliteConnection, connection.connection.dbapi_connection)
    driver.begin("BEGIN" if read_only else "BEGIN IMMEDIATE")
