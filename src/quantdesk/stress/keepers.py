"""The keepers: the oracle that posts what the venues say, and the liquidator that walks each account down the
steps of the waterfall, acting some time after it saw what it acts on.

A step that the shipped program does not have is left out, and the report says so.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from quantdesk.domain.market import MAX_LOTS
from quantdesk.program import instructions as build
from quantdesk.program.instructions import NewOrder
from quantdesk.program.records import OrderKind, PriceUpdate, Side
from quantdesk.stress.risk import Standings
from quantdesk.stress.venue import ATOMS, Seat, Venue, builder, on_chain
from quantdesk.stress.waterfall import Look, Step, Waterfall

PRICES_AT_ONCE = 16
RETRY_MS = 60_000
"""An account that could not be helped is tried again after this long."""
NO_BID_S = 5
"""So long after a liquidation found nobody, any account under maintenance may be taken over."""
UNWIND_SLIP = 0.005
"""How far from the price the liquidator goes to sell what it took over."""


class Oracle:
    """Posts every market's price, all in one instruction."""

    def __init__(self, venue: Venue) -> None:
        self._venue = venue

    def post(self, prices: npt.NDArray[np.int64]) -> bool:
        """Post LotPrices (0: silent). Whether one was held as a jump and wants confirming."""
        now_ms = self._venue.machine.now_ms
        known = [(market, price) for market, price in enumerate(prices.tolist()) if price]
        updates = [PriceUpdate(market, price, 0, now_ms) for market, price in known]
        for first in range(0, len(updates), PRICES_AT_ONCE):
            part = updates[first : first + PRICES_AT_ONCE]
            instruction = build.update_price(self._venue.addresses, self._venue.oracle, part)
            self._venue.machine.run("update_price", instruction)
        return bool(self._venue.read_markets()["pending_price"].any())


class Liquidator:
    """One keeper with an account of its own, ``backstop`` USDC in it, with which it takes positions over.

    ``has_progressed``: its last acts changed something.
    """

    def __init__(self, venue: Venue, backstop: int) -> None:
        self._venue = venue
        self.seat: Seat = venue.seat("liquidator", backstop * ATOMS)
        self.waterfall = Waterfall(self.seat.slot)
        self.has_progressed = False
        self._retry_at: dict[int, int] = {}

    def sees(self, now: Standings, now_ms: int) -> list[int]:
        """Slots that need a step, the worst first."""
        found = now.in_trouble
        order = np.argsort(now.equity[found] - now.maintenance[found], kind="stable")
        slots: list[int] = found[order].tolist()
        return [slot for slot in slots if slot != self.seat.slot and self._retry_at.get(slot, 0) <= now_ms]

    def act(self, slots: list[int]) -> None:
        """One step for each of ``slots``, by how it stands now."""
        self.has_progressed = False
        for slot in slots:
            self._retry_at[slot] = self._venue.machine.now_ms + RETRY_MS
            if self._step(slot):
                self.has_progressed = True
                self._retry_at.pop(slot)

    def unwind(self, prices: npt.NDArray[np.int64], now: Standings) -> None:
        """Sell into the book what was taken over."""
        for market in np.flatnonzero(now.base[self.seat.slot]).tolist():
            base, price = int(now.base[self.seat.slot, market]), int(prices[market])
            if not price:
                continue
            worst = int(price * (1 - UNWIND_SLIP if base > 0 else 1 + UNWIND_SLIP))
            side, lots = Side.ASK if base > 0 else Side.BID, min(abs(base), MAX_LOTS)
            ticks = worst // self._venue.markets[market].tick_size
            order = NewOrder(side, OrderKind.IMMEDIATE_OR_CANCEL, ticks, lots, reduce_only=True)
            instruction = build.place_order(self._venue.addresses, self.seat.key, market, order)
            self._venue.machine.run("place_order", instruction)

    # one account

    def _step(self, slot: int) -> bool:
        look = Look.at(self._venue.read())
        now = look.now
        most_orders = int(np.argmax(now.orders[slot]))
        if now.is_cancellable(slot) and self._do("force_cancel", slot, most_orders, look):
            return True
        if now.equity[slot] < 0 and self._resolve(slot, look):
            return True
        if not now.base[slot].any() or not now.is_liquidatable(slot):
            return False
        market = int(np.argmax(now.maintenance_by_market[slot]))
        return self._do("liquidate", slot, market, look) or self._take_over(slot, market, look)

    def _resolve(self, slot: int, look: Look) -> bool:
        """Insurance first, then those who profit; without a position left the rest becomes the deficit."""
        is_flat = not look.now.base[slot].any()
        market = int(np.argmax(look.now.maintenance_by_market[slot]))
        record = look.state.markets[market]
        budget = int(record["insurance_budget"]) - int(record["insurance_paid"])
        can_pay = min(int(look.state.exchange["insurance"]), budget) > 0
        if (can_pay or is_flat) and self._do("resolve_bankruptcy", slot, market, look):
            return True
        return not is_flat and self._do("auto_deleverage", slot, market, look)

    def _take_over(self, slot: int, market: int, look: Look) -> bool:
        is_early = 3 * int(look.now.equity[slot]) >= 2 * int(look.now.maintenance[slot])
        since = int(self._venue.read_markets()[market]["no_bid_since"])
        if is_early and not (since and self._venue.machine.now_ms // 1_000 - since >= NO_BID_S):
            return False
        lots = min(abs(int(look.now.base[slot, market])), MAX_LOTS)
        return self._do("take_over", slot, market, look, lots=lots)

    def _do(self, stage: str, slot: int, market: int, look: Look, **more: int) -> bool:
        """Run one step on the account. Whether it changed anything, or will in the next slot."""
        if not on_chain(stage):
            return False
        generation = int(look.state.slots["generation"][slot])
        instruction = builder(stage)(self._venue.addresses, self.seat.key, market, slot, generation, **more)
        receipt = self._venue.machine.run(stage, instruction)
        if receipt.error is not None:
            return receipt.error == "MatchLimitReached"  # this slot's allowance of the market is used up
        step = Step(stage, slot, market, self._venue.machine.now_ms)
        return self.waterfall.book(step, receipt, look, self._venue.read())
