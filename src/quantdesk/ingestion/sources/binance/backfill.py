"""One-minute history over REST: what the store lacks, from its newest candle to now."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from quantdesk.ingestion.history.candles import MINUTE_MS, VenueCandle
from quantdesk.ingestion.sources.binance.decode import BadFrame, candle_of

PAGE = 1_000
"""Most rows that Binance gives at once."""

SaveCandles = Callable[[Sequence[VenueCandle]], Awaitable[None]]


async def backfill(
    exchange: Any, ours: str, theirs: str, *, from_ms: int, to_ms: int, save: SaveCandles
) -> tuple[int, list[str]]:
    """Fetch and save every minute from ``from_ms`` to ``to_ms``.

    Answers how many were saved and why others were refused. Raises ccxt's errors.
    """
    saved, refused = 0, []
    start_ms = from_ms - from_ms % MINUTE_MS
    while start_ms <= to_ms:
        rows = await exchange.public_get_klines(
            {"symbol": theirs.replace("/", ""), "interval": "1m", "startTime": start_ms, "limit": PAGE}
        )
        candles = []
        for row in rows:
            try:
                candles.append(candle_of(ours, row))
            except BadFrame as error:
                refused.append(str(error))
        traded = [candle for candle in candles if candle.trades > 0]
        await save(traded)
        saved += len(traded)
        if not candles or len(rows) < PAGE:
            break
        start_ms = candles[-1].t_ms + MINUTE_MS
    return saved, refused
