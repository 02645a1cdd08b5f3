"""Public market data in the store, newest first. Rows are in the program's integers."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from quantdesk.gateway import paging
from quantdesk.gateway.requests import PageQuery
from quantdesk.infra.store.tables import (
    candles,
    fills,
    funding_rates,
    history_bounds,
    liquidations,
    market_states,
)

DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class DayStats:
    """24 hours of fills, LotPrice and lots; prices None without a trade."""

    open: int | None
    high: int | None
    low: int | None
    lots: int
    quote: int
    trades: int


async def known_since(connection: AsyncConnection, table: str) -> int | None:
    """Before this time the store knows nothing of `table`; None: its history is complete."""
    statement = select(history_bounds.c.since_ms).where(history_bounds.c.name == table)
    return (await connection.execute(statement)).scalar_one_or_none()


async def states(connection: AsyncConnection) -> list[Row[Any]]:
    """The last indexed state of every market."""
    return list((await connection.execute(select(market_states).order_by(market_states.c.market))).all())


async def trades(
    connection: AsyncConnection,
    market: int,
    page: PageQuery,
    after: tuple[int, ...] | None,
    *,
    liquidations: bool = False,
) -> list[Row[Any]]:
    """Fills of a market, or only those of liquidations."""
    statement = select(fills).where(fills.c.market == market)
    if liquidations:
        statement = statement.where(fills.c.liquidation)
    key = (fills.c.event_seq, fills.c.fill_index)
    statement = paging.newest_first(statement, page, after, *key, at=fills.c.ts_ms)
    return list((await connection.execute(statement)).all())


async def losses(
    connection: AsyncConnection, market: int, page: PageQuery, after: tuple[int, ...] | None
) -> list[Row[Any]]:
    """Steps of liquidation without the book, each with its `counterparty`."""
    mine, theirs = liquidations, liquidations.alias("theirs")
    other_side = and_(theirs.c.event_seq == mine.c.event_seq, theirs.c.step_index == mine.c.step_index + 1)
    joined = mine.outerjoin(theirs, and_(other_side, theirs.c.role == "counterparty"))
    statement = (
        select(mine, theirs.c.wallet.label("counterparty"))
        .select_from(joined)
        .where(mine.c.market == market, mine.c.role == "account")
    )
    key = (mine.c.event_seq, mine.c.step_index)
    statement = paging.newest_first(statement, page, after, *key, at=mine.c.ts_ms)
    return list((await connection.execute(statement)).all())


async def candle_rows(
    connection: AsyncConnection,
    market: int,
    *,
    source: str,
    resolution: str,
    page: PageQuery,
    after: tuple[int, ...] | None,
) -> list[Row[Any]]:
    """Buckets of one resolution."""
    statement = select(candles).where(
        candles.c.market == market, candles.c.source == source, candles.c.resolution == resolution
    )
    statement = paging.newest_first(statement, page, after, candles.c.t_ms, at=candles.c.t_ms)
    return list((await connection.execute(statement)).all())


async def funding_rows(
    connection: AsyncConnection, market: int, page: PageQuery, after: tuple[int, ...] | None
) -> list[Row[Any]]:
    """Hourly rates with the hour's opening mark and index (None where unknown)."""
    statement = select(funding_rates).where(funding_rates.c.market == market)
    hour = funding_rates.c.hour_ms
    statement = paging.newest_first(statement, page, after, hour, at=hour)
    return list((await connection.execute(statement)).all())


async def hour_opens(
    connection: AsyncConnection, market: int, source: str, hours: list[int]
) -> dict[int, int]:
    """Opening price (LotPrice) of the hours that have a candle."""
    statement = select(candles.c.t_ms, candles.c.o).where(
        candles.c.market == market,
        candles.c.source == source,
        candles.c.resolution == "1h",
        candles.c.t_ms.in_(hours),
    )
    return {row.t_ms: row.o for row in (await connection.execute(statement)).all()}


async def day_stats(connection: AsyncConnection, market: int, now_ms: int) -> DayStats:
    """The last 24 hours from minute buckets."""
    minute = and_(
        candles.c.market == market,
        candles.c.source == "trade",
        candles.c.resolution == "1m",
        candles.c.t_ms > now_ms - DAY_MS,
    )
    sums = (
        await connection.execute(
            select(
                func.max(candles.c.h).label("high"),
                func.min(candles.c.l).label("low"),
                func.coalesce(func.sum(candles.c.v), 0).label("lots"),
                func.coalesce(func.sum(candles.c.quote), 0).label("quote"),
                func.coalesce(func.sum(candles.c.trades), 0).label("trades"),
            ).where(minute)
        )
    ).one()
    first = select(candles.c.o).where(minute).order_by(candles.c.t_ms).limit(1)
    opened = (await connection.execute(first)).scalar_one_or_none()
    return DayStats(opened, sums.high, sums.low, int(sums.lots), int(sums.quote), int(sums.trades))
