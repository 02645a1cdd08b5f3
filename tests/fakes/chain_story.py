"""A made-up but consistent life of an exchange, as the program's own event bytes: for the indexer's tests.

Traders open, deposit and activate; a maker rests orders, takers fill, orders are cancelled, expire or are
refused; prices move. The story keeps its own books, so that a test can compare what the indexer says.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from solders.pubkey import Pubkey
from solders.signature import Signature

from quantdesk.domain.orders import ASK_BIT
from quantdesk.indexer.placed import PlacedEvent
from quantdesk.program import events as ev
from quantdesk.program import records as rec
from quantdesk.program.codec import write_value
from quantdesk.program.errors import error_named

TICK_SIZE = 100
LOTS_PER_BASE = 100
NO_SLOT = 65_535


@dataclass
class Trader:
    """A trader of the story."""

    owner: Pubkey
    slot_index: int
    generation: int = 1
    usdc: int = 0
    base: int = 0
    quote: int = 0
    fills: int = 0


@dataclass
class Resting:
    """An order of the story's book."""

    trader: Trader
    ticks: int
    lots: int
    seq: int
    client_id: int


@dataclass
class Story:
    """Makes events one after the other; ``seed`` decides everything."""

    seed: int = 1
    seq: int = 0
    slot: int = 100
    unix_ts: int = 1_800_000_000
    order_seq: int = 0
    update_seq: int = 0
    index: int = 14_000
    traders: list[Trader] = field(default_factory=list)
    book: list[Resting] = field(default_factory=list)
    fills: list[tuple[int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._key = random.Random(self.seed + 1)

    def key(self) -> Pubkey:
        return Pubkey.from_bytes(self._key.randbytes(32))

    def place(self, event: ev.Event) -> PlacedEvent:
        """The event as it would stand on the chain."""
        payload = payload_of(event)
        signature = str(Signature.from_bytes(self._key.randbytes(64)))
        return PlacedEvent(
            ev.decode_payload(event.name, payload), payload, event.slot, f"hash{event.slot}", signature
        )

    def head(self) -> tuple[int, int, int]:
        """Sequence, slot and time of the next event."""
        self.seq += 1
        if self._random.random() < 0.4:
            self.slot += 1
            self.unix_ts += self._random.choice((0, 0, 1, 1, 7))
        return self.seq, self.slot, self.unix_ts

    def opening(self, traders: int = 4) -> Iterator[PlacedEvent]:
        """Set-up: one market, then traders with money and a slot."""
        yield self.place(ev.ExchangeInitialised(*self.head(), 0, self.key(), self.key()))
        yield self.place(ev.MarketCreated(*self.head(), 0, self.key(), market_params("SOL-PERP")))
        yield self.place(ev.ExchangeOpened(*self.head(), 0))
        yield self.prices()
        for number in range(traders):
            yield from self.admit(number)

    def admit(self, number: int) -> Iterator[PlacedEvent]:
        owner = self.key()
        trader = Trader(owner, number)
        self.traders.append(trader)
        yield self.place(ev.TraderOpened(*self.head(), self.key(), owner, 0))
        parked = balances(None, parked=1_000_000_000)
        yield self.place(ev.Deposited(*self.head(), owner, 0, 0, 1_000_000_000, True, parked))
        trader.usdc = 1_000_000_000
        active = balances(trader)
        yield self.place(ev.TraderActivated(*self.head(), owner, 0, number, trader.generation, active))

    def prices(self) -> PlacedEvent:
        self.index = max(1_000, self.index + self._random.randint(-20, 20))
        price = rec.PriceRecord(0, self.index, self.index + 1, 5, self.unix_ts * 1_000, 1, 17, 3, 4)
        return self.place(ev.PricesUpdated(*self.head(), [price]))

    def step(self) -> PlacedEvent:
        """One more thing that happens."""
        kind = self._random.random()
        if kind < 0.25:
            return self.prices()
        if kind < 0.65 or not self.book:
            return self.rest()
        return self.cancel() if kind < 0.75 else self.take()

    def go(self, count: int) -> list[PlacedEvent]:
        return [self.step() for _ in range(count)]

    def rest(self) -> PlacedEvent:
        """A batch of two quotes, sometimes with a refused third."""
        maker = self.traders[0]
        made = []
        for offset, side in ((-10, 0), (10, ASK_BIT)):
            self.order_seq += 1
            order = Resting(
                maker,
                self.index // 100 + offset + self._random.randint(0, 3),
                self._random.randint(1, 9),
                side | self.order_seq,
                self._random.randint(0, 2**64 - 1),
            )
            self.book.append(order)
            made.append(order)
        records = [
            rec.OrderRecord(i, 0, o.seq, o.client_id, o.ticks, o.lots, 0, o.lots, 1, 8, 0)
            for i, o in enumerate(made)
        ]
        if self._random.random() < 0.3:
            code = error_named("PostOnlyWouldCross").code
            records.append(rec.OrderRecord(2, code, ASK_BIT, 7, made[0].ticks, 3, 0, 0, 1, 8, 0))
        return self.trade(maker, 2, orders=records, touched=[touched(maker)])

    def take(self) -> PlacedEvent:
        """A taker fills the best of a random side, maybe with a remainder that is dropped."""
        taker = self._random.choice(self.traders[1:])
        makers = self._random.sample(self.book, min(2, len(self.book)))
        makers = [order for order in makers if (order.seq & ASK_BIT) == (makers[0].seq & ASK_BIT)]
        fills, side = [], 1 if makers[0].seq & ASK_BIT else -1
        for order in makers:
            lots = self._random.randint(1, order.lots)
            order.lots -= lots
            fills.append(self.fill(order, taker, lots, side))
            if not order.lots:
                self.book.remove(order)
        filled = sum(fill.lots for fill in fills)
        self.order_seq += 1
        seq = (0 if side > 0 else ASK_BIT) | self.order_seq
        sent = filled + self._random.choice((0, 0, 5))
        record = rec.OrderRecord(0, 0, seq, 0, fills[-1].ticks, sent, filled, 0, 3, 0, 0)
        return self.trade(
            taker,
            0,
            orders=[record],
            fills=fills,
            touched=[touched(taker), touched(self.traders[0], funding=-3)],
        )

    def fill(self, order: Resting, taker: Trader, lots: int, side: int) -> rec.FillRecord:
        quote = order.ticks * TICK_SIZE * lots
        for trader, sign in ((taker, side), (order.trader, -side)):
            trader.base += sign * lots
            trader.quote -= sign * quote
            trader.usdc -= 2 if trader is taker else -1
            trader.fills += 1
        self.fills.append((order.ticks, lots))
        return rec.FillRecord(
            order.trader.slot_index,
            order.seq,
            order.client_id,
            0,
            order.ticks,
            lots,
            order.lots,
            -1,
            2,
            11,
            -11,
        )

    def cancel(self) -> PlacedEvent:
        order = self.book.pop(self._random.randrange(len(self.book)))
        trader, reason = order.trader, self._random.choice((0, 1, 4))
        removed = rec.RemovedRecord(
            trader.slot_index, trader.generation, order.ticks, order.seq, order.client_id, order.lots, reason
        )
        return self.trade(trader, 3, removed=[removed], touched=[touched(trader)])

    def trade(self, trader: Trader, kind: int, **lists: list[Any]) -> PlacedEvent:
        self.update_seq += 1
        fills = lists.get("fills", [])
        last = fills[-1].ticks * TICK_SIZE if fills else 0
        after = rec.MarketAfter(0, 0, self.index + 2, self.index, last, abs(self.traders[0].base), 17, 4)
        signer = trader.owner
        seat = (trader.slot_index, trader.generation, signer, self.update_seq)
        rows = [lists.get(name, []) for name in ("orders", "fills", "removed", "touched")]
        return self.place(ev.OrdersProcessed(*self.head(), 0, kind, *seat, *rows, after))


def payload_of(event: ev.Event) -> bytes:
    """The event's borsh bytes."""
    return write_value({"defined": {"name": event.name}}, rec.plain(event))


def balances(trader: Trader | None, *, parked: int = 0) -> rec.Balances:
    seat = (trader.slot_index, trader.generation, trader.usdc) if trader else (NO_SLOT, 0, 0)
    return rec.Balances(*seat, 0, 0, 0, [0, 0, 0, 0], [parked, 0, 0, 0, 0])


def touched(trader: Trader, *, funding: int = 0) -> rec.TouchedRecord:
    position = (trader.base, trader.quote, trader.quote, 17, 0, 0, 0, 0)
    return rec.TouchedRecord(trader.slot_index, trader.generation, trader.usdc, 5, 6, 600, *position, funding)


def market_params(symbol: str) -> rec.MarketParams:
    tiers = [rec.MarginTierParams(10**15, 50_000)] * 4
    numbers = [1] * 21
    head = (
        symbol.encode().ljust(16, b"\0"),
        Pubkey.default(),
        bytes(32),
        0,
        2_048,
        LOTS_PER_BASE,
        TICK_SIZE,
        14_000,
    )
    return rec.MarketParams(*head, tiers, *numbers)
