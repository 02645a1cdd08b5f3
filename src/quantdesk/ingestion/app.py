"""The ingestion service: runs the chosen feed, publishes it, records it and shows its state over HTTP."""

from __future__ import annotations

import asyncio
import importlib
from typing import Any

import msgspec
import numpy as np
import structlog
from sqlalchemy.exc import SQLAlchemyError

from quantdesk.infra.bus import NatsBus
from quantdesk.infra.bus.messages import Feed
from quantdesk.infra.store import Store, open_store
from quantdesk.infra.telemetry import StatusServer, process_registry
from quantdesk.ingestion.config import IngestionConfig
from quantdesk.ingestion.feed_choice import choose_feed
from quantdesk.ingestion.history.candles import CandleBuilder
from quantdesk.ingestion.history.record import FeedRecord, Remembered
from quantdesk.ingestion.history.recorder import Recorder
from quantdesk.ingestion.pipeline import MarketPipeline, Publisher
from quantdesk.ingestion.pipeline.measures import Measures
from quantdesk.ingestion.quantities import parse_e8
from quantdesk.ingestion.sources.binance.reach import binance_answers
from quantdesk.ingestion.sources.port import MarketSource
from quantdesk.ingestion.sources.recorded.path import MarketPath, PathState, Phase
from quantdesk.ingestion.sources.recorded.recording import VENUE, shipped_recording
from quantdesk.ingestion.sources.recorded.source import RecordedSource

FRESH_MS = 5_000
LIVE_SOURCE = "quantdesk.ingestion.sources.binance.source"
RETRY_S = 1.0
_log = structlog.get_logger(__name__)


class _Progress(msgspec.Struct):
    """What the recorded feed keeps of one symbol, in ``feed_state.progress``."""

    phase: Phase
    position_us: int
    mid2: int


async def serve(config: IngestionConfig) -> None:
    """Run until cancelled. Raises BrokenRecording, FeedChoiceBroken, OSError (port taken)."""
    service = _Service(config)
    async with StatusServer(
        config.http, "ingestion", service.readiness, service.registry, {"/status": service.status}
    ):
        try:
            await service.run()
        finally:
            await service.close()


class _Service:
    """The parts of one running ingestion."""

    def __init__(self, config: IngestionConfig) -> None:
        self._config = config
        self.registry = process_registry("ingestion")
        self._measures = Measures(self.registry)
        self._candles = CandleBuilder()
        self._symbols = tuple(config.binance.symbols)
        self._pipeline = MarketPipeline(self._symbols, self._measures, self._candles)
        self._store: Store = open_store(config.database_url, pool_size=1)
        self._record = FeedRecord(self._store)
        self._bus = NatsBus(config.bus)
        self._feed: Feed | None = None
        self._source: MarketSource | None = None
        self._recorder: Recorder | None = None
        self._store_trouble: str | None = "not read yet"

    def readiness(self) -> dict[str, str | None]:
        """What ingestion depends on, each with what is wrong."""
        oldest_ms = self._pipeline.oldest_ms()
        if oldest_ms is None:
            prices: str | None = "a symbol has no price yet"
        else:
            prices = f"stale: the oldest price is {oldest_ms} ms old" if oldest_ms > FRESH_MS else None
        return {
            "bus": None if self._bus.connected else "NATS is away",
            "store": self._recorder.trouble() if self._recorder else self._store_trouble,
            "source": self._source.trouble() if self._source else "not started yet",
            "prices": prices,
        }

    def status(self) -> dict[str, Any]:
        """The page ``/status``."""
        return {
            "mode": self._config.feed,
            "feed": self._feed,
            "source": {
                "venue": self._source.venue if self._source else None,
                "trouble": self._source.trouble() if self._source else "not started yet",
            },
            "symbols": self._pipeline.status(),
        }

    async def run(self) -> None:
        await self._bus.open()
        self._feed = await choose_feed(
            self._config.feed, self._config.state_dir, lambda: binance_answers(self._config.binance)
        )
        remembered = await self._remembered()
        stored_to_ms = await self._seed_candles()
        source, progress = await self._make_source(self._feed, remembered, stored_to_ms)
        self._source = source
        self._recorder = Recorder(
            self._record, self._candles, self._symbols, self._pipeline.index_of, progress
        )
        _log.info("feed chosen", mode=self._config.feed, feed=self._feed, venue=source.venue)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(source.run(self._pipeline), name="source")
            tasks.create_task(Publisher(self._bus, self._pipeline, self._measures).run(), name="publisher")
            tasks.create_task(self._recorder.run(), name="recorder")

    async def close(self) -> None:
        await self._bus.close()
        await self._store.close()

    async def _remembered(self) -> dict[str, Remembered]:
        while True:
            try:
                found = await self._record.remembered()
            except (SQLAlchemyError, OSError) as error:
                reason = str(error).splitlines()[0]
                if reason != self._store_trouble:
                    _log.warning("store not read", error=reason)
                self._store_trouble = reason
                await asyncio.sleep(RETRY_S)
            else:
                self._store_trouble = None
                return found

    async def _seed_candles(self) -> dict[str, int]:
        """Go on with the stored candles; answers the newest minute of each symbol."""
        stored_to_ms = {}
        for symbol in self._symbols:
            candle = await self._record.latest_candle(VENUE, symbol)
            if candle is not None:
                self._candles.seed(candle)
                stored_to_ms[symbol] = candle.t_ms
        return stored_to_ms

    async def _make_source(
        self, feed: Feed, remembered: dict[str, Remembered], stored_to_ms: dict[str, int]
    ) -> tuple[MarketSource, Any]:
        if feed == "live":
            # Imported only here, for ccxt costs 65 MB resident, which a replay must not pay; and in a thread,
            # for it takes seconds where no bytecode is cached.
            module = await asyncio.to_thread(importlib.import_module, LIVE_SOURCE)
            live = module.BinanceSource(self._config.binance, self._record.save_candles, stored_to_ms)
            return live, lambda symbol: {"last_trade_id": live.last_trade_id(symbol)}
        path = MarketPath(
            shipped_recording(), np.random.default_rng(self._config.seed), path_state(feed, remembered)
        )
        recorded = RecordedSource(path)

        def progress(symbol: str) -> _Progress:
            state = recorded.progress()
            return _Progress(state.phase, state.position_us, state.mid2[symbol])

        return recorded, progress


def _progress_of(row: Remembered) -> _Progress | None:
    if row.feed == "live":
        return None
    try:
        return msgspec.json.decode(row.progress, type=_Progress)
    except msgspec.DecodeError as error:
        _log.warning("feed progress not understood", symbol=row.symbol, error=str(error))
        return None


def path_state(feed: Feed, remembered: dict[str, Remembered]) -> PathState | None:
    """Where the recorded path goes on: from what was kept, else (``simulated``) from the last known price.

    None begins the recording anew.
    """
    kept = {symbol: progress for symbol, row in remembered.items() if (progress := _progress_of(row))}
    if kept:
        first = next(iter(kept.values()))
        phase: Phase = "simulated" if feed == "simulated" else first.phase
        return PathState(phase, first.position_us, {symbol: p.mid2 for symbol, p in kept.items()})
    if feed == "simulated":
        mids = {s: 2 * parse_e8(row.price) for s, row in remembered.items() if row.price is not None}
        return PathState("simulated", 0, mids)
    return None
