"""The Binance source against a local server that speaks the venue's protocol."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import itertools
import json
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field

import pytest

from fakes.binance import FakeBinance, kline
from quantdesk.ingestion.config import BinanceConfig
from quantdesk.ingestion.history.candles import VenueCandle
from quantdesk.ingestion.quantities import parse_e8
from quantdesk.ingestion.sources.binance.reach import binance_answers
from quantdesk.ingestion.sources.binance.source import BinanceSource
from quantdesk.ingestion.sources.port import Quote, Trade
from requires import recorded

MINUTE_MS = 60_000


@dataclass
class Collected:
    """A sink that keeps everything."""

    quotes: list[Quote] = field(default_factory=list)
    trades: list[Trade] = field(default_factory=list)
    resets: list[tuple[str, str]] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)

    def quote(self, quote: Quote) -> None:
        self.quotes.append(quote)

    def trade(self, trade: Trade) -> None:
        self.trades.append(trade)

    def alive(self, venue: str, symbol: str, seen_ms: int) -> None:
        raise AssertionError("Binance's streams have no life without quotes")

    def reset(self, venue: str, symbol: str, reason: str) -> None:
        self.resets.append((symbol, reason))

    def refused(self, venue: str, symbol: str, reason: str) -> None:
        self.refusals.append(reason)


@dataclass
class Setup:
    venue: FakeBinance
    source: BinanceSource
    sink: Collected
    candles: list[VenueCandle]

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(30):
            while not condition():  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    async def connected(self) -> None:
        names = [symbol.lower() for symbol in self.venue.symbols]
        await self.venue.subscribed(*(f"{name}@{kind}" for name in names for kind in ("bookTicker", "trade")))

    async def first_quotes(self) -> None:
        await self.connected()
        for symbol in self.venue.symbols:
            await self.venue.book(symbol, "100.01", "100.02")
        await self.until(lambda: self.source.trouble() is None)


@pytest.fixture
async def venue() -> AsyncIterator[FakeBinance]:
    async with FakeBinance() as server:
        yield server


@contextlib.asynccontextmanager
async def running(venue: FakeBinance, stale_s: float = 20.0) -> AsyncIterator[Setup]:
    candles: list[VenueCandle] = []

    async def save(rows: Sequence[VenueCandle]) -> None:
        candles.extend(rows)

    config = BinanceConfig(rest_url=venue.rest_url, ws_url=venue.ws_url, stale_s=stale_s, backfill_minutes=3)
    source, sink = BinanceSource(config, save), Collected()
    task = asyncio.create_task(source.run(sink))
    try:
        yield Setup(venue, source, sink, candles)
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def test_quotes_and_trades_keep_the_venues_exact_numbers(venue: FakeBinance) -> None:
    async with running(venue) as setup:
        await setup.connected()
        await venue.book("BTCUSDT", "61837.63000000", "61837.64000001")
        await venue.trade("SOLUSDT", 7, price="143.54000000", size="0.42800000", ts_ms=1_000, sell=True)
        await setup.until(lambda: len(setup.sink.quotes) == 1 and len(setup.sink.trades) == 1)
        quote, trade = setup.sink.quotes[0], setup.sink.trades[0]
        assert (quote.symbol, quote.bid, quote.ask, quote.feed) == (
            "BTC-PERP",
            6_183_763_000_000,
            6_183_764_000_001,
            "live",
        )
        assert (trade.symbol, trade.trade_id, trade.price, trade.size) == (
            "SOL-PERP",
            "7",
            14_354_000_000,
            42_800_000,
        )
        assert (trade.side, trade.ts_ms) == ("sell", 1_000)


async def test_after_a_dropped_connection_quotes_are_forgotten_and_flow_again(venue: FakeBinance) -> None:
    async with running(venue) as setup:
        await setup.first_quotes()
        await venue.drop()
        await setup.until(lambda: len(setup.sink.resets) == 3)
        assert setup.source.trouble() is not None
        count = len(setup.sink.quotes)
        await setup.first_quotes()
        assert len(setup.sink.quotes) == count + 3


async def test_a_trade_repeated_after_a_reconnect_counts_once(venue: FakeBinance) -> None:
    async with running(venue) as setup:
        await setup.connected()
        await venue.trade("BTCUSDT", 5, price="10.0", size="1.0", ts_ms=1, sell=False)
        await setup.until(lambda: len(setup.sink.trades) == 1)
        await venue.drop()
        await setup.until(lambda: len(setup.sink.resets) == 3)
        await setup.connected()
        for number in (4, 5, 6):
            await venue.trade("BTCUSDT", number, price="10.0", size="1.0", ts_ms=1, sell=False)
        await setup.until(lambda: len(setup.sink.trades) == 2)
        assert [trade.trade_id for trade in setup.sink.trades] == ["5", "6"]


async def test_a_silent_stream_is_made_anew(venue: FakeBinance) -> None:
    async with running(venue, stale_s=0.5) as setup:
        await setup.first_quotes()
        before = venue.connections
        await setup.until(lambda: venue.connections > before)
        assert any("StaleStream" in reason for _, reason in setup.sink.resets)


async def test_one_silent_symbol_among_lively_ones_is_noticed(venue: FakeBinance) -> None:
    async with running(venue, stale_s=1.0) as setup:
        await setup.first_quotes()
        async with asyncio.timeout(30):
            while not setup.sink.resets:
                await venue.book("BTCUSDT", "100.01", "100.02")
                await asyncio.sleep(0.05)
        assert "ETH/USDT" in setup.sink.resets[0][1] or "SOL/USDT" in setup.sink.resets[0][1]


async def test_a_quote_older_than_the_last_is_refused(venue: FakeBinance) -> None:
    async with running(venue) as setup:
        await setup.connected()
        await venue.book("BTCUSDT", "100.01", "100.02", update=500)
        await setup.until(lambda: len(setup.sink.quotes) == 1)
        await venue.book("BTCUSDT", "99.01", "99.02", update=400)
        await setup.until(lambda: len(setup.sink.refusals) == 1)
        assert setup.sink.refusals == ["disordered: update 400 after 500"]
        assert len(setup.sink.quotes) == 1


async def test_a_malformed_frame_is_refused_and_the_stream_goes_on(venue: FakeBinance) -> None:
    async with running(venue) as setup:
        await setup.connected()
        await venue.send(
            "btcusdt@trade", {"e": "trade", "s": "BTCUSDT", "t": 1, "p": "12", "q": "1", "T": 1, "m": 7}
        )
        await setup.until(lambda: len(setup.sink.refusals) == 1)
        await venue.trade("BTCUSDT", 2, price="10.0", size="1.0", ts_ms=1, sell=False)
        await setup.until(lambda: len(setup.sink.trades) == 1)
        assert setup.sink.refusals[0].startswith("malformed: trade")


async def test_minutes_that_the_store_lacks_are_fetched(venue: FakeBinance) -> None:
    now_ms = time.time_ns() // 1_000_000
    minute = now_ms - now_ms % MINUTE_MS
    rows = [kline(minute - back * MINUTE_MS, ("1.0", "3.0", "0.5", "2.0")) for back in (5, 3, 2, 1, 0)]
    rows.append(kline(minute - 4 * MINUTE_MS, ("1.0", "0.1", "0.5", "2.0")))
    venue.klines["SOLUSDT"] = sorted(rows)
    async with running(venue) as setup:
        await setup.until(lambda: len(setup.candles) == 4)
        assert {candle.symbol for candle in setup.candles} == {"SOL-PERP"}
        first = setup.candles[0]
        assert (first.t_ms, first.open, first.low, first.trades) == (
            minute - 3 * MINUTE_MS,
            100_000_000,
            50_000_000,
            5,
        )


async def test_a_burst_of_real_frames_loses_no_trade_and_ends_on_the_last_quote(venue: FakeBinance) -> None:
    file = recorded("orderflow/binance_spot_btcusdt_20240808.raw.gz")
    quotes, trades = [], []
    async with running(venue) as setup:
        await setup.connected()
        with gzip.open(file, "rt") as lines:
            for line in itertools.islice(lines, 4_000):
                frame = json.loads(line.partition(" ")[2])
                stream = frame.get("stream", "")
                if stream.endswith("@bookTicker"):
                    quotes.append(frame["data"])
                elif stream.endswith("@trade"):
                    trades.append(frame["data"])
                else:
                    continue
                await venue.send(stream, frame["data"])
        await setup.until(lambda: len(setup.sink.trades) == len(trades))
        await setup.until(
            lambda: bool(setup.sink.quotes) and setup.sink.quotes[-1].bid == parse_e8(quotes[-1]["b"])
        )
        assert len(trades) > 300
        assert [int(trade.trade_id) for trade in setup.sink.trades] == [raw["t"] for raw in trades]
        assert setup.sink.quotes[-1].ask == parse_e8(quotes[-1]["a"])
        assert setup.sink.refusals == []


async def test_a_venue_that_refuses_is_tried_again_until_it_serves(venue: FakeBinance) -> None:
    venue.refuse = True
    async with running(venue) as setup:
        await setup.until(lambda: "429" in (setup.source.trouble() or ""))
        venue.refuse = False
        await setup.first_quotes()


async def test_auto_asks_the_venue_for_a_real_quote(venue: FakeBinance) -> None:
    config = BinanceConfig(rest_url=venue.rest_url)
    assert await binance_answers(config)
    venue.refuse = True
    assert not await binance_answers(config)
