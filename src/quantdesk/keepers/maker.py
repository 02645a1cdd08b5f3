"""The maker: a ladder of quotes a side around the index, replaced by one instruction when it moves."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

import structlog

from quantdesk.domain.orders import OrderId
from quantdesk.domain.units import ATOMS_PER_USDC, BaseLots, LotPrice, Ticks
from quantdesk.keepers.account import Seat, TraderAccount
from quantdesk.keepers.chain import ChainView, equity
from quantdesk.keepers.config import MakerConfig, Role
from quantdesk.keepers.errors import NoPrice
from quantdesk.keepers.feed import PriceFeed
from quantdesk.keepers.measures import Measures
from quantdesk.keepers.quotes import PPM, QuotePlan, WantedQuote, centre, wanted_quotes
from quantdesk.keepers.role import EXPECTED, Duty, described
from quantdesk.keepers.sender import Sender
from quantdesk.program.errors import error_name
from quantdesk.program.events import Event, OrdersProcessed
from quantdesk.program.instructions import MAX_BATCH, BatchTerms, cancel_all, replace_many
from quantdesk.program.layouts import Market, Slot
from quantdesk.program.records import ExpiryKind, OrderKind, Quote, Side

REPLACE_UNITS = 300_000
RETIRE_S = 3.0
"""A process that ends waits at most this long for its quotes to leave."""
MISSING_CANCEL = 128
"""Records from this index on are cancels that were no longer there."""
QUOTABLE = ("post_only", "active")
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class LiveQuote:
    """An order of ours that rested when we last heard of it."""

    order_id: OrderId
    is_bid: bool
    lots: int


@dataclass(slots=True)
class _Quoting:
    """What rests in one market. ``live`` None: not known, to be read from the Book."""

    live: list[LiveQuote] | None = None
    centre: int = 0
    placed_at: float = field(default=float("-inf"))

    def lots(self, *, is_bid: bool) -> int:
        return sum(quote.lots for quote in self.live or () if quote.is_bid is is_bid)

    def misses(self, resting: tuple[int, int]) -> bool:
        """Whether more rests than we know of: what was sent before a crash may land after the restart."""
        return resting[0] > self.lots(is_bid=True) or resting[1] > self.lots(is_bid=False)


class Maker:
    """Quotes every market with one key. After a restart or a doubt it reads its orders from the Books."""

    def __init__(
        self, config: MakerConfig, view: ChainView, sender: Sender, feed: PriceFeed, measures: Measures
    ) -> None:
        self._config = config
        self._plan = QuotePlan(config.levels, config.skew_ppm, config.inventory_usdc)
        self._view = view
        self._sender = sender
        self._feed = feed
        self._measures = measures
        self._account = TraderAccount(view, sender, config.deposit_usdc * ATOMS_PER_USDC)
        self._markets: dict[int, _Quoting] = {}
        self.duty = Duty(Role.MAKER, measures)

    async def run(self) -> None:
        """Quote for ever."""
        await self.duty.keep(self._make)

    async def retire(self) -> None:
        """Take all quotes out of the books before the process ends, so that none waits there to go stale."""
        quoted = [index for index, quoting in self._markets.items() if quoting.live != []]
        if not quoted:
            return
        cancels = [cancel_all(self._view.venue, self._account.key, index) for index in quoted]
        try:
            async with asyncio.timeout(RETIRE_S):
                await self._sender.settle(cancels, REPLACE_UNITS)
            _log.info("quotes withdrawn: the maker ends", markets=len(quoted))
        except (*EXPECTED, TimeoutError) as error:
            _log.warning("quotes left to expire", reason=described(error)[1], expiry_s=self._config.expiry_s)

    async def _make(self) -> None:
        self._sender.forget_blockhash()
        self._markets = {}
        seat = await self._account.ensure()
        symbols = [market.symbol for market in await self._view.markets()]
        await self._feed.wait_known(symbols, self._config.stale_s)
        while True:
            began = time.monotonic()
            await self._round(seat)
            await asyncio.sleep(max(0.0, self._config.every_s - (time.monotonic() - began)))

    async def _round(self, seat: Seat) -> None:
        """Look at every market once and requote those that need it."""
        slot = await self._view.slot(seat.slot)
        self._account.require(slot, seat)
        markets = await self._view.markets()
        self._measures.equity.labels(Role.MAKER).set(
            equity(slot, await self._view.exchange()) / ATOMS_PER_USDC
        )
        results = await asyncio.gather(
            *(self._tend(seat, market, slot) for market in markets), return_exceptions=True
        )
        stale = [error for error in results if isinstance(error, NoPrice)]
        for error in results:
            if isinstance(error, BaseException) and not isinstance(error, NoPrice):
                raise error
        if stale:
            self.duty.waiting("; ".join(str(error) for error in stale), "NoPrice")
        else:
            self.duty.acting()

    async def _tend(self, seat: Seat, market: Market, slot: Slot) -> None:
        quoting = self._markets.setdefault(market.index, _Quoting())
        position = slot.position(market.index)
        base, resting = 0, (0, 0)
        if position is not None:
            base, resting = position.base, (position.bid_lots, position.ask_lots)
        self._measures.position.labels(Role.MAKER, market.symbol).set(base)
        if quoting.live is None or quoting.misses(resting):
            orders = await self._view.orders(market.index, seat.slot)
            quoting.live = [
                LiveQuote(order.order_id, order.order_id.side.sign > 0, order.lots) for order in orders
            ]
        if market.status_name not in QUOTABLE:
            return
        try:
            index = self._feed.quoted(market.parameters, self._config.stale_s).price
        except NoPrice:
            await self._withdraw_quotes(market, quoting)
            raise
        middle = centre(index, base, self._plan)
        if self._should_requote(quoting, middle, resting):
            wanted = wanted_quotes(market.parameters, index, base, self._plan)
            await self._requote(seat, market, quoting, wanted)
            quoting.centre = middle

    def _should_requote(self, quoting: _Quoting, middle: LotPrice, resting: tuple[int, int]) -> bool:
        changed = resting != (quoting.lots(is_bid=True), quoting.lots(is_bid=False))
        moved = abs(middle - quoting.centre) * PPM >= self._config.requote_ppm * middle
        old = time.monotonic() - quoting.placed_at >= self._config.refresh_s
        return changed or moved or old or not quoting.live

    async def _requote(
        self, seat: Seat, market: Market, quoting: _Quoting, wanted: list[WantedQuote]
    ) -> None:
        gone = quoting.live or []
        quoting.live = None  # until we know better: a failure below must not leave a guess behind
        instruction = replace_many(
            self._view.venue,
            self._account.key,
            market.index,
            cancels=[quote.order_id for quote in gone[:MAX_BATCH]],
            quotes=[_wire(quote) for quote in wanted[:MAX_BATCH]],
            terms=self._terms(),
        )
        self._measures.sent.labels(Role.MAKER).inc()
        events = await self._sender.settle_with_events([instruction], REPLACE_UNITS)
        left_over = gone[MAX_BATCH:]
        quoting.live = left_over + self._resting(market, seat, events)
        quoting.placed_at = time.monotonic()

    def _resting(self, market: Market, seat: Seat, events: list[Event]) -> list[LiveQuote]:
        found: list[LiveQuote] = []
        for event in events:
            if not isinstance(event, OrdersProcessed) or event.taker_slot != seat.slot:
                continue
            for record in event.orders:
                if record.index >= MISSING_CANCEL:
                    continue  # it was filled or had expired: that is why we requote
                if record.code != 0:
                    self._measures.refused.labels(Role.MAKER, market.symbol, error_name(record.code)).inc()
                elif record.resting > 0:
                    order_id = OrderId(Ticks(record.ticks), record.seq)
                    found.append(LiveQuote(order_id, order_id.side.sign > 0, BaseLots(record.resting)))
        return found

    async def _withdraw_quotes(self, market: Market, quoting: _Quoting) -> None:
        """No fresh price: nothing of ours may rest."""
        if not quoting.live:
            return
        quoting.live = None
        self._measures.sent.labels(Role.MAKER).inc()
        await self._sender.settle(
            [cancel_all(self._view.venue, self._account.key, market.index)], REPLACE_UNITS
        )
        quoting.live = []
        _log.warning("quotes withdrawn: the price is stale", symbol=market.symbol)

    def _terms(self) -> BatchTerms:
        if self._config.expiry_s == 0:
            return BatchTerms()
        return BatchTerms(expiry_kind=ExpiryKind.TIME, expiry=int(time.time()) + self._config.expiry_s)


def _wire(quote: WantedQuote) -> Quote:
    return Quote(
        side=Side.BID if quote.is_bid else Side.ASK,
        kind=OrderKind.POST_ONLY_SLIDE,
        reduce_only=False,
        ticks=quote.ticks,
        lots=quote.lots,
        client_id=0,
    )
