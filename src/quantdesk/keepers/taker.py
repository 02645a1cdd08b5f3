"""The taker: trades as the venues' takers do, in small real orders: tape and candles are real fills."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

import structlog

from quantdesk.domain.units import ATOMS_PER_USDC
from quantdesk.keepers.account import Seat, TraderAccount
from quantdesk.keepers.chain import ChainView, equity
from quantdesk.keepers.config import Role, TakerConfig
from quantdesk.keepers.errors import LossLimit, NoPrice
from quantdesk.keepers.feed import PriceFeed, TradeFlow
from quantdesk.keepers.flow import FlowPlan, TakerOrder, order_of
from quantdesk.keepers.measures import Measures
from quantdesk.keepers.role import Duty
from quantdesk.keepers.sender import Outbox, Sender
from quantdesk.program.errors import explain
from quantdesk.program.instructions import NewOrder, place_order
from quantdesk.program.layouts import Market, Slot
from quantdesk.program.records import OrderKind, Side

ORDER_UNITS = 300_000
_log = structlog.get_logger(__name__)


class Taker:
    """Follows the feed's flow with one key, market after market within each interval."""

    def __init__(
        self,
        config: TakerConfig,
        view: ChainView,
        sender: Sender,
        *,
        feed: PriceFeed,
        flow: TradeFlow,
        measures: Measures,
    ) -> None:
        self._config = config
        self._plan = FlowPlan(
            config.share_ppm, config.least_usdc, config.most_usdc, config.slip_ppm, config.inventory_usdc
        )
        self._view = view
        self._sender = sender
        self._feed = feed
        self._flow = flow
        self._measures = measures
        self._account = TraderAccount(view, sender, config.deposit_usdc * ATOMS_PER_USDC)
        self._outbox = Outbox(view.rpc)
        self.duty = Duty(Role.TAKER, measures)

    async def run(self) -> None:
        """Trade for ever."""
        await self.duty.keep(self._trade_on)

    async def _trade_on(self) -> None:
        self._sender.forget_blockhash()
        seat = await self._account.ensure()
        symbols = [market.symbol for market in await self._view.markets()]
        await self._feed.wait_known(symbols, self._config.stale_s)
        while True:
            seat = await self._account.renewed(seat)
            markets = await self._view.markets()
            await self._round(markets, await self._own_slot(seat))

    async def _round(self, markets: Sequence[Market], slot: Slot) -> None:
        """Each market once, spread over the interval; one without a fresh price is left out."""
        stale = []
        for market in markets:
            began = time.monotonic()
            try:
                await self._follow(market, slot)
            except NoPrice as error:
                stale.append(str(error))
            pause = self._config.every_s / len(markets) - (time.monotonic() - began)
            await asyncio.sleep(max(0.0, pause))
        await self._check()
        if stale:
            self.duty.waiting("; ".join(stale), "NoPrice")
        else:
            self.duty.acting()

    async def _own_slot(self, seat: Seat) -> Slot:
        slot = await self._view.slot(seat.slot)
        self._account.require(slot, seat)
        left = equity(slot, await self._view.exchange())
        self._measures.equity.labels(Role.TAKER).set(left / ATOMS_PER_USDC)
        lost = self._config.deposit_usdc * ATOMS_PER_USDC - left
        if lost > self._config.loss_usdc * ATOMS_PER_USDC:
            raise LossLimit(
                f"lost {lost / ATOMS_PER_USDC:,.2f} USDC; the limit is {self._config.loss_usdc:,} "
                "(more USDC in its wallet lets it go on)"
            )
        return slot

    async def _follow(self, market: Market, slot: Slot) -> None:
        trades = self._flow.take(market.symbol)
        if not await self._view.matches(market):
            return
        index = self._feed.quoted(market.parameters, self._config.stale_s).price
        position = slot.position(market.index)
        base = position.base if position else 0
        self._measures.position.labels(Role.TAKER, market.symbol).set(base)
        order = order_of(trades, market.parameters, index, base, self._plan)
        if order is None:
            return
        instruction = place_order(self._view.venue, self._account.key, market.index, _wire(order))
        self._outbox.add(await self._sender.fire([instruction], ORDER_UNITS))
        self._measures.sent.labels(Role.TAKER).inc()

    async def _check(self) -> None:
        for error in await self._outbox.check():
            failure = explain(error)
            self._measures.failed.labels(Role.TAKER, failure.name).inc()
            _log.info("order failed", error=failure.name, message=failure.message)


def _wire(order: TakerOrder) -> NewOrder:
    return NewOrder(
        side=Side.BID if order.is_buy else Side.ASK,
        kind=OrderKind.IMMEDIATE_OR_CANCEL,
        ticks=order.ticks,
        lots=order.lots,
        client_id=time.time_ns() // 1_000_000,
    )
