"""The store as ingestion uses it: venue candles, and each symbol's last price and progress."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import select

from quantdesk.infra.bus.messages import Feed
from quantdesk.infra.store import Store
from quantdesk.infra.store.tables import feed_state, venue_candles
from quantdesk.ingestion.history.candles import RESOLUTION, VenueCandle
from quantdesk.ingestion.quantities import format_e8, parse_e8


class Remembered(msgspec.Struct, frozen=True):
    """What is kept of one symbol. ``price`` is decimal text; ``progress`` is the source's own JSON."""

    symbol: str
    feed: Feed
    price: str | None
    published_ms: int | None
    progress: str
    updated_ms: int


_STATE = Remembered.__struct_fields__


class FeedRecord:
    """Reads and writes ingestion's tables."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def remembered(self) -> dict[str, Remembered]:
        """Symbol -> what the last run left."""
        async with self._store.read() as connection:
            rows = (await connection.execute(select(feed_state))).all()
        return {row.symbol: Remembered(**{name: getattr(row, name) for name in _STATE}) for row in rows}

    async def remember(self, states: Sequence[Remembered]) -> None:
        if not states:
            return
        rows = [msgspec.to_builtins(state) for state in states]
        async with self._store.write() as connection:
            await connection.execute(self._store.upsert(feed_state), rows)

    async def save_candles(self, candles: Sequence[VenueCandle]) -> None:
        """Insert or replace; a candle that holds fewer trades than the stored one does not replace it."""
        if not candles:
            return
        rows = [_row(candle) for candle in candles]
        async with self._store.write() as connection:
            await connection.execute(self._store.upsert(venue_candles, newer_by="trades"), rows)

    async def latest_candle(self, venue: str, symbol: str) -> VenueCandle | None:
        """The newest minute stored."""
        query = (
            select(venue_candles)
            .where(
                venue_candles.c.venue == venue,
                venue_candles.c.symbol == symbol,
                venue_candles.c.resolution == RESOLUTION,
            )
            .order_by(venue_candles.c.t_ms.desc())
            .limit(1)
        )
        async with self._store.read() as connection:
            row = (await connection.execute(query)).mappings().first()
        if row is None:
            return None
        o, h, low, c, v = (parse_e8(row[name]) for name in ("o", "h", "l", "c", "v"))
        return VenueCandle(venue, symbol, row["t_ms"], o, h, low, c, v, row["trades"], row["feed"])


def _row(candle: VenueCandle) -> dict[str, str | int]:
    return {
        "venue": candle.venue,
        "symbol": candle.symbol,
        "resolution": RESOLUTION,
        "t_ms": candle.t_ms,
        "o": format_e8(candle.open),
        "h": format_e8(candle.high),
        "l": format_e8(candle.low),
        "c": format_e8(candle.close),
        "v": format_e8(candle.volume),
        "trades": candle.trades,
        "feed": candle.feed,
    }
