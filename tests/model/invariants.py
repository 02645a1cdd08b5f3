"""The invariants of ``program.md`` on the model's state, just found equal to the program's.

The first five are of the state; the sixth compares it with the state before the instruction; the seventh is
:func:`model.unwind.unwind`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from model import funding
from model.exact import MILLION
from model.layout import Record
from model.state import Order, Slot, State


class Broken(AssertionError):
    """An invariant that does not hold: its number and what was found."""


def require(holds: bool, number: int, *found: Any) -> None:
    """Raises Broken unless it holds."""
    if not holds:
        raise Broken(f"invariant {number}: {found}")


class Sums(Counter[tuple[str, int]]):
    """What all rows hold together, by name and market or collateral; moved by each instruction's changes."""

    def follow(self, state: State) -> None:
        """The changes of the last instruction."""
        for (kind, key), before in state.kept.items():
            if kind in COUNTED:
                self.count(kind, key, before, -1)
                self.count(kind, key, state.rows.get((kind, key)), 1)

    def count(self, kind: str, key: Any, row: Any, sign: int) -> None:
        """One row, counted or no longer."""
        if row is not None:
            for name, value in COUNTED[kind](key, row):
                self[name] += sign * value

    @staticmethod
    def of(state: State) -> Sums:
        """Counted anew from every row."""
        sums = Sums()
        for kind in COUNTED:
            for key, row in state.all(kind):
                sums.count(kind, key, row, 1)
        return sums


def of_slot(_: Any, slot: Slot) -> Iterator[tuple[tuple[str, int], int]]:
    """Balances, what of them is negative, lots, and what positions paid and still owe."""
    if not slot.active:
        return
    yield ("held", 0), slot.usdc
    yield ("negative", 0), max(0, -slot.usdc)
    for index, amount in enumerate(slot.collaterals, 1):
        yield ("held", index), amount
    for market, position in slot.positions.items():
        yield ("quote", 0), position.quote
        yield ("long" if position.base > 0 else "short", market), abs(position.base)
        yield ("base x funding index", market), position.base * position.funding_index


def of_trader(_: Any, trader: Record) -> Iterator[tuple[tuple[str, int], int]]:
    """What lies outside the ledger."""
    for index, amount in enumerate(trader.parked):
        yield ("parked", index), amount + (trader.executor_fees if index == 0 else 0)


def of_market(market: int, row: Record) -> Iterator[tuple[tuple[str, int], int]]:
    """Dust of funding."""
    yield ("pools", 0), row.funding_pool


COUNTED: dict[str, Callable[[Any, Any], Iterator[tuple[tuple[str, int], int]]]] = {
    "slot": of_slot,
    "trader": of_trader,
    "market": of_market,
}


def check(state: State, sums: Sums) -> None:
    """Invariants 1 to 5 after an instruction; books and their totals where it touched them."""
    sums.follow(state)
    money(state, sums)
    for market, known in state.all("market"):
        balance(known, sums, market)
        zero_sum(known, sums, market)
    for kind, key in state.kept:
        if kind == "book":
            book(state, key)
            totals(state, key)


def check_whole(state: State, sums: Sums) -> None:
    """The same of every row; the sums that were carried along are those counted anew."""
    anew = Sums.of(state)
    require(+anew == +sums and -anew == -sums, 1, "sums", anew, sums)
    for market, _ in state.all("book"):
        book(state, market)
        totals(state, market)


def money(state: State, sums: Sums) -> None:
    """1: what a vault must hold is the sum of everyone's claims."""
    exchange = state.rows["exchange", 0]
    quote = sums["quote", 0] + half_settled(state, sums)
    require(quote == exchange.open_quote, 1, "open quote", quote, exchange.open_quote)
    negative = sums["negative", 0]
    require(negative == exchange.negative_usdc, 1, "negative", negative, exchange.negative_usdc)
    for index, known in state.all("collateral"):
        parked, claims = sums["parked", index], sums["held", index] + sums["parked", index]
        require(parked == known.total_parked, 1, index, "parked", parked, known.total_parked)
        if index == 0:
            claims += quote + sums["pools", 0]
            claims += exchange.insurance + exchange.fees_collected - exchange.deficit
        require(claims == known.total_deposits, 1, index, "claims", claims, known.total_deposits)
        vault = state.rows["tokens", ("vault", index)].amount
        require(vault >= known.total_deposits, 1, index, "vault", vault, known.total_deposits)


def half_settled(state: State, sums: Sums) -> int:
    """Worth of the lots whose other side is closed already, in a market that settles at one price."""
    return sum(
        (sums["long", market] - sums["short", market]) * row.settlement_price
        for market, row in state.all("market")
        if row.status == 4
    )


def balance(known: Any, sums: Sums, market: int) -> None:
    """2: every long lot has its short one."""
    long, short = sums["long", market], sums["short", market]
    require((long, short) == (known.open_long, known.open_short), 2, market, long, short, known.open_long)
    settling = known.status == 4 and known.settlement_price > 0
    require(settling or long == short, 2, market, long, short)


