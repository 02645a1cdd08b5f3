"""Binance as a market source: sessions one after another, for ever, with history filled in behind them."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Mapping
from typing import Any, Literal

import ccxt  # type: ignore[import-untyped]
import structlog
from sqlalchemy.exc import SQLAlchemyError

from quantdesk.ingestion.config import BinanceConfig
from quantdesk.ingestion.history.candles import MINUTE_MS
from quantdesk.ingestion.sources.binance.backfill import SaveCandles, backfill
from quantdesk.ingestion.sources.binance.decode import VENUE
from quantdesk.ingestion.sources.binance.session import BinanceSession, StaleStream
from quantdesk.ingestion.sources.port import MarketSink, SourceKind

BACKOFF_FIRST_S = 0.5
BACKOFF_MOST_S = 60.0
STEADY_S = 30.0
"""A session that lasted this long starts the backoff anew."""
_TROUBLE = (ccxt.BaseError, StaleStream, OSError, TimeoutError)
_log = structlog.get_logger(__name__)


class BinanceSource:
    """A `MarketSource`. Its supervisor owns staleness, backoff, the reset of quotes, and history."""

    def __init__(
        self, config: BinanceConfig, save_candles: SaveCandles, stored_to_ms: Mapping[str, int] | None = None
    ) -> None:
        """``stored_to_ms``: the newest minute in the store, by symbol."""
        self._config = config
        self._save = save_candles
        self._trouble: str | None = "not connected yet"
        self._markets: Any | None = None
        self._last_trade: dict[str, int] = {}
        self._filled_to_ms = dict(stored_to_ms or {})
        self.sessions = 0
        self.trade_gaps = 0

    @property
    def kind(self) -> Literal[SourceKind.MARKET]:
        return SourceKind.MARKET

    @property
    def venue(self) -> str:
        return VENUE

    def trouble(self) -> str | None:
        return self._trouble

    def last_trade_id(self, symbol: str) -> int | None:
        return self._last_trade.get(symbol)

    async def run(self, sink: MarketSink) -> None:
        attempt = 0
        while True:
            began = time.monotonic()
            try:
                await self._session(sink)
            except* _TROUBLE as errors:
                self._lost(sink, _first(errors))
            attempt = 1 if time.monotonic() - began > STEADY_S else attempt + 1
            await asyncio.sleep(backoff_s(attempt))

    async def _session(self, sink: MarketSink) -> None:
        session = BinanceSession(self._config, sink, self._last_trade, self._markets)
        history: asyncio.Task[None] | None = None
        self.sessions += 1
        try:
            if self._markets is None:
                self._markets = await session.load_markets()
            history = asyncio.create_task(self._fill_history(session), name="binance history")
            await session.run(self._up)
        finally:
            self.trade_gaps += session.gaps
            if history is not None:
                history.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await history
            await session.close()

    def _up(self) -> None:
        _log.info("Binance connected", session=self.sessions)
        self._trouble = None

    def _lost(self, sink: MarketSink, error: BaseException) -> None:
        self._trouble = f"{type(error).__name__}: {error}"
        _log.warning("Binance lost", session=self.sessions, error=self._trouble)
        for symbol in self._config.symbols:
            sink.reset(VENUE, symbol, f"lost: {self._trouble:.200}")

    async def _fill_history(self, session: BinanceSession) -> None:
        """Fill up to now, and once more after the minute in which the session began has ended."""
        try:
            await self._fill(session)
            now_ms = time.time_ns() // 1_000_000
            await asyncio.sleep((MINUTE_MS - now_ms % MINUTE_MS) / 1_000 + 2)
            await self._fill(session)
        except (*_TROUBLE, SQLAlchemyError) as error:
            _log.warning("history not filled; the next session tries again", error=str(error))

    async def _fill(self, session: BinanceSession) -> None:
        now_ms = time.time_ns() // 1_000_000
        first_ms = now_ms - self._config.backfill_minutes * MINUTE_MS
        for ours, theirs in self._config.symbols.items():
            from_ms = self._filled_to_ms.get(ours, first_ms)
            saved, refused = await backfill(
                session.exchange, ours, theirs, from_ms=from_ms, to_ms=now_ms, save=self._save
            )
            _log.info("history filled", symbol=ours, candles=saved, refused=refused[:3])
            # The minute that is still open and the one before it are fetched again next time.
            self._filled_to_ms[ours] = now_ms - 2 * MINUTE_MS


def backoff_s(attempt: int) -> float:
    """Seconds before the next session: doubling, capped, with jitter over the upper half."""
    ceiling = min(BACKOFF_MOST_S, BACKOFF_FIRST_S * 2.0 ** min(attempt - 1, 16))
    return ceiling * (0.5 + random.random() / 2)  # noqa: S311 - jitter needs no secrecy


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
