"""The feed as keepers see it: the latest price of each market and the venues' trades, from the bus."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from quantdesk.domain.market import Market
from quantdesk.domain.units import LotPrice, Rounding
from quantdesk.infra.bus import Bus, Resync
from quantdesk.infra.bus.messages import Price, VenueTrade
from quantdesk.keepers.errors import NoPrice

TRADES_HELD = 5_000


def wall_ms() -> int:
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class Quoted:
    """A price in a market's own units, as fresh as ``publish_ms`` says."""

    price: LotPrice
    confidence: LotPrice
    publish_ms: int


class PriceFeed:
    """Holds the newest price of each symbol and tells when one arrives."""

    def __init__(self, bus: Bus, now_ms: Callable[[], int] = wall_ms) -> None:
        self._bus = bus
        self._now_ms = now_ms
        self._latest: dict[str, Price] = {}
        self._arrived = asyncio.Event()
        self._changed = asyncio.Event()

    async def run(self) -> None:
        """Follow ``prices.*`` until cancelled."""
        prices = await self._bus.subscribe("prices.*", Price)
        async for item in prices:
            if isinstance(item, Resync):
                continue  # each message is the whole price: nothing to read anew
            known = self._latest.get(item.message.symbol)
            if known is None:
                self._changed.set()
            if known is None or item.message.published_ms >= known.published_ms:
                self._latest[item.message.symbol] = item.message
                self._arrived.set()

    async def wait_arrival(self, timeout_s: float) -> None:
        """Return when a price arrived since the last call, or after ``timeout_s``."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._arrived.wait()
        except TimeoutError:
            return
        self._arrived.clear()

    async def wait_known(self, symbols: Iterable[str], timeout_s: float) -> None:
        """Return when every symbol has a price, or after ``timeout_s``: a keeper that starts has none yet."""
        wanted = set(symbols)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                while not wanted <= self._latest.keys():
                    self._changed.clear()
                    await self._changed.wait()

    def quoted(self, market: Market, stale_s: float) -> Quoted:
        """The price of ``market``, confidence rounded up. Raises NoPrice: unknown or past ``stale_s``."""
        latest = self._latest.get(market.symbol)
        if latest is None:
            raise NoPrice(f"no price of {market.symbol} yet")
        age_ms = self._now_ms() - latest.published_ms
        if age_ms > stale_s * 1_000:
            raise NoPrice(f"the price of {market.symbol} is {age_ms} ms old; at most {stale_s:g} s is used")
        price = market.lot_price(latest.price, Rounding.FLOOR)
        confidence = market.lot_price(latest.confidence, Rounding.CEIL)
        return Quoted(price, confidence, latest.published_ms)


class TradeFlow:
    """Holds the venues' trades until they are taken."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._trades: dict[str, deque[VenueTrade]] = {}

    async def run(self) -> None:
        """Follow ``trades.*`` until cancelled."""
        trades = await self._bus.subscribe("trades.*", VenueTrade)
        async for item in trades:
            if isinstance(item, Resync):
                self._trades.clear()
                continue
            held = self._trades.setdefault(item.message.symbol, deque(maxlen=TRADES_HELD))
            held.append(item.message)

    def take(self, symbol: str) -> list[VenueTrade]:
        """Trades of ``symbol`` since the last call."""
        held = self._trades.get(symbol)
        if not held:
            return []
        taken = list(held)
        held.clear()
        return taken
