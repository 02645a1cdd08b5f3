"""The store: tables, migrations and the engine factory for SQLite and PostgreSQL.

Usage::

    await migrate(url)
    store = open_store(url)
    async with store.write() as connection:
        await connection.execute(store.upsert(tables.leases), rows)
"""

from __future__ import annotations

from quantdesk.infra.store import tables
from quantdesk.infra.store.database import Store, open_store
from quantdesk.infra.store.errors import StoreError, StoreUrlInvalid, StoreVersionUnknown
from quantdesk.infra.store.migration import migrate

__all__ = [
    "Store",
    "StoreError",
    "StoreUrlInvalid",
    "StoreVersionUnknown",
    "migrate",
    "open_store",
    "tables",
]
