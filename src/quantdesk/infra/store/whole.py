"""Whole transactions on SQLite: statements that are known beforehand, in one visit to a thread.

The cheap way for what runs at every event. A statement is compiled when it is first seen and then goes to
``sqlite3`` as text, so it must be made once and kept. Nothing of SQLAlchemy runs per call, and the thread is
visited once for ``BEGIN``, all statements and ``COMMIT`` (docs/decisions/0011 says what that saves).
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from sqlalchemy import Dialect, Select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import UpdateBase

Parameters = Mapping[str, Any] | Sequence[Mapping[str, Any]]
"""Values by name; several of them run the statement once for each."""

Step = tuple[Select[Any] | UpdateBase, Parameters]

_Convert = Callable[[Any], Any]
MOST_STATEMENTS = 256


class Visited(NamedTuple):
    """What one statement gave: its rows, and how many it changed."""

    rows: list[Any]
    changed: int


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A statement as ``sqlite3`` takes it."""

    sql: str
    names: tuple[str, ...]
    fixed: Mapping[str, Any]
    """What the statement itself says, by name."""
    into: tuple[tuple[int, _Convert], ...]
    """Places whose values have to be converted."""
    row: Callable[[tuple[Any, ...]], Any] | None
    """Makes a row of what was found; None for a statement that finds nothing."""

    def values(self, given: Mapping[str, Any]) -> list[Any]:
        """``given`` in the order of the statement's places. Raises ``KeyError``."""
        found = {**self.fixed, **given} if self.fixed else given
        values = [found[name] for name in self.names]
        for place, convert in self.into:
            values[place] = convert(values[place])
        return values


class WholeTransactions:
    """One connection to a SQLite file and its thread. Opened when first used."""

    def __init__(
        self,
        database: str,
        dialect: Dialect,
        begin: Literal["BEGIN", "BEGIN IMMEDIATE"],
        pragmas: Sequence[str],
    ) -> None:
        self._database = database
        self._dialect = dialect
        self._begin = begin
        self._pragmas = pragmas
        self._known: dict[Any, _Prepared] = {}
        self._driver: sqlite3.Connection | None = None
        self._thread = ThreadPoolExecutor(1, f"store {begin.lower()}")

    async def run(self, steps: Sequence[Step]) -> list[Visited]:
        """Run all or none of them, in this order. Raises ``SQLAlchemyError``.

        A caller that is cancelled while the thread is at it does not stop it.
        """
        work = [self._prepare(*step) for step in steps]
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._visit, work)
        except sqlite3.Error as error:
            raise DBAPIError.instance(
                "; ".join(prepared.sql for prepared, _ in work),
                None,
                error,
                sqlite3.Error,
                dialect=self._dialect,
            ) from error

    def _prepare(self, statement: Any, parameters: Parameters) -> tuple[_Prepared, list[list[Any]]]:
        rows = [parameters] if isinstance(parameters, Mapping) else parameters
        prepared = self._known.get(statement)
        if prepared is None:
            if len(self._known) >= MOST_STATEMENTS:
                raise AssertionError("statements of whole transactions are made once and kept")
            prepared = self._known[statement] = _compiled(statement, list(rows[0]), self._dialect)
        return prepared, [prepared.values(row) for row in rows]

    def _visit(self, work: Sequence[tuple[_Prepared, list[list[Any]]]]) -> list[Visited]:
        driver = self._driver = self._driver or self._open()
        driver.execute(self._begin)
        try:
            visited = [_run(driver, *each) for each in work]
            driver.execute("COMMIT")
        except BaseException:
            if driver.in_transaction:
                driver.execute("ROLLBACK")
            raise
        return visited

    def _open(self) -> sqlite3.Connection:
        driver = sqlite3.connect(self._database, isolation_level=None)
        for pragma in self._pragmas:
            driver.execute(pragma)
        return driver

    async def close(self) -> None:
        """Close the connection and end the thread."""
        if self._driver is not None:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._driver.close)
        self._thread.shutdown()


def _run(driver: sqlite3.Connection, prepared: _Prepared, rows: list[list[Any]]) -> Visited:
    if prepared.row is not None:
        return Visited([prepared.row(found) for found in driver.execute(prepared.sql, rows[0])], 0)
    return Visited([], driver.executemany(prepared.sql, rows).rowcount)


def _compiled(statement: Any, names: Sequence[str], dialect: Dialect) -> _Prepared:
    is_select = isinstance(statement, Select)
    compiled: SQLCompiler = statement.compile(dialect=dialect, column_keys=None if is_select else names)
    if compiled.positiontup is None or "POSTCOMPILE" in compiled.string:
        raise AssertionError(f"its places depend on the values: {compiled.string}")
    kinds = [compiled.binds[name].type for name in compiled.positiontup]
    return _Prepared(
        sql=compiled.string,
        names=tuple(compiled.positiontup),
        fixed={name: value for name, value in compiled.params.items() if not compiled.binds[name].required},
        into=_converted(kind.dialect_impl(dialect).bind_processor(dialect) for kind in kinds),
        row=_row_maker(statement, dialect) if is_select else None,
    )


def _converted(converts: Iterable[_Convert | None]) -> tuple[tuple[int, _Convert], ...]:
    return tuple((place, convert) for place, convert in enumerate(converts) if convert is not None)


def _row_maker(statement: Select[Any], dialect: Dialect) -> Callable[[tuple[Any, ...]], Any]:
    """What SQLAlchemy calls a row: a tuple with the columns' names."""
    columns = statement.selected_columns
    kind = namedtuple("Row", columns.keys())  # type: ignore[misc]
    kinds = [column.type.dialect_impl(dialect) for column in columns]
    converts = _converted(each.result_processor(dialect, None) for each in kinds)
    if not converts:
        return kind._make

    def converted(found: tuple[Any, ...]) -> Any:
        values = list(found)
        for place, convert in converts:
            values[place] = convert(values[place])
        return kind._make(values)

    return converted
