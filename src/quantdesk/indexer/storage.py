"""The indexer's side of the store: read the state at the start, commit each batch as a whole."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Table, bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from quantdesk.domain.candles import Candle, Resolution
from quantdesk.indexer.placed import UNKNOWN_BLOCKHASH, Changes, PlacedEvent, Row
from quantdesk.indexer.state import Holder, IndexState
from quantdesk.infra.store import Store, tables
from quantdesk.program.events import decode_payload

INDEXED = "indexed"
PUBLISHED = "published"

NEWER_BY: Mapping[Table, str] = {
    tables.accounts: "event_seq",
    tables.balances: "event_seq",
    tables.positions: "event_seq",
    tables.orders: "updated_event_seq",
    tables.triggers: "updated_event_seq",
    tables.candles: "event_seq",
    tables.market_states: "event_seq",
    tables.funding_rates: "event_seq",
    tables.cursors: "event_seq",
    tables.history_bounds: "since_event_seq",
}
"""Tables whose rows move: a write never takes one back. All others are written once a key."""


class IndexStorage:
    """Reads and writes of the indexer."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def load(self) -> IndexState:
        """Everything that projecting the next event needs, as of one moment."""
        state = IndexState()
        async with self._store.read() as connection:
            for row in await _rows(connection, tables.cursors):
                if row["name"] == INDEXED:
                    state.cursor, state.slot = row["event_seq"], row["slot"]
                else:
                    state.published = row["event_seq"]
            for row in await _rows(connection, tables.traders):
                state.seat(row["slot_index"], row["generation"], Holder(row["wallet"], row["sub"]))
            for row in await _rows(connection, tables.accounts):
                state.accounts[row["wallet"], row["sub"]] = row
            for row in await _rows(connection, tables.balances):
                state.balances[row["wallet"], row["sub"], row["collateral"]] = row
            for row in await _rows(connection, tables.market_states):
                state.markets[row["market"]] = row
            for row in await _rows(connection, tables.orders, tables.orders.c.status == "open"):
                state.open_orders[row["market"], row["order_id"]] = row
            for row in await _rows(connection, tables.triggers, tables.triggers.c.live):
                state.live_triggers[Holder(row["wallet"], row["sub"])][row["entry"]] = row
            await _load_candles(connection, state)
            await _load_funding(connection, state)
        return state

    async def commit(self, changes: Changes, published: int) -> None:
        """Write a batch and both cursors in one transaction. Writing it again changes nothing."""
        last = changes.last
        if last is None:
            return
        now_ms = time.time_ns() // 1_000_000
        where = {"slot": last.slot, "signature": last.signature, "updated_ms": now_ms}
        cursors = [{"name": INDEXED, "event_seq": last.seq} | where]
        if published:
            cursors.append({"name": PUBLISHED, "event_seq": published} | where)
        await self._store.write_all(
            *((self._statement(table), list(rows.values())) for table, rows in changes.rows.items()),
            (self._statement(tables.cursors), cursors),
        )

    async def published(self, event_seq: int) -> None:
        """Remember that everything up to ``event_seq`` is on the bus."""
        now_ms = time.time_ns() // 1_000_000
        row = {"name": PUBLISHED, "event_seq": event_seq, "slot": 0, "signature": None, "updated_ms": now_ms}
        async with self._store.write() as connection:
            await connection.execute(self._statement(tables.cursors), [row])

    async def events_after(self, event_seq: int, most: int) -> list[PlacedEvent]:
        """Stored events after ``event_seq``, in order, at most ``most``."""
        table = tables.chain_events
        chosen = select(table).where(table.c.event_seq > event_seq).order_by(table.c.event_seq).limit(most)
        async with self._store.read() as connection:
            rows = (await connection.execute(chosen)).mappings().all()
        return [_placed(row) for row in rows]

    async def signature_at(self, cursor: int) -> str | None:
        """Signature of the last event up to ``cursor``: where a backfill may stop.

        Not the newest stored one: another indexer of the same store may be ahead of this one.
        """
        table = tables.chain_events
        chosen = select(table.c.signature).where(table.c.event_seq <= cursor)
        async with self._store.read() as connection:
            found = await connection.execute(chosen.order_by(table.c.event_seq.desc()).limit(1))
            signature: str | None = found.scalar_one_or_none()
        return signature

    async def unsealed_slots(self, since_seq: int) -> set[int]:
        """Slots of events after ``since_seq`` whose blockhash is not known yet."""
        table = tables.chain_events
        unknown = (table.c.event_seq > since_seq) & (table.c.blockhash == UNKNOWN_BLOCKHASH)
        async with self._store.read() as connection:
            return set((await connection.execute(select(table.c.slot).where(unknown))).scalars())

    async def seal(self, hashes: Mapping[int, str], since_seq: int) -> None:
        """Write the blockhash of each slot into its events after ``since_seq``."""
        table = tables.chain_events
        of_slot = (table.c.event_seq > since_seq) & (table.c.slot == bindparam("of_slot"))
        statement = update(table).where(of_slot).values(blockhash=bindparam("its_hash"))
        rows = [{"of_slot": slot, "its_hash": blockhash} for slot, blockhash in hashes.items()]
        async with self._store.write() as connection:
            await connection.execute(statement, rows)

    def _statement(self, table: Table) -> Any:
        newer_by = NEWER_BY.get(table)
        return self._store.upsert(table, newer_by=newer_by) if newer_by else self._store.insert_once(table)


def _placed(row: Mapping[Any, Any]) -> PlacedEvent:
    event = decode_payload(row["name"], row["payload"])
    return PlacedEvent(event, row["payload"], row["slot"], row["blockhash"], row["signature"])


async def _rows(connection: AsyncConnection, table: Table, *where: Any) -> list[Row]:
    found = await connection.execute(select(table).where(*where))
    return [dict(row) for row in found.mappings()]


async def _load_candles(connection: AsyncConnection, state: IndexState) -> None:
    table = tables.candles
    keys = (table.c.market, table.c.source, table.c.resolution)
    newest = select(*keys, func.max(table.c.t_ms).label("t_ms")).group_by(*keys).subquery()
    same = [table.c[name] == newest.c[name] for name in ("market", "source", "resolution", "t_ms")]
    for row in (
        await connection.execute(select(table).join(newest, same[0] & same[1] & same[2] & same[3]))
    ).mappings():
        key = (row["market"], row["source"], Resolution(row["resolution"]))
        fields = {name: row[name] for name in ("t_ms", "o", "h", "l", "c", "v", "quote", "trades")}
        state.candles[key] = Candle(**fields)


async def _load_funding(connection: AsyncConnection, state: IndexState) -> None:
    table = tables.funding_rates
    for row in (await connection.execute(select(table).order_by(table.c.hour_ms))).mappings():
        state.funding[row["market"]] = (row["hour_ms"], row["rate"])
