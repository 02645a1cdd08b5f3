"""The oracle: pushes every market's price in one transaction, often when it moves and regularly when not."""

from __future__ import annotations

import time
from collections.abc import Sequence

import structlog

from quantdesk.domain.units import LotPrice
from quantdesk.keepers.chain import ChainView
from quantdesk.keepers.config import OracleConfig, Role
from quantdesk.keepers.errors import NoPrice
from quantdesk.keepers.feed import PriceFeed, Quoted
from quantdesk.keepers.measures import Measures
from quantdesk.keepers.pyth import PythRelay, targets
from quantdesk.keepers.role import Duty
from quantdesk.keepers.sender import Outbox, Sender
from quantdesk.program.errors import explain
from quantdesk.program.instructions import update_price
from quantdesk.program.layouts import Market
from quantdesk.program.layouts.exchange import SOURCE_PYTH
from quantdesk.program.records import PriceUpdate

UNITS_BASE, UNITS_PER_MARKET = 20_000, 20_000
LEAST_S = 0.1
"""Never faster than this, however much prices move."""
CHECK_S = 2.0
"""How often to see what became of pushes, and whether Pyth's accounts on this chain have newer prices."""
BPS = 10_000
_log = structlog.get_logger(__name__)


class Oracle:
    """Pushes prices as the markets' price authority. Holds no state that a restart would miss."""

    def __init__(
        self, config: OracleConfig, view: ChainView, sender: Sender, feed: PriceFeed, measures: Measures
    ) -> None:
        self._config = config
        self._view = view
        self._sender = sender
        self._feed = feed
        self._measures = measures
        self.duty = Duty(Role.ORACLE, measures)
        self._pushed: dict[int, Quoted] = {}
        self._pushed_at = 0.0
        self._outbox = Outbox(view.rpc)
        self._relay = PythRelay(view, sender)
        self._proven = False

    async def run(self) -> None:
        """Push for ever."""
        await self.duty.keep(self._push_on)

    async def _push_on(self) -> None:
        self._sender.forget_blockhash()
        self._proven = False
        markets = await self._own_markets()
        self._pushed = {
            market.index: Quoted(LotPrice(market.index_price), LotPrice(market.confidence), market.publish_ms)
            for market in markets
        }
        await self._feed.wait_known([market.symbol for market in markets], self._config.stale_s)
        checked = read = time.monotonic()
        while True:
            waited = time.monotonic() - self._pushed_at
            await self._feed.wait_arrival(max(LEAST_S, self._config.every_s - waited))
            now = time.monotonic()
            if now - read > 30.0:
                markets, read = await self._own_markets(), now
            if now - self._pushed_at >= LEAST_S:
                await self._push_due(markets, now)
            if now - checked > CHECK_S:
                checked = now
                await self._check()
                await self._relay.relay()

    async def _own_markets(self) -> list[Market]:
        markets = await self._view.markets()
        key = self._sender.key.pubkey()
        own = [each for each in markets if each.price_authority == key and each.source != SOURCE_PYTH]
        if not own and not targets(await self._view.exchange(), self._view.venue):
            raise NoPrice(f"{self._sender.key.pubkey()} is the price authority of no market")
        return own

    async def _push_due(self, markets: Sequence[Market], now: float) -> None:
        fresh: dict[int, Quoted] = {}
        stale: list[str] = []
        for market in markets:
            try:
                fresh[market.index] = self._feed.quoted(market.parameters, self._config.stale_s)
            except NoPrice as error:
                stale.append(str(error))
        newer = {
            index: quoted
            for index, quoted in fresh.items()
            if index not in self._pushed or quoted.publish_ms > self._pushed[index].publish_ms
        }
        late = now - self._pushed_at >= self._config.every_s
        if newer and (late or any(self._moved(index, quoted) for index, quoted in newer.items())):
            await self._push(newer, now)
        if stale:
            self.duty.waiting("; ".join(stale), "NoPrice")
        else:
            self.duty.acting()

    def _moved(self, index: int, quoted: Quoted) -> bool:
        before = self._pushed.get(index)
        if before is None or before.price == 0:
            return True
        return abs(quoted.price - before.price) * BPS >= self._config.move_bps * before.price

    async def _push(self, prices: dict[int, Quoted], now: float) -> None:
        updates = [
            PriceUpdate(index, quoted.price, quoted.confidence, quoted.publish_ms)
            for index, quoted in sorted(prices.items())
        ]
        instruction = update_price(self._view.venue, self._sender.key.pubkey(), updates)
        units = UNITS_BASE + UNITS_PER_MARKET * len(updates)
        self._pushed_at = now
        if self._proven:
            self._outbox.add(await self._sender.fire([instruction], units))
        else:  # the first one tells plainly what is wrong, if something is
            await self._sender.settle([instruction], units)
            self._proven = True
        self._pushed |= prices
        self._measures.sent.labels(Role.ORACLE).inc()

    async def _check(self) -> None:
        """See what became of the pushes: nobody waits for a price, but a failing one must not go unseen."""
        for error in await self._outbox.check():
            self._measures.failed.labels(Role.ORACLE, "TransactionFailed").inc()
            _log.warning("price push failed", error=explain(error).message)
