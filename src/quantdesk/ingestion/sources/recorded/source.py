"""The recorded feed as a market source: real time, no venue, no network."""

from __future__ import annotations

import asyncio
import time
from typing import Literal

from quantdesk.ingestion.quantities import PriceE8, SizeE8
from quantdesk.ingestion.sources.port import MarketSink, Quote, SourceKind, Trade
from quantdesk.ingestion.sources.recorded.path import MarketPath, PathState, Stretch
from quantdesk.ingestion.sources.recorded.recording import VENUE

CADENCE_S = 0.05
LONGEST_STEP_US = 2_000_000
"""A longer pause (the machine slept) is left out rather than played in a burst."""


class RecordedSource:
    """Plays a `MarketPath` into a sink, for ever."""

    def __init__(self, path: MarketPath) -> None:
        self._path = path
        self._named = 0
        self._run_id = time.time_ns()

    @property
    def kind(self) -> Literal[SourceKind.MARKET]:
        return SourceKind.MARKET

    @property
    def venue(self) -> str:
        return VENUE

    def trouble(self) -> str | None:
        return None

    def progress(self) -> PathState:
        """Where a restart goes on from."""
        return self._path.state()

    async def run(self, sink: MarketSink) -> None:
        self._begin(sink)
        last = time.monotonic_ns()
        while True:
            await asyncio.sleep(CADENCE_S)
            now = time.monotonic_ns()
            step_us = min((now - last) // 1_000, LONGEST_STEP_US)
            last = now
            if step_us > 0:
                self._play(sink, step_us)

    def _begin(self, sink: MarketSink) -> None:
        now_ms = time.time_ns() // 1_000_000
        for symbol, (bid, ask) in self._path.quotes().items():
            sink.quote(Quote(VENUE, symbol, PriceE8(bid), PriceE8(ask), now_ms, self._path.phase))

    def _play(self, sink: MarketSink, step_us: int) -> None:
        now_ms = time.time_ns() // 1_000_000
        began_ms = now_ms - step_us // 1_000
        for symbol in self._path.symbols:
            sink.alive(VENUE, symbol, now_ms)
        for stretch in self._path.advance(step_us):
            self._trades(sink, stretch, began_ms, now_ms)
            if stretch.quote is not None:
                bid, ask = stretch.quote
                sink.quote(Quote(VENUE, stretch.symbol, PriceE8(bid), PriceE8(ask), now_ms, stretch.phase))

    def _trades(self, sink: MarketSink, stretch: Stretch, began_ms: int, now_ms: int) -> None:
        rows = zip(
            stretch.offset_us.tolist(),
            stretch.price.tolist(),
            stretch.size.tolist(),
            stretch.taker_buys.tolist(),
            stretch.recorded_id.tolist(),
            strict=True,
        )
        for offset_us, price, size, taker_buys, recorded_id in rows:
            sink.trade(
                Trade(
                    venue=VENUE,
                    symbol=stretch.symbol,
                    trade_id=str(recorded_id) if recorded_id else self._new_id(),
                    price=PriceE8(price),
                    size=SizeE8(size),
                    side="buy" if taker_buys else "sell",
                    ts_ms=began_ms + offset_us // 1_000,
                    seen_ms=now_ms,
                    feed=stretch.phase,
                )
            )

    def _new_id(self) -> str:
        self._named += 1
        return f"sim-{self._run_id:x}-{self._named}"
