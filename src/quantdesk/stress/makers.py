"""The market makers: the maker keeper's own quoting, around the true price, wider when the price moves.

A maker hedges elsewhere, so it quotes around the price that the venues have (not the index, which may lag)
and puts money back when half of it is gone.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from quantdesk.domain.orders import OrderId
from quantdesk.domain.units import LotPrice, Ticks
from quantdesk.keepers.config import Level
from quantdesk.keepers.quotes import PPM, QuotePlan, WantedQuote, wanted_quotes
from quantdesk.program import instructions as build
from quantdesk.program.layouts import Book
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
    centre: int = 0
    lots: int = 0
    moved: float = 0.0
    price: float = 0.0


@dataclass
class Maker:
    """One maker; ``pace`` makes its ladder a little wider or tighter than the others'."""

    seat: Seat
    pace: float
    quoting: dict[int, _Quoting] = field(default_factory=dict)


class Makers:
    """All of them. ``paid_in``: quote atoms they deposited, the first deposit included."""

    def __init__(self, venue: Venue, crowd: Crowd, rng: np.random.Generator) -> None:
        self._venue, self._depth = venue, crowd.depth
        self._capital = CAPITAL * crowd.depth * ATOMS * len(venue.markets)
        self.paid_in = crowd.makers * self._capital
        self.makers = [
            Maker(venue.seat(f"maker {number}", self._capital), 0.8 + 0.4 * float(rng.random()))
            for number in range(crowd.makers)
        ]

    def act(self, prices: npt.NDArray[np.int64], now: Standings) -> None:
        """Quote each market around ``prices`` (LotPrice; 0: silent, so nothing may rest)."""
        for market, price in enumerate(prices.tolist()):
            for maker in self.makers:
                quoting = maker.quoting.setdefault(market, _Quoting())
                if price:
                    self._quote(maker, quoting, market, price, now)
                elif quoting.lots:
                    self._withdraw(maker, quoting, market)
        for maker in self.makers:
            if int(now.equity[maker.seat.slot]) * 2 < self._capital:
                self._top_up(maker, self._capital - int(now.equity[maker.seat.slot]))

    def _quote(self, maker: Maker, quoting: _Quoting, market: int, price: int, now: Standings) -> None:
        step = abs(price / quoting.price - 1) * PPM if quoting.price else 0.0
        quoting.moved = max(step, MEMORY * quoting.moved)
        quoting.price = float(price)
        off = abs(price - quoting.centre) * PPM >= REQUOTE_PPM * price
        thinned = int(now.resting[maker.seat.slot, market]) * 5 < quoting.lots * 4
        if quoting.centre and not off and not thinned:
            return
        wanted = self._wanted(maker, quoting, market, price, int(now.base[maker.seat.slot, market]))
        instruction = build.replace_many(
            self._venue.addresses,
            maker.seat.key,
            market,
            cancels=_own_orders(self._venue.read_book(market), maker.seat.slot)[: build.MAX_BATCH],
            quotes=[_wire(each) for each in wanted],
        )
        if self._venue.machine.run("replace_many", instruction).error is None:
            quoting.centre, quoting.lots = price, sum(each.lots for each in wanted)

    def _wanted(
        self, maker: Maker, quoting: _Quoting, market: int, price: int, base: int
    ) -> list[WantedQuote]:
        wide = maker.pace * min(WIDEST, 1 + quoting.moved / CALM_PPM)
        levels = tuple(Level(int(ppm * wide), int(self._depth * share)) for ppm, share in LADDER)
        plan = QuotePlan(levels, SKEW_PPM, INVENTORY * self._depth)
        return wanted_quotes(self._venue.markets[market], LotPrice(price), base, plan)

    def _withdraw(self, maker: Maker, quoting: _Quoting, market: int) -> None:
        instruction = build.cancel_all(self._venue.addresses, maker.seat.key, market)
        self._venue.machine.run("cancel_all", instruction)
        quoting.centre = quoting.lots = 0

    def _top_up(self, maker: Maker, amount: int) -> None:
        instruction = self._venue.deposit(maker.seat.key, maker.seat.source, amount)
        if self._venue.machine.run("deposit", instruction).error is None:
            self.paid_in += amount


def _own_orders(book: Book, slot: int) -> list[OrderId]:
    """Ids of the slot's orders."""
    found = []
    for orders in (book.bids, book.asks):
        own = orders[orders["slot"] == slot]
        pairs = zip(own["ticks"].tolist(), own["seq"].tolist(), strict=True)
        found += [OrderId(Ticks(ticks), seq) for ticks, seq in pairs]
    return found


def _wire(quote: WantedQuote) -> Quote:
    side = Side.BID if quote.is_bid else Side.ASK
    return Quote(side, OrderKind.POST_ONLY_SLIDE, False, quote.ticks, quote.lots, 0)
