"""One connection to Binance through ccxt.pro, thrown away at the first trouble.

ccxt is asked for its caches after each frame rather than for what it resolves: of several frames that arrive
together it hands out one. Quotes that are older than the last (by the venue's update id) are dropped.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import ccxt.pro  # type: ignore[import-untyped]
import msgspec

from quantdesk.ingestion.config import BinanceConfig
from quantdesk.ingestion.sources.binance.decode import VENUE, BadFrame, quote_of, trade_of
from quantdesk.ingestion.sources.port import MarketSink

TRADES_STALE_FACTOR = 8
"""Trades may pause longer than quotes: by this factor."""


class StaleStream(RuntimeError):
    """A stream that brought nothing for too long: says which and how long."""


class BinanceSession:
    """Watches the symbols until something fails. Raises StaleStream, ccxt's errors, OSError."""

    def __init__(
        self, config: BinanceConfig, sink: MarketSink, last_trade: dict[str, int], markets: Any | None
    ) -> None:
        self._config = config
        self._sink = sink
        self._last_trade = last_trade
        self._last_update: dict[str, int] = {}
        self._last_raw: dict[str, Any] = {}
        self._quoted_at: dict[str, float] = {}
        self._ours = {theirs: ours for ours, theirs in config.symbols.items()}
        self.exchange: Any = _exchange(config)
        self.gaps = 0
        if markets is not None:
            self.exchange.set_markets(markets)

    async def load_markets(self) -> Any:
        """The venue's description of our symbols (not of all of its thousands)."""
        wanted = msgspec.json.encode([theirs.replace("/", "") for theirs in self._ours]).decode()
        await self.exchange.load_markets(False, {"symbols": wanted})
        return self.exchange.markets

    async def run(self, on_up: Callable[[], None]) -> None:
        """Push until trouble; ``on_up`` is called when every symbol has its first quote."""
        began = time.monotonic()
        self._quoted_at = dict.fromkeys(self._ours, began)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._watch_quotes(on_up), name="binance quotes")
            tasks.create_task(self._watch_trades(), name="binance trades")

    async def close(self) -> None:
        await self.exchange.close()

    async def _watch_quotes(self, on_up: Callable[[], None]) -> None:
        told = False
        while True:
            await self._within(
                self.exchange.watch_bids_asks(list(self._ours)), self._config.stale_s, "quotes"
            )
            seen_ms = time.time_ns() // 1_000_000
            for theirs, ours in self._ours.items():
                self._take_quote(theirs, ours, seen_ms)
            if not told and len(self._last_update) == len(self._ours):
                told = True
                on_up()
            oldest = min(self._quoted_at, key=self._quoted_at.__getitem__)
            quiet_s = time.monotonic() - self._quoted_at[oldest]
            if quiet_s > self._config.stale_s:
                raise StaleStream(f"no quote of {oldest} for {quiet_s:.1f} s")

    def _take_quote(self, theirs: str, ours: str, seen_ms: int) -> None:
        ticker = self.exchange.bidsasks.get(theirs)
        raw = ticker["info"] if ticker else None
        if raw is None or raw is self._last_raw.get(theirs):
            return
        self._last_raw[theirs] = raw
        try:
            update = int(raw["u"])
            quote = quote_of(ours, raw, seen_ms)
        except (BadFrame, KeyError, TypeError, ValueError) as error:
            self._sink.refused(VENUE, ours, str(error))
            return
        if update < self._last_update.get(theirs, 0):
            self._sink.refused(VENUE, ours, f"disordered: update {update} after {self._last_update[theirs]}")
            return
        self._last_update[theirs] = update
        self._quoted_at[theirs] = time.monotonic()
        self._sink.quote(quote)

    async def _watch_trades(self) -> None:
        patience_s = self._config.stale_s * TRADES_STALE_FACTOR
        while True:
            await self._within(self.exchange.watch_trades_for_symbols(list(self._ours)), patience_s, "trades")
            seen_ms = time.time_ns() // 1_000_000
            for theirs, ours in self._ours.items():
                self._take_trades(theirs, ours, seen_ms)

    def _take_trades(self, theirs: str, ours: str, seen_ms: int) -> None:
        fresh = []
        last = self._last_trade.get(ours)
        for trade in reversed(self.exchange.trades.get(theirs, ())):
            raw = trade["info"]
            if last is not None and _trade_id(raw) <= last:
                break
            fresh.append(raw)
        for raw in reversed(fresh):
            try:
                trade = trade_of(ours, raw, seen_ms)
            except BadFrame as error:
                self._sink.refused(VENUE, ours, str(error))
                continue
            number = int(trade.trade_id)
            if last is not None and number > last + 1:
                self.gaps += 1
            last = self._last_trade[ours] = number
            self._sink.trade(trade)

    async def _within(self, frame: Any, patience_s: float, what: str) -> None:
        try:
            async with asyncio.timeout(patience_s):
                await frame
        except TimeoutError:
            raise StaleStream(f"no {what} at all for {patience_s:g} s") from None


def _trade_id(raw: Any) -> int:
    try:
        return int(raw["t"])
    except (KeyError, TypeError, ValueError):
        return 1 << 62  # malformed: taken as new, so that it is refused and counted


def _exchange(config: BinanceConfig) -> Any:
    exchange: Any = ccxt.pro.binance(
        {
            "enableRateLimit": True,
            "newUpdates": True,
            "timeout": 10_000,
            "aiohttp_trust_env": True,  # the same proxy as `binance_answers` went through
            "options": {"defaultType": "spot", "fetchMarkets": {"types": ["spot"]}, "tradesLimit": 2_000},
        }
    )
    if config.rest_url:
        exchange.urls["api"]["public"] = config.rest_url
    if config.ws_url:
        exchange.urls["api"]["ws"]["spot"] = config.ws_url
    return exchange
