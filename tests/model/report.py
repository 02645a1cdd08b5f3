"""What an order instruction did, and the limits that follow from its event having to fit 10,240 bytes."""

from __future__ import annotations

from typing import Any

from integration.program import idl
from model.exact import MILLION, floor, require
from model.layout import Record
from model.state import Order, State

EVENT_BYTES = 10_240
FIXED_BYTES = 224
"""Kept for what is no list."""
MOST_FILLS, MOST_REMOVALS = 64, 32
ASK_BIT = 2**63

REASONS = {
    "cancelled": 0,
    "expired": 1,
    "self-trade": 2,
    "outside band": 3,
    "margin": 4,
    "evicted": 5,
    "reduce-only": 6,
    "dead man": 7,
    "forced": 8,
    "liquidation": 9,
    "modified": 10,
    "settled": 11,
}


def seq(side: str, number: int) -> int:
    """An order's number with its side in the top bit."""
    return number + (ASK_BIT if side == "Ask" else 0)


class Report:
    """Lists of the event ``OrdersProcessed``; ``touched`` maps slots to the funding they paid."""

    def __init__(self) -> None:
        self.orders: list[Record] = []
        self.fills: list[Record] = []
        self.removed: list[Record] = []
        self.touched: dict[int, int] = {}
        self.matched_away = 0
        """Orders removed while matching."""
        self.expected = 1
        """Results for which room is kept."""

    def bytes(self) -> int:
        """The event's size as the limits count it."""
        size = idl.size_of
        return (
            FIXED_BYTES
            + self.expected * size("OrderRecord")
            + len(self.fills) * size("FillRecord")
            + len(self.removed) * size("RemovedRecord")
            + len(self.touched) * size("TouchedRecord")
        )

    def _fits(self, row: str) -> bool:
        more = idl.size_of(row) + 2 * idl.size_of("TouchedRecord")
        return self.bytes() + more <= EVENT_BYTES

    def may_fill(self) -> bool:
        """Whether the match limit lets another fill pass."""
        return len(self.fills) < MOST_FILLS and self._fits("FillRecord")

    def may_remove(self) -> bool:
        """Whether the match limit lets another order be removed."""
        return self.matched_away < MOST_REMOVALS and self._fits("RemovedRecord")

    def touch(self, slot: int, funding: int = 0) -> None:
        """A slot's balance, position or resting totals changed."""
        self.touched[slot] = self.touched.get(slot, 0) + funding

    def removal(self, state: State, order: Order, reason: str) -> None:
        """An order left without a fill."""
        require(len(self.removed) < 128, "EventTooLarge")
        self.removed.append(
            Record(
                slot=order.owner,
                generation=state.slot(order.owner).generation,
                ticks=order.ticks,
                seq=seq(order.side, order.number),
                client_id=order.client_id,
                lots=order.lots,
                reason=REASONS[reason],
            )
        )
        self.touch(order.owner)

    def rows_of_touched(self, state: State, market: int) -> list[Record]:
        """The touched slots as they are now."""
        flat = dict.fromkeys(("base", "quote", "entry_quote", "funding_index"), 0)
        flat |= dict.fromkeys(("bid_lots", "ask_lots", "bid_orders", "ask_orders"), 0)
        rows = []
        for index, paid in self.touched.items():
            slot = state.slot(index)
            position = slot.positions.get(market)
            held = {name: getattr(position, name) for name in flat} if position else flat
            money = {name: getattr(slot, name) for name in ("usdc", "locked", "locked_at", "locked_for")}
            rows.append(Record(slot=index, generation=slot.generation, funding_paid=paid, **money, **held))
        return rows

    def event(self, state: State, market: int, **more: Any) -> dict[str, Any]:
        """The event's fields."""
        known = state.market(market)
        after = Record(
            best_bid=known.best_bid_ticks,
            best_ask=known.best_ask_ticks,
            mark=known.mark_price,
            index=known.index_price,
            last=known.last_trade,
            open_interest=known.open_long,
            funding_index=known.funding_index,
            next_rate=known.next_rate,
        )
        return more | {
            "market": market,
            "update_seq": state.book(market).update_seq,
            "orders": self.orders,
            "fills": self.fills,
            "removed": self.removed,
            "touched": self.rows_of_touched(state, market),
            "market_after": after,
        }


def fee(worth: int, rate: int) -> int:
    """A rate in millionths, negative for a rebate, rounded up: against whoever pays or receives."""
    return -floor(-rate, worth, MILLION)
