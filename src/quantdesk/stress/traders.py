"""The traders: they open with leverage, wait, close; some average down with a resting order.

None takes care. Stakes are log-normal, so that a few are large. Who lost most of a stake pays in again after
a while; who went bankrupt walks away.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from quantdesk.domain.market import MAX_LOTS
from quantdesk.domain.units import RATE_SCALE, ceil_div
from quantdesk.program import instructions as build
from quantdesk.program.instructions import NewOrder
from quantdesk.program.layouts.reading import Records
from quantdesk.program.records import OrderKind, Side
from quantdesk.stress.risk import Standings, largest_notional
from quantdesk.stress.scenario import Crowd
from quantdesk.stress.venue import ATOMS, Seat, Venue

MEAN_WAIT_S, MEAN_HOLD_S = 2 * 3_600, 12 * 3_600
"""Mean times between two positions and of a position (exponential)."""
STAKE_SIGMA = 1.0
SLIP = 0.01
"""How far from the price a taker goes, at most."""
RESTING_SHARE, RESTING_LEVERAGE, RESTING_SIZE = 0.25, 0.6, 0.5
"""Who averages down, what of the leverage it uses at first, and the size of the second order."""
RESTING_AWAY = (0.005, 0.08)
"""How far away the second order rests, as a fraction of the price."""
MARGIN_SHARE = 0.95
"""Of the equity, at most this much becomes initial margin: fee and slippage need the rest."""
LEAN = 0.3
"""How far the book's price moves the share of buyers at most; full at ``LEAN_PPM`` from the index."""
LEAN_PPM = 1_500


Prices = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Place:
    """Where somebody trades: the market, the true price (LotPrice) and the market's record on chain."""

    market: int
    price: int
    record: Any


class Traders:
    """All of them. ``paid_in``: quote atoms they deposited, the first deposits included."""

    def __init__(self, venue: Venue, crowd: Crowd, rng: np.random.Generator) -> None:
        self._venue, self._crowd, self._rng = venue, crowd, rng
        low, high = np.log(crowd.leverage)
        self._leverage = np.exp(rng.uniform(low, high, crowd.traders))
        stakes = crowd.stake * np.exp(rng.normal(0.0, STAKE_SIGMA, crowd.traders))
        self._stakes = (np.maximum(stakes, 50.0) * ATOMS).astype(np.int64)
        self._rests = rng.random(crowd.traders) < RESTING_SHARE
        self.paid_in = int(self._stakes.sum())
        self.seats = [venue.seat(f"trader {n}", int(stake)) for n, stake in enumerate(self._stakes)]
        self.slots = np.array([seat.slot for seat in self.seats])

    def act(self, prices: Prices, markets: Records, now: Standings, seconds: float) -> None:
        """Let whoever's time has come act. ``prices``: LotPrice by market, 0 where silent.

        ``markets``: their records as they are; ``now``: how the accounts stood when last looked at.
        """
        engaged = ((now.base | now.orders)[self.slots] != 0).any(axis=1)
        idle, held = -np.expm1([-seconds / MEAN_WAIT_S, -seconds / MEAN_HOLD_S])
        for who in np.flatnonzero(self._rng.random(len(self.seats)) < np.where(engaged, held, idle)).tolist():
            if engaged[who]:
                self._leave(who, prices, markets, now)
            elif prices[market := int(self._rng.integers(len(prices)))]:
                self._enter(who, Place(market, int(prices[market]), markets[market]), now)

    def _enter(self, who: int, place: Place, now: Standings) -> None:
        seat, stake = self.seats[who], int(self._stakes[who])
        equity = int(now.equity[seat.slot])
        if equity < 0:
            return
        if equity * 2 < stake:
            if not self._top_up(seat, stake - equity):
                return
            equity = stake
        known = self._venue.markets[place.market]
        at_risk = min(equity, 2 * stake)
        leverage = float(self._leverage[who]) * (RESTING_LEVERAGE if self._rests[who] else 1.0)
        notional = min(int(at_risk * leverage), largest_notional(known, int(at_risk * MARGIN_SHARE)))
        lots = min(notional // place.price, MAX_LOTS)
        side = Side.BID if self._rng.random() < self._share_of_buyers(place) else Side.ASK
        if notional < known.min_order_notional or not lots:
            return
        if self._take(seat, place, side, lots) and self._rests[who]:
            self._average_down(seat, place, side, int(lots * RESTING_SIZE))

    def _share_of_buyers(self, place: Place) -> float:
        """The crowd's share of longs, leaning to the side that the book makes cheap."""
        index = int(place.record["index_price"])
        premium = (int(place.record["mark_price"]) - index) / index * 1e6 / LEAN_PPM
        return self._crowd.long_share - LEAN * max(-1.0, min(1.0, premium))

    def _average_down(self, seat: Seat, place: Place, side: Side, lots: int) -> None:
        known = self._venue.markets[place.market]
        away = float(self._rng.uniform(*RESTING_AWAY))
        ticks = int(place.price * (1 - away if side is Side.BID else 1 + away)) // known.tick_size
        if lots and lots * ticks * known.tick_size >= known.min_order_notional:
            order = NewOrder(side, OrderKind.POST_ONLY, ticks, lots)
            instruction = build.place_order(self._venue.addresses, seat.key, place.market, order)
            self._venue.machine.run("place_order", instruction)

    def _leave(self, who: int, prices: Prices, markets: Records, now: Standings) -> None:
        seat = self.seats[who]
        for market, price in enumerate(prices.tolist()):
            if not price:
                continue
            if now.orders[seat.slot, market]:
                cancel = build.cancel_all(self._venue.addresses, seat.key, market)
                self._venue.machine.run("cancel_all", cancel)
            base = int(now.base[seat.slot, market])
            if base:
                side = Side.ASK if base > 0 else Side.BID
                self._take(seat, Place(market, price, markets[market]), side, abs(base), reduce_only=True)

    def _take(self, seat: Seat, place: Place, side: Side, lots: int, *, reduce_only: bool = False) -> bool:
        """Whether an immediate order, no worse than slip and trade band allow, filled at least in part."""
        tick, index = self._venue.markets[place.market].tick_size, int(place.record["index_price"])
        band = index * int(place.record["trade_band"]) // RATE_SCALE
        if side is Side.BID:
            ticks = min(int(place.price * (1 + SLIP)), index + band) // tick
        else:
            ticks = ceil_div(max(int(place.price * (1 - SLIP)), index - band), tick)
        order = NewOrder(side, OrderKind.IMMEDIATE_OR_CANCEL, ticks, lots, reduce_only=reduce_only)
        instruction = build.place_order(self._venue.addresses, seat.key, place.market, order)
        return self._venue.machine.run("place_order", instruction).error is None

    def _top_up(self, seat: Seat, amount: int) -> bool:
        instruction = self._venue.deposit(seat.key, seat.source, amount)
        if self._venue.machine.run("deposit", instruction).error is not None:
            return False
        self.paid_in += amount
        return True