def zero_sum(known: Any, sums: Sums, market: int) -> None:
    """3: what is owed and not yet settled, with the pool, is never less than nothing."""
    base = sums["long", market] - sums["short", market]
    owed = base * known.funding_index - sums["base x funding index", market]
    require(known.funding_pool * MILLION + owed >= 0, 3, market, known.funding_pool, owed)


def book(state: State, market: int) -> None:
    """4: sorted, first come first at a price, uncrossed."""
    held = state.rows["book", market]
    for side in (held.bids, held.asks):
        ranks = [order.rank for order in side]
        require(ranks == sorted(ranks), 4, market, ranks)
        require(all(order.lots > 0 and order.ticks > 0 for order in side), 4, market, "an empty order")
        require(len(side) <= held.capacity, 4, market, len(side))
    if held.bids and held.asks:
        require(held.bids[0].ticks < held.asks[0].ticks, 4, market, held.bids[0], held.asks[0])


def totals(state: State, market: int) -> None:
    """5: a slot's resting totals are the sums of its orders; the cached top is the book's."""
    held, known = state.rows["book", market], state.rows["market", market]
    sums: dict[tuple[int, str], list[int]] = {}
    for order in held.bids + held.asks:
        entry = sums.setdefault((order.owner, order.side), [0, 0])
        entry[0] += 1
        entry[1] += order.lots
    stored = {}
    for index, slot in state.all("slot"):
        if position := slot.positions.get(market):
            stored[index, "Bid"] = [position.bid_orders, position.bid_lots]
            stored[index, "Ask"] = [position.ask_orders, position.ask_lots]
    require({key: entry for key, entry in stored.items() if entry != [0, 0]} == sums, 5, market, stored, sums)
    for side, orders in (("bid", held.bids), ("ask", held.asks)):
        top = (orders[0].ticks, orders[0].lots) if orders else (0, 0)
        cached = (getattr(known, f"best_{side}_ticks"), getattr(known, f"best_{side}_lots"))
        require(cached == top, 5, market, side, cached, top)
    ids = [(order.owner, order.client_id) for order in held.bids + held.asks if order.client_id]
    require(len(ids) == len(set(ids)), 5, market, "client ids", ids)


# -- the sixth ----------------------------------------------------------------------------------


def bystanders(state: State, event: tuple[str, dict[str, Any]], actors: set[int]) -> None:
    """6: whoever did not act gained or lost exactly what its own resting orders traded at their own prices.

    ``actors`` are the slots of the signing owner's traders and of an account being liquidated. Equity is
    taken at the same prices and the same funding index before and after.
    """
    name, fields = event
    fills = fields.get("fills", []) if name == "OrdersProcessed" else []
    explained: dict[int, int] = {}
    if name == "PositionsTransferred" and fields["kind"] > 0:
        explained = deleveraged(state, fields)
    if fills:
        market = fields["market"]
        before = state.kept.get(("book", market))
        orders = {(order.side, order.number): order for order in before.bids + before.asks}
        for fill in fills:
            gain = _gain(state, market, fill, orders)
            explained[fill.maker_slot] = explained.get(fill.maker_slot, 0) + gain
    for (kind, key), before in state.kept.items():
        if kind == "slot" and before is not None and before.active and key not in actors:
            after = state.rows[kind, key]
            require(after.owner == before.owner, 6, key, "owner")
            require(after.collaterals == before.collaterals, 6, key, "collaterals")
            changed = worth(state, after) - worth(state, before)
            require(changed == explained.get(key, 0), 6, key, changed, explained.get(key, 0), name)


def deleveraged(state: State, fields: dict[str, Any]) -> dict[int, int]:
    """What the counterparties of a deleveraging gained at the index: they closed at the bankruptcy price."""
    index = state.rows["market", fields["market"]].index_price
    found = {}
    for one in fields["transfers"]:
        own = fields["kind"] == 2
        bought = one.lots if (one.side == 0) == own else -one.lots
        found[one.slot] = bought * (index - one.price)
    return found


def _gain(state: State, market: int, fill: Any, orders: dict[tuple[str, int], Order]) -> int:
    """What the maker of a fill gained at the index, which may be a loss: its own price was that."""
    side = "Ask" if fill.maker_seq >= 2**63 else "Bid"
    own = orders[side, fill.maker_seq % 2**63]
    require(own.ticks == fill.ticks and own.owner == fill.maker_slot, 6, fill, own)
    known = state.rows["market", market]
    bought = fill.lots if side == "Bid" else -fill.lots
    return int(bought * (known.index_price - fill.ticks * known.tick_size) - fill.maker_fee)


def worth(state: State, slot: Slot) -> int:
    """Equity at the index, net of funding owed at the present funding index."""
    total = slot.usdc
    for market, position in slot.positions.items():
        known = state.rows["market", market]
        total += position.quote + position.base * known.index_price - funding.owed(position, known)
    return int(total)
