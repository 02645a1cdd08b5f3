"""What every service relies on from the store, held on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, bindparam, func, select, update
from sqlalchemy.exc import IntegrityError

from quantdesk.infra.store import Store, StoreVersionUnknown, migrate, open_store, tables
from quantdesk.infra.store.database import create_engine

LARGEST = 2**63 - 1


def lease(name: str = "oracle", **changes: Any) -> dict[str, Any]:
    return {"name": name, "holder": "one", "fence": 1, "expires_ms": 1_000} | changes


def order(event_seq: int, **changes: Any) -> dict[str, Any]:
    row = {
        "event_seq": event_seq, "order_index": 0, "market": 2, "order_id": "7", "wallet": "mine", "sub": 0,
        "client_id": "0", "signer": "mine", "side": "buy", "time_in_force": "ioc", "post_only": "none",
        "reduce_only": False, "expires_at": None, "expiry_kind": None, "ticks": 1, "lots": 1,
        "filled_lots": 1, "filled_quote": LARGEST, "resting_lots": 0, "fee": -3, "status": "filled",
        "reason": None, "created_ms": 1, "updated_ms": 1, "updated_event_seq": event_seq, "slot": 1,
        "signature": "s",
    }  # fmt: skip
    return row | changes


async def rows(store: Store) -> list[tuple[Any, ...]]:
    async with store.read() as connection:
        found = await connection.execute(select(tables.leases).order_by(tables.leases.c.name))
        return [tuple(row) for row in found]


async def test_migrations_yield_exactly_the_declared_tables(url: str) -> None:
    def differences(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, tables.metadata))

    engine = create_engine(url)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


async def test_migrating_again_changes_nothing_and_keeps_the_rows(url: str, store: Store) -> None:
    async with store.write() as connection:
        await connection.execute(store.upsert(tables.leases), [lease()])
    assert await migrate(url) == await migrate(url)
    assert len(await rows(store)) == 1


async def test_a_database_of_a_newer_version_is_refused_by_name(url: str) -> None:
    engine = create_engine(url)
    async with engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    await engine.dispose()
    with pytest.raises(StoreVersionUnknown, match="9999"):
        await migrate(url)


async def test_a_transaction_that_raises_leaves_nothing(store: Store) -> None:
    with pytest.raises(RuntimeError, match="power cut"):  # noqa: PT012 - the block is the transaction
        async with store.write() as connection:
            await connection.execute(store.upsert(tables.leases), [lease()])
            raise RuntimeError("power cut")
    assert await rows(store) == []


async def test_a_reader_sees_one_moment_and_does_not_wait_for_a_writer(store: Store) -> None:
    count = select(func.count()).select_from(tables.leases)
    async with store.read() as reader:
        assert (await reader.execute(count)).scalar() == 0
        async with store.write() as writer:
            await writer.execute(store.upsert(tables.leases), [lease()])
            assert (await reader.execute(count)).scalar() == 0
        assert (await reader.execute(count)).scalar() == 0
    assert len(await rows(store)) == 1


async def test_writing_the_same_rows_twice_leaves_them_once(store: Store) -> None:
    for _ in range(2):
        async with store.write() as connection:
            await connection.execute(store.insert_once(tables.leases), [lease(), lease("maker")])
    assert [row[0] for row in await rows(store)] == ["maker", "oracle"]


async def test_an_older_write_never_replaces_a_newer_one(store: Store) -> None:
    statement = store.upsert(tables.leases, newer_by="fence")
    for fence in (5, 3, 7, 6):
        async with store.write() as connection:
            await connection.execute(statement, [lease(fence=fence, expires_ms=fence)])
    assert await rows(store) == [("oracle", "one", 7, 7)]


async def test_the_whole_range_of_64_bits_comes_back_exactly(store: Store) -> None:
    for value in (LARGEST, -LARGEST - 1, 0):
        async with store.write() as connection:
            await connection.execute(store.upsert(tables.leases), [lease(expires_ms=value)])
        assert (await rows(store))[0][3] == value


async def test_concurrent_writers_each_take_their_turn(url: str) -> None:
    stores = [open_store(url) for _ in range(4)]
    async with stores[0].write() as connection:
        await connection.execute(stores[0].upsert(tables.leases), [lease(fence=0)])

    async def add(store: Store) -> None:
        for _ in range(10):
            async with store.write() as connection:
                table = tables.leases
                await connection.execute(update(table).values(fence=table.c.fence + 1))

    await asyncio.gather(*(add(store) for store in stores))
    assert (await rows(stores[0]))[0][2] == 40
    for store in stores:
        await store.close()


async def test_a_transaction_that_is_cancelled_leaves_nothing_and_its_connection_is_whole(url: str) -> None:
    store = open_store(url, pool_size=1)
    for stop_after in (1, 2):
        began = asyncio.Event()

        async def stopped_in_the_middle(statements: int, began: asyncio.Event) -> None:
            async with store.write() as connection:
                for number in range(statements):
                    await connection.execute(store.upsert(tables.leases), [lease(f"cancelled {number}")])
                began.set()
                await asyncio.sleep(60)

        task = asyncio.create_task(stopped_in_the_middle(stop_after, began))
        await began.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert await rows(store) == []
    async with store.write() as connection:
        await connection.execute(store.upsert(tables.leases), [lease()])
    assert len(await rows(store)) == 1
    await store.close()


async def test_a_statement_that_is_cancelled_while_it_waits_for_its_turn_leaves_nothing(url: str) -> None:
    """The other writer holds the row (SQLite: the database), so the statement hangs in the engine."""
    first, second = open_store(url), open_store(url, pool_size=1)

    async def write_too() -> None:
        async with second.write() as connection:
            await connection.execute(second.upsert(tables.leases), [lease(holder="two")])

    async with first.write() as connection:
        await connection.execute(first.upsert(tables.leases), [lease()])
        waiting = asyncio.create_task(write_too())
        await asyncio.sleep(0.2)
        assert not waiting.done()
        waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert [row[1] for row in await rows(second)] == ["one"]
    await write_too()
    assert [row[1] for row in await rows(first)] == ["two"]
    await first.close()
    await second.close()


async def test_a_transaction_without_a_statement_is_none(store: Store) -> None:
    async with store.write():
        pass
    async with store.read():
        pass
    async with store.write() as connection:
        await connection.execute(store.upsert(tables.leases), [lease()])
    assert len(await rows(store)) == 1


async def test_how_many_rows_a_statement_changed_is_told(store: Store) -> None:
    once = store.insert_once(tables.leases)
    async with store.write() as connection:
        assert (await connection.execute(once.values(lease()))).rowcount == 1
        assert (await connection.execute(once.values(lease()))).rowcount == 0
        assert (await connection.execute(update(tables.leases).values(fence=2))).rowcount == 1


async def test_statements_that_are_sent_together_all_happen_or_none(store: Store) -> None:
    insert = store.insert(tables.leases)
    keep = store.insert_once(tables.leases)
    await store.write_all((insert, [lease(), lease("maker")]))
    assert await store.write_all((keep, lease()), (keep, lease("trigger"))) == [0, 1]
    with pytest.raises(IntegrityError):
        await store.write_all((insert, [lease("lost")]), (insert, [lease()]))
    assert [row[0] for row in await rows(store)] == ["maker", "oracle", "trigger"]


async def test_what_is_written_together_is_guarded_as_what_is_written_alone(store: Store) -> None:
    statement = store.upsert(tables.leases, newer_by="fence")
    for fence in (5, 3, 7, 6):
        await store.write_all((statement, [lease(fence=fence, expires_ms=LARGEST - fence)]))
    assert await rows(store) == [("oracle", "one", 7, LARGEST - 7)]


async def test_rows_that_are_read_together_are_those_that_are_read_alone(store: Store) -> None:
    made = [order(1, reduce_only=True), order(2, order_id=None), order(3, status="open")]
    event = {
        "event_seq": 1, "slot": 1, "blockhash": "", "signature": "s", "ts_ms": 1, "name": "n",
        "payload": b"\x00\xff",
    }  # fmt: skip
    await store.write_all((store.insert(tables.orders), made), (store.insert(tables.chain_events), [event]))
    of_wallet = select(tables.orders).where(tables.orders.c.wallet == bindparam("wallet"))
    closed = of_wallet.where(tables.orders.c.status != "open").order_by(tables.orders.c.event_seq.desc())
    newest = closed.limit(1)
    events = select(tables.chain_events.c.payload, tables.chain_events.c.ts_ms.label("at"))
    whose = {"wallet": "mine"}
    together = await store.read_all(
        (closed, whose), (newest, whose), (events, {}), (closed, {"wallet": "no"})
    )
    async with store.read() as connection:
        alone = [
            (await connection.execute(statement, given)).all()
            for statement, given in ((closed, whose), (newest, whose), (events, {}))
        ]
    assert together == [[tuple(row) for row in each] for each in alone] + [[]]
    assert [(row.event_seq, row.reduce_only, row.order_id) for row in together[0]] == [
        (2, False, None),
        (1, True, "7"),
    ]
    assert (together[2][0].payload, together[2][0].at) == (b"\x00\xff", 1)


async def test_reading_together_sees_one_moment(url: str) -> None:
    """Transfers keep the sum; two readings of one moment never disagree on it."""
    first, second = open_store(url), open_store(url)
    await first.write_all((first.upsert(tables.leases), [lease("a", fence=100), lease("b", fence=0)]))
    of_name = update(tables.leases).where(tables.leases.c.name == bindparam("whose"))
    move = of_name.values(fence=tables.leases.c.fence + bindparam("by"))
    fence = select(tables.leases.c.fence).where(tables.leases.c.name == bindparam("whose"))

    async def transfer() -> None:
        for _ in range(50):
            await first.write_all((move, {"whose": "a", "by": -1}), (move, {"whose": "b", "by": 1}))

    moving = asyncio.create_task(transfer())
    while not moving.done():
        a, b = await second.read_all((fence, {"whose": "a"}), (fence, {"whose": "b"}))
        assert a[0].fence + b[0].fence == 100
    await moving
    assert [row[2] for row in await rows(first)] == [50, 50]
    await first.close()
    await second.close()


async def test_writers_together_and_alone_each_take_their_turn(url: str) -> None:
    stores = [open_store(url) for _ in range(3)]
    table = tables.leases
    more = update(table).values(fence=table.c.fence + 1)
    await stores[0].write_all((stores[0].upsert(table), [lease(fence=0)]))

    async def together(store: Store) -> None:
        for _ in range(10):
            await store.write_all((more, {}))

    async def alone(store: Store) -> None:
        for _ in range(10):
            async with store.write() as connection:
                await connection.execute(more)

    await asyncio.gather(*(write(store) for store in stores for write in (together, alone)))
    assert (await rows(stores[0]))[0][2] == 60
    for store in stores:
        await store.close()
