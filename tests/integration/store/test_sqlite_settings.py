from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import aiosqlite
import pytest
from sqlalchemy import Select, event, select
from sqlalchemy.exc import IntegrityError, OperationalError

from quantdesk.gateway.orders.repository import CHANGED_SINCE, OPEN
from quantdesk.infra.store import Store, migrate, open_store, tables
from quantdesk.infra.store.database import create_engine


async def test_sqlite_keeps_a_log_waits_five_seconds_and_syncs_at_checkpoints(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    await migrate(url)
    store = open_store(url)
    async with store.read() as connection:
        found = [
            (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "busy_timeout", "synchronous")
        ]
    await store.close()
    assert found == ["wal", 5_000, 1]


async def test_a_statement_is_one_visit_to_the_thread_and_the_end_of_the_transaction_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    await migrate(url)
    store = open_store(url, pool_size=1)
    row = {"name": "oracle", "holder": "one", "fence": 1, "expires_ms": 1}
    async with store.read() as connection:  # opens the connection
        await connection.execute(select(tables.leases))
    visits = 0
    visit = aiosqlite.Connection._execute

    async def counted(*what: Any, **options: Any) -> Any:
        nonlocal visits
        visits += 1
        return await visit(*what, **options)

    monkeypatch.setattr(aiosqlite.Connection, "_execute", counted)
    async with store.write() as connection:
        await connection.execute(store.upsert(tables.leases), [row, row | {"name": "maker"}])
    assert visits == 2
    async with store.read() as connection:
        for _ in range(3):
            assert len((await connection.execute(select(tables.leases))).all()) == 2
    assert visits == 2 + 4
    async with store.read():
        pass
    assert visits == 2 + 4
    monkeypatch.undo()
    await store.close()


async def test_a_transaction_of_known_statements_is_one_visit_and_waits_for_its_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    await migrate(url)
    store, other = open_store(url), open_store(url)
    row = {"name": "oracle", "holder": "one", "fence": 1, "expires_ms": 1}
    upsert, every = store.upsert(tables.leases), select(tables.leases)
    visits: list[str] = []
    submit = ThreadPoolExecutor.submit

    def noted(pool: ThreadPoolExecutor, *what: Any) -> Any:
        visits.append(pool._thread_name_prefix)
        return submit(pool, *what)

    monkeypatch.setattr(ThreadPoolExecutor, "submit", noted)
    await store.write_all((upsert, [row, row | {"name": "maker"}]), (upsert, [row | {"fence": 2}]))
    assert [len(each) for each in await store.read_all((every, {}), (every, {}))] == [2, 2]
    assert visits == ["store begin immediate", "store begin"]
    async with other.write() as holder:
        await holder.execute(upsert, [row | {"fence": 3}])
        waiting = asyncio.create_task(store.write_all((upsert, [row | {"fence": 4}])))
        await asyncio.sleep(0.2)
        assert not waiting.done()
        assert [each.fence for (each, _) in await store.read_all((every, {}))] == [2]
    await waiting
    assert [each.fence for (each, _) in await store.read_all((every, {}))] == [4]
    await store.close()
    await other.close()


async def test_a_statement_whose_places_depend_on_the_values_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    await migrate(url)
    store = open_store(url)
    some = select(tables.leases).where(tables.leases.c.name.in_(["oracle", "maker"]))
    with pytest.raises(AssertionError, match="depend on the values"):
        await store.read_all((some, {}))
    await store.close()


async def test_a_transaction_that_can_not_be_committed_is_rolled_back(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/store.db", pool_size=1)

    @event.listens_for(engine.sync_engine, "connect")
    def check_references(connection: Any, _record: object) -> None:
        connection.cursor().execute("PRAGMA foreign_keys = ON")

    store = Store(engine)
    async with store.write() as connection:
        await connection.exec_driver_sql("CREATE TABLE parent (id INTEGER PRIMARY KEY)")
        await connection.exec_driver_sql(
            "CREATE TABLE child (id INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)"
        )
    with pytest.raises(IntegrityError):
        async with store.write() as connection:
            await connection.exec_driver_sql("INSERT INTO child VALUES (7)")
    async with store.write() as connection:
        await connection.exec_driver_sql("INSERT INTO parent VALUES (1)")
        assert (await connection.exec_driver_sql("SELECT count(*) FROM child")).scalar() == 0
    await store.close()


async def test_a_second_writer_that_waits_too_long_fails_and_can_write_later(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    await migrate(url)
    first, second = open_store(url), open_store(url, pool_size=1)
    row = {"name": "oracle", "holder": "one", "fence": 1, "expires_ms": 1}
    async with second.read() as connection:
        await connection.exec_driver_sql("PRAGMA busy_timeout = 50")  # of the one connection it has
    async with first.write() as holder:
        await holder.execute(first.upsert(tables.leases), [row])
        with pytest.raises(OperationalError, match="locked"):
            async with second.write() as connection:
                await connection.execute(second.upsert(tables.leases), [row])
    async with second.write() as connection:
        await connection.execute(second.upsert(tables.leases), [row | {"holder": "two"}])
    async with first.read() as connection:
        assert (await connection.execute(select(tables.leases.c.holder))).scalars().all() == ["two"]
    await first.close()
    await second.close()


@pytest.mark.parametrize(
    ("statement", "index"),
    [(OPEN, "ix_orders_wallet_status_event_seq"), (CHANGED_SINCE, "ix_orders_wallet_updated_event_seq")],
)
async def test_what_runs_at_every_change_of_a_wallet_reads_no_order_but_those_asked_for(
    tmp_path: Path, statement: Select[Any], index: str
) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    await migrate(url)
    store = open_store(url)
    asked = statement.params({"wallet": "w", "since": 1})
    async with store.read() as connection:
        written = asked.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
        plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {written}")
        steps = [row.detail for row in plan]
    await store.close()
    assert steps[0].startswith(f"SEARCH orders USING INDEX {index} (wallet=? AND ")
