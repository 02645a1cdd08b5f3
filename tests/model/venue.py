"""One instruction at work in one market: its trader, book, report, and what is the same for all of them."""

from __future__ import annotations

from typing import Any

from model import delegates, layout, mark
from model.exact import require
from model.layout import Record
from model.report import Report
from model.state import POSITIONS, Book, Call, Event, Order, Slot, State

DEEPEST = 32
"""Orders that an impact price looks at."""


class Venue:
    """A market's accounts, opened for a call; ``trader`` is the slot whose orders they are."""

    def __init__(self, state: State, call: Call, anyone: bool = False) -> None:
        self.state, self.call = state, call
        self.index: int = call.market
        self.market = state.market(self.index)
        require(state.book(self.index).header.status == 1, "AccountNotReady")
        assert call.trader is not None
        trader = state.trader(call.trader)
        self.account = trader
        self.delegate = None if anyone else delegates.acting(trader, call)
        slot = state.slot_of(trader)
        slot.last_active = call.unix
        self.trader: int = trader.slot_index
        mark.catch_up(self.market, call)
        self.report = Report()
        self.changed: set[str] = set()

    @property
    def book(self) -> Book:
        """The market's book."""
        return self.state.book(self.index)

    @property
    def slot(self) -> Slot:
        """The slot whose orders they are."""
        return self.state.slot(self.trader)

    # -- a slot's position in this market -----------------------------------------------------

    def position(self, owner: int | None = None) -> Record | None:
        """A slot's position, or what its orders need of one."""
        return self.state.slot(self.trader if owner is None else owner).positions.get(self.index)

    def position_or_new(self) -> Record:
        """The trader's position, begun if there is none; at most 8 markets."""
        slot = self.slot
        if self.index not in slot.positions:
            require(len(slot.positions) < POSITIONS, "TooManyPositions")
            slot.positions[self.index] = layout.zero("Position")
            slot.positions[self.index].market = self.index
        return slot.positions[self.index]

    def forget_if_empty(self, owner: int) -> None:
        """A position without base and without orders is none."""
        slot = self.state.slot(owner)
        held = slot.positions.get(self.index)
        if held is not None and not (held.base or held.bid_orders or held.ask_orders):
            del slot.positions[self.index]

    # -- orders ---------------------------------------------------------------------------------

    def count(self, order: Order, lots: int, orders: int) -> None:
        """Lots and orders into (or out of) the owner's resting totals."""
        held = self.position(order.owner)
        assert held is not None, order
        side = order.side.lower()
        setattr(held, f"{side}_lots", getattr(held, f"{side}_lots") + lots)
        setattr(held, f"{side}_orders", getattr(held, f"{side}_orders") + orders)

    def rest(self, order: Order) -> None:
        """Into the book."""
        self.book.add(order)
        self.count(order, order.lots, 1)
        self.changed.add(order.side)
        self.report.touch(order.owner)

    def remove(self, order: Order, reason: str) -> None:
        """Out of the book without a fill."""
        self.book.side(order.side).remove(order)
        self.count(order, -order.lots, -1)
        self.changed.add(order.side)
        if order.owner != self.trader:
            self.forget_if_empty(order.owner)
        self.report.removal(self.state, order, reason)

    def shrink(self, order: Order, lots: int) -> None:
        """Fewer lots of a resting order; gone without any."""
        left = order.lots - lots
        if left:
            self.book.replace(order, order._replace(lots=left))
        else:
            self.book.side(order.side).remove(order)
        self.count(order, -lots, 0 if left else -1)
        self.changed.add(order.side)

    # -- the end --------------------------------------------------------------------------------

    def finish(self, kind: int) -> Event:
        """Caches the top of the book, computes the mark, tells what happened."""
        self.forget_if_empty(self.trader)
        if self.changed:
            self.book.update_seq += 1
            for side in self.changed:
                self._cache(side)
            mark.refresh(self.market, self.call)
        fields: dict[str, Any] = {
            "kind": kind,
            "taker_slot": self.trader,
            "generation": self.slot.generation,
            "signer": self.call.signer,
        }
        return "OrdersProcessed", self.report.event(self.state, self.index, **fields)

    def _cache(self, side: str) -> None:
        orders, name = self.book.side(side), side.lower()
        setattr(self.market, f"best_{name}_ticks", orders[0].ticks if orders else 0)
        setattr(self.market, f"best_{name}_lots", orders[0].lots if orders else 0)
        setattr(self.market, f"impact_{name}", impact(orders, self.market, side))


def impact(orders: list[Order], market: Record, side: str) -> int:
    """Average price of trading the impact notional in whole lots; 0 when 32 orders are too few.

    Rounded down for bids and up for asks.
    """
    wanted = -(-market.impact_notional // market.tick_size)
    lots = worth = 0
    for order in orders[:DEEPEST]:
        if worth + order.ticks * order.lots < wanted:
            lots, worth = lots + order.lots, worth + order.ticks * order.lots
            continue
        part = -(-(wanted - worth) // order.ticks)
        total, lots = (worth + part * order.ticks) * market.tick_size, lots + part
        return total // lots if side == "Bid" else -(-total // lots)
    return 0
