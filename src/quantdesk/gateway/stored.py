"""The store as endpoints see it: the database's absence is a 503 that names it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection

from quantdesk.gateway.problems import DependencyAway
from quantdesk.infra.store.database import Store
from quantdesk.infra.store.whole import Step

_log = structlog.get_logger(__name__)
_AWAY = (OperationalError, InterfaceError, PoolTimeout, OSError)


class Stored:
    """Read and write with the gateway's errors."""

    def __init__(self, store: Store) -> None:
        self.store = store

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """One consistent moment. Raises DependencyAway."""
        try:
            async with self.store.read() as connection:
                yield connection
        except _AWAY as error:
            raise _away(error) from error

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """One transaction. Raises DependencyAway."""
        try:
            async with self.store.write() as connection:
                yield connection
        except _AWAY as error:
            raise _away(error) from error

    async def read_all(self, *steps: Step) -> list[list[Any]]:
        """`Store.read_all`. Raises DependencyAway."""
        try:
            return await self.store.read_all(*steps)
        except _AWAY as error:
            raise _away(error) from error

    async def write_all(self, *steps: Step) -> list[int]:
        """`Store.write_all`. Raises DependencyAway."""
        try:
            return await self.store.write_all(*steps)
        except _AWAY as error:
            raise _away(error) from error


def _away(error: BaseException) -> DependencyAway:
    _log.warning("store away", error=f"{type(error).__name__}: {error}")
    return DependencyAway(
        "The store does not answer.", code="store_away", dependency="store", retry_after_ms=1_000
    )
