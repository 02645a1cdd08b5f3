"""The market makers: the maker keeper's own quoting, around the true price, wider when the price moves.

A maker hedges elsewhere, so it quotes around the price that the venues have (not the index, which may lag)
and puts money back when half of it is gone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from quantdesk.domain.orders import OrderId
from quantdesk.domain.units import LotPrice, Ticks
from quantdesk.keepers.config import Level
from quantdesk.keepers.quotes import PPM, QuotePlan, WantedQuote, wanted_quotes
from quantdesk.program import instructions as build
from quantdesk.program.records import OrderKind, Quote, Side
from quantdesk.stress.risk import Standings
from quantdesk.stress.scenario import Crowd
from quantdesk.stress.venue import ATOMS, Seat, Venue

LADDER = ((200, 0.05), (500, 0.10), (1_200, 0.15), (3_000, 0.20), (8_000, 0.25), (20_000, 0.25))
"""Distance from the centre in 1e-6 and share of the depth, each level of a side."""
CAPITAL, INVENTORY = 2, 3
"""Deposit, and position at which a side is empty, in multiples of the depth."""
SKEW_PPM = 1_500
REQUOTE_PPM = 500
CALM_PPM = 500
"""A step's price move at which quotes are twice as wide as in a market that stands still."""
WIDEST = 6.0
MEMORY = 0.9
"""How much of its view of the market's movement a maker keeps from one step to the next."""


@dataclass
class _Quoting:
    """What a maker rests in a market, around which price, and how much it saw the price move."""

    centre: int = 0
    lots: int = 0
    moved: float = 0.0
    price: float = 0.0

    def sees(self, price: int, resting: int) -> bool:
        """Take the price in. Whether to quote anew: at first, off the price, or with a fifth of it filled."""
        step = abs(price / self.price - 1) * PPM if self.price else 0.0
        self.moved = max(step, MEMORY * self.moved)
        self.price = float(price)
        is_off = abs(price - self.centre) * PPM >= REQUOTE_PPM * price
        return not self.centre or is_off or resting * 5 < self.lots * 4


@dataclass
class Maker:
    """One maker; ``pace`` makes its ladder a little wider or tighter than the others'."""

    seat: Seat
    pace: float
    quoting: list[_Quoting]


class Makers:
    """All of them. ``paid_in``: quote atoms they deposited, the first deposit included."""

    def __init__(self, venue: Venue, crowd: Crowd, rng: np.random.Generator) -> None:
        self._venue, self._depth = venue, crowd.depth
        self._capital = CAPITAL * crowd.depth * ATOMS * len(venue.markets)
        self.paid_in = crowd.makers * self._capital
        self.makers = [
            Maker(
                venue.seat(f"maker {number}", self._capital),
                0.8 + 0.4 * float(rng.random()),
                [_Quoting() for _ in venue.markets],
            )
            for number in range(crowd.makers)
        ]
        self._slots = np.array([maker.seat.slot for maker in self.makers])
        self._is_maker = np.zeros(venue.seats, bool)
        self._is_maker[self._slots] = True

    def act(self, prices: npt.NDArray[np.int64], now: Standings) -> None:
        """Quote each market around ``prices`` (LotPrice; 0: silent, so nothing may rest)."""
        for market, price in enumerate(prices.tolist()):
            if price:
                self._quote(market, price, now)
            else:
                self._withdraw(market)
        for maker, equity in zip(self.makers, now.equity[self._slots].tolist(), strict=True):
            if equity * 2 < self._capital:
                self._top_up(maker, self._capital - equity)

    def _quote(self, market: int, price: int, now: Standings) -> None:
        """Replace the quotes that are stale.

        Nobody's take or remove another's, so one look at the book serves all.
        """
        held, resting = (each[self._slots, market].tolist() for each in (now.base, now.resting))
        stale = [
            (maker, base)
            for maker, base, lots in zip(self.makers, held, resting, strict=True)
            if maker.quoting[market].sees(price, lots)
        ]
        if not stale:
            return
        orders = self._orders(market)
        batch = []
        for maker, base in stale:
            wanted = self._wanted(maker, market, price, base)
            instruction = build.replace_many(
                self._venue.addresses,
                maker.seat.key,
                market,
                cancels=orders[maker.seat.slot][: build.MAX_BATCH],
                quotes=_wire(wanted),
            )
            batch.append((maker.quoting[market], sum(each.lots for each in wanted), instruction))
        for quoting, lots, instruction in batch:
            if self._venue.machine.run("replace_many", instruction).error is None:
                quoting.centre, quoting.lots = price, lots

    def _orders(self, market: int) -> dict[int, list[OrderId]]:
        """Ids of each maker's orders by slot, bids first, best first."""
        found: dict[int, list[OrderId]] = {slot: [] for slot in self._slots.tolist()}
        book = self._venue.read_book(market)
        for orders in (book.bids, book.asks):
            own = orders[self._is_maker[orders["slot"]]]
            fields = (own[name].tolist() for name in ("slot", "ticks", "seq"))
            for slot, ticks, seq in zip(*fields, strict=True):
                found[slot].append(OrderId(Ticks(ticks), seq))
        return found

    def _wanted(self, maker: Maker, market: int, price: int, base: int) -> list[WantedQuote]:
        wide = maker.pace * min(WIDEST, 1 + maker.quoting[market].moved / CALM_PPM)
        levels = tuple(Level(int(ppm * wide), int(self._depth * share)) for ppm, share in LADDER)
        plan = QuotePlan(levels, SKEW_PPM, INVENTORY * self._depth)
        return wanted_quotes(self._venue.markets[market], LotPrice(price), base, plan)

    def _withdraw(self, market: int) -> None:
        for maker in self.makers:
            quoting = maker.quoting[market]
            if quoting.lots:
                instruction = build.cancel_all(self._venue.addresses, maker.seat.key, market)
                self._venue.machine.run("cancel_all", instruction)
                quoting.centre = quoting.lots = 0

    def _top_up(self, maker: Maker, amount: int) -> None:
        instruction = self._venue.deposit(maker.seat.key, maker.seat.source, amount)
        if self._venue.machine.run("deposit", instruction).error is None:
            self.paid_in += amount


def _wire(wanted: list[WantedQuote]) -> list[Quote]:
    bid, ask, kind = Side.BID, Side.ASK, OrderKind.POST_ONLY_SLIDE
    return [Quote(bid if each.is_bid else ask, kind, False, each.ticks, each.lots, 0) for each in wanted]
