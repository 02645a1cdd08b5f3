"""Writes candles and each symbol's last price to the store as time goes by."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import msgspec
import structlog
from sqlalchemy.exc import SQLAlchemyError

from quantdesk.ingestion.history.candles import CandleBuilder
from quantdesk.ingestion.history.record import FeedRecord, Remembered
from quantdesk.ingestion.prices import IndexPrice
from quantdesk.ingestion.quantities import format_e8

EVERY_S = 1.0
_log = structlog.get_logger(__name__)


class Recorder:
    """Keeps the store up to date; a store that is away is told by `trouble` and tried again every second."""

    def __init__(
        self,
        record: FeedRecord,
        candles: CandleBuilder,
        symbols: tuple[str, ...],
        index_of: Callable[[str], IndexPrice | None],
        progress_of: Callable[[str], object],
    ) -> None:
        self._record = record
        self._candles = candles
        self._symbols = symbols
        self._index_of = index_of
        self._progress_of = progress_of
        self._trouble: str | None = None

    def trouble(self) -> str | None:
        """Why the store could not be written last time; None when it could."""
        return self._trouble

    async def run(self) -> None:
        """Write every second until cancelled, then once more."""
        try:
            while True:
                await asyncio.sleep(EVERY_S)
                await self.write()
        finally:
            await self.write()

    async def write(self) -> None:
        """Write what changed."""
        candles = self._candles.take_changed()
        try:
            await self._record.save_candles(candles)
            await self._record.remember([state for s in self._symbols if (state := self._state_of(s))])
        except (SQLAlchemyError, OSError) as error:
            self._candles.put_back(candles)
            if self._trouble is None:
                _log.warning("store not written", error=str(error))
            self._trouble = str(error).splitlines()[0]
        else:
            self._trouble = None

    def _state_of(self, symbol: str) -> Remembered | None:
        index = self._index_of(symbol)
        if index is None:
            return None
        return Remembered(
            symbol=symbol,
            feed=index.feed,
            price=format_e8(index.price),
            published_ms=index.true_ms,
            progress=msgspec.json.encode(self._progress_of(symbol)).decode(),
            updated_ms=time.time_ns() // 1_000_000,
        )
