"""A Book account: every resting order of a market."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from quantdesk.domain.orders import OrderId, Side
from quantdesk.domain.units import BaseLots, Ticks
from quantdesk.program.dtypes import account_dtype
from quantdesk.program.layouts.reading import Records, account_record, read, table


@dataclass(frozen=True, slots=True)
class Order:
    """A resting order."""

    ticks: int
    lots: int
    seq: int
    client_id: int
    expiry: int
    slot: int
    flags: int
    ledger: int

    @property
    def order_id(self) -> OrderId:
        """Price and sequence, whose text is the id outside."""
        return OrderId(Ticks(self.ticks), self.seq)


class Book:
    """A Book account: ``bids`` and ``asks`` are structured arrays with the BEST price first."""

    def __init__(self, header: Any, bids: Records, asks: Records) -> None:
        self.market = int(header["market"])
        self.capacity = int(header["capacity"])
        self.order_seq = int(header["order_seq"])
        self.update_seq = int(header["update_seq"])
        self.bids = bids
        self.asks = asks

    @classmethod
    def decode(cls, data: bytes) -> Book:
        """From account bytes. Raises ``AccountInvalid``."""
        header = account_record("Book", data)
        capacity = int(header["capacity"])
        start = account_dtype("Book").itemsize
        orders = table("Order", data, start, 2 * capacity)
        bids = orders[: int(header["bid_count"])][::-1]
        asks = orders[capacity : capacity + int(header["ask_count"])][::-1]
        return cls(header, bids, asks)

    def side(self, side: Side) -> Records:
        """Orders of one side, best first."""
        return self.bids if side is Side.BUY else self.asks

    def levels(self, side: Side, depth: int | None = None) -> list[tuple[int, int]]:
        """``(ticks, lots)`` summed by price, best first, at most ``depth`` of them."""
        orders = self.side(side)
        if not len(orders):
            return []
        ticks = orders["ticks"]
        starts = np.concatenate(([0], np.flatnonzero(ticks[1:] != ticks[:-1]) + 1))
        lots = np.add.reduceat(orders["lots"].astype(np.uint64), starts)
        found = list(zip(ticks[starts].tolist(), lots.tolist(), strict=True))
        return found if depth is None else found[:depth]

    def order(self, order_id: OrderId) -> Order | None:
        """The resting order with that id, or None."""
        orders = self.side(order_id.side)
        found = np.flatnonzero((orders["seq"] == order_id.seq) & (orders["ticks"] == order_id.ticks))
        return read(Order, orders[int(found[0])]) if len(found) else None

    def orders_of(self, slot: int) -> list[Order]:
        """Every resting order of a Ledger slot, bids first, best first."""
        found: list[Order] = []
        for orders in (self.bids, self.asks):
            found += [read(Order, orders[i]) for i in np.flatnonzero(orders["slot"] == slot)]
        return found

    def every(self) -> list[Order]:
        """Every resting order, bids first, best first."""
        return [read(Order, each) for orders in (self.bids, self.asks) for each in orders]

    def best(self, side: Side) -> tuple[Ticks, BaseLots] | None:
        """Best price with all its lots, or None for an empty side."""
        top = self.levels(side, 1)
        return (Ticks(top[0][0]), BaseLots(top[0][1])) if top else None
