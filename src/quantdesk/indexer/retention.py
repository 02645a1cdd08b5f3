"""Lets old history go, in small transactions; what lies before is "unknown before ...", never empty."""

from __future__ import annotations

import asyncio

from sqlalchemy import ColumnElement, Table, and_, delete, not_, select

from quantdesk.domain.candles import Resolution
from quantdesk.indexer.config import Retention
from quantdesk.indexer.measures import Measures
from quantdesk.indexer.state import IndexState
from quantdesk.infra.store import Store, tables

EVERY_S = 60.0
ROWS = 2_000
"""Rows a transaction: far under 50 ms."""
SECONDS = [Resolution.S1.value, Resolution.S5.value, Resolution.S15.value]
BULK_EVENTS = ["OrdersProcessed", "PricesUpdated"]
"""All other events are few and tell who sits where: they always stay."""


class Pruner:
    """Applies ``Retention`` to the tables."""

    def __init__(self, store: Store, retention: Retention, measures: Measures) -> None:
        self._store = store
        self._keep = retention
        self._measures = measures
        self._low: dict[str, int] = {}

    async def prune(self, state: IndexState, now_ms: int) -> None:
        """One round over all tables."""
        events, orders = tables.chain_events, tables.orders
        ended = orders.c.status != "open"
        await self._by_seq(events, state.cursor - self._keep.events, events.c.name.in_(BULK_EVENTS))
        await self._by_seq(tables.prices, state.cursor - self._keep.prices)
        unfilled = and_(ended, orders.c.filled_lots == 0)
        await self._by_seq(orders, state.cursor - self._keep.unfilled_orders, unfilled)
        old_ms = now_ms - self._keep.history_ms
        for table in (tables.fills, tables.funding_payments, tables.transfers, tables.liquidations):
            oldest_kept = await self._first_seq(table, table.c.ts_ms >= old_ms)
            await self._by_seq(table, oldest_kept)
        triggers = tables.triggers
        oldest_kept = await self._first_seq(triggers, triggers.c.created_ms >= old_ms)
        await self._by_seq(triggers, oldest_kept, not_(triggers.c.live))
        coarse = tables.candles.c.resolution.not_in(SECONDS)
        fine = tables.candles.c.resolution.in_(SECONDS)
        await self._candles(fine, now_ms - self._keep.second_candles_ms)
        await self._candles(coarse, old_ms)

    async def _by_seq(self, table: Table, before: int, also: ColumnElement[bool] | None = None) -> None:
        """Delete rows of events before ``before``, a range of sequences at a time."""
        low = self._low.get(table.name, 0)
        if low == 0:
            low = await self._first_seq(table, also)
        removed = 0
        while low < before:
            high = min(low + ROWS, before)
            where = [table.c.event_seq >= low, table.c.event_seq < high]
            removed += await self._delete(table, where if also is None else [*where, also])
            low = self._low[table.name] = high
        if removed:
            await self._bound(table, before)

    async def _delete(self, table: Table, where: list[ColumnElement[bool]]) -> int:
        async with self._store.write() as connection:
            count = (await connection.execute(delete(table).where(*where))).rowcount
        self._measures.pruned.labels(table.name).inc(count)
        await asyncio.sleep(0)
        return count

    async def _first_seq(self, table: Table, where: ColumnElement[bool] | None) -> int:
        chosen = select(table.c.event_seq).order_by(table.c.event_seq).limit(1)
        async with self._store.read() as connection:
            found = (await connection.execute(chosen if where is None else chosen.where(where))).scalar()
        return int(found) if found is not None else 0

    async def _bound(self, table: Table, before: int) -> None:
        time_column = table.c.created_ms if "created_ms" in table.c else table.c.ts_ms
        chosen = select(time_column).where(table.c.event_seq >= before).order_by(table.c.event_seq).limit(1)
        async with self._store.write() as connection:
            since_ms = (await connection.execute(chosen)).scalar()
            if since_ms is None:
                return
            row = {"name": table.name, "since_ms": since_ms, "since_event_seq": before}
            await connection.execute(self._store.upsert(tables.history_bounds), [row])

    async def _candles(self, resolutions: ColumnElement[bool], before_ms: int) -> None:
        table = tables.candles
        keys = (table.c.market, table.c.source, table.c.resolution)
        async with self._store.read() as connection:
            chosen = select(*keys).where(resolutions, table.c.t_ms < before_ms).distinct()
            found = [tuple(row) for row in await connection.execute(chosen)]
        for market, source, resolution in found:
            same = and_(keys[0] == market, keys[1] == source, keys[2] == resolution)
            await self._candle_series(same, before_ms)

    async def _candle_series(self, same: ColumnElement[bool], before_ms: int) -> None:
        table = tables.candles
        later = select(table.c.t_ms).where(same).order_by(table.c.t_ms).offset(ROWS).limit(1)
        while True:
            async with self._store.read() as connection:
                cut = (await connection.execute(later)).scalar()
            until = before_ms if cut is None else min(int(cut), before_ms)
            await self._delete(table, [same, table.c.t_ms < until])
            if until == before_ms:
                return
