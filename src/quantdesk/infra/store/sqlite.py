"""SQLite through aiosqlite, with one visit to its thread for a statement.

SQLAlchemy's own adapter visits it for the cursor, the execution, the rows and the cursor's end, and once more
for ``BEGIN``: each visit costs two changes of thread (docs/decisions/0010). Here a statement with its rows is
one visit, and the first statement of a transaction takes ``BEGIN`` along.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import aiosqlite
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
    AsyncAdapt_aiosqlite_dbapi,
)

Begin = Literal["BEGIN", "BEGIN IMMEDIATE"]


class _Done(NamedTuple):
    """What is left of a cursor once it is closed."""

    rows: Sequence[Any]
    description: Any
    rowcount: int
    lastrowid: int | None


def _run(
    driver: sqlite3.Connection, begin: Begin | None, statement: str, parameters: Any, many: bool
) -> _Done:
    """Runs in the connection's thread."""
    if begin is not None:
        driver.execute(begin)
    cursor = driver.cursor()
    try:
        if many:
            cursor.executemany(statement, parameters)
        else:
            cursor.execute(statement, () if parameters is None else parameters)
        rows = cursor.fetchall() if cursor.description else ()
        return _Done(rows, cursor.description, cursor.rowcount, cursor.lastrowid)
    finally:
        cursor.close()


class _Cursor(AsyncAdapt_aiosqlite_cursor):
    """Holds the rows and what was said about them; there is no cursor open behind it."""

    __slots__ = ("_done", "arraysize")

    _adapt_connection: SqliteConnection

    def __init__(self, connection: SqliteConnection) -> None:
        self._adapt_connection = connection
        self._connection = connection._connection
        self._rows = deque()
        self._done = _Done((), None, -1, None)
        self.arraysize = 1

    @property
    def description(self) -> Any:
        """Columns of the rows; None for a statement without."""
        return self._done.description

    @property
    def rowcount(self) -> int:
        """Rows changed; -1 where that is not known."""
        return self._done.rowcount

    @property
    def lastrowid(self) -> Any:
        """Of the last insert."""
        return self._done.lastrowid

    async def _execute_async(self, operation: Any, parameters: Any) -> None:
        await self._visit(operation, parameters, many=False)

    async def _executemany_async(self, operation: Any, seq_of_parameters: Any) -> None:
        await self._visit(operation, seq_of_parameters, many=True)

    async def _visit(self, statement: str, parameters: Any, *, many: bool) -> None:
        connection = self._adapt_connection
        async with connection._execute_mutex:
            self._done = await connection.visit(statement, parameters, many=many)
            self._rows = deque(self._done.rows)

    async def _async_soft_close(self) -> None:
        """Closed already."""

    def close(self) -> None:
        """Forget the rows."""
        self._rows.clear()


class SqliteConnection(AsyncAdapt_aiosqlite_connection):
    """A connection that begins its transaction with the first statement."""

    __slots__ = ("_due", "_in_transaction")

    def __init__(self, dbapi: Any, connection: Any) -> None:
        super().__init__(dbapi, connection)
        self._due: Begin | None = None
        self._in_transaction = False

    def begin(self, how: Begin) -> None:
        """A transaction starts: the next statement runs ``how`` before itself."""
        self._due = how

    def cursor(self, server_side: bool = False) -> _Cursor:
        """A cursor that holds its rows; there is no other kind."""
        return _Cursor(self)

    async def visit(self, statement: str, parameters: Any, *, many: bool) -> _Done:
        """Run one statement in the thread."""
        begin, self._due = self._due, None
        # Noted before the thread has it: a visit that is cancelled here goes on there.
        self._in_transaction = self._in_transaction or begin is not None
        driver = self._connection
        done: _Done = await driver._execute(_run, driver._conn, begin, statement, parameters, many)
        return done

    def commit(self) -> None:
        """End the transaction, if one was begun."""
        self._due = None
        if self._in_transaction:
            super().commit()
            self._in_transaction = False  # only now: one that could not be committed is rolled back

    def rollback(self) -> None:
        """Undo the transaction, if one was begun."""
        self._due = None
        if self._in_transaction:
            super().rollback()
            self._in_transaction = False


class SqliteDriver(AsyncAdapt_aiosqlite_dbapi):
    """For ``create_async_engine(..., module=SqliteDriver())``."""

    def __init__(self) -> None:
        super().__init__(aiosqlite, sqlite3)

    def connect(self, *where: Any, **options: Any) -> SqliteConnection:
        """Open a connection with its thread."""
        return SqliteConnection(self, super().connect(*where, **options)._connection)
