"""The invariants of ``program.md`` on the model's state, just found equal to the program's.

The first five are of the state; the sixth compares it with the state before the instruction; the seventh is
:func:`model.unwind.unwind`.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from model import funding
from model.exact import MILLION
from model.state import Order, Slot, State


class Broken(AssertionError):
    """An invariant that does not hold: its number and what was found."""


def require(holds: bool, number: int, *found: Any) -> None:
    """Raises Broken unless it holds."""
    if not holds:
        raise Broken(f"invariant {number}: {found}")


def check(state: State, vault: int) -> None:
    """Invariants 1 to 5; books and totals where the last instruction touched them."""
    slots = state.active_slots()
    money(state, slots, vault)
    held: dict[int, list[tuple[int, Any]]] = {}
    for index, slot in slots.items():
        for market, position in slot.positions.items():
            held.setdefault(market, []).append((index, position))
    for market, known in state.all("market"):
        positions = held.get(market, [])
        balance(known, positions, market)
        zero_sum(known, positions, market)
    for kind, key in state.kept:
        if kind == "book":
            book(state, key)
            totals(state, key, held.get(key, []))


def money(state: State, slots: dict[int, Slot], vault: int) -> None:
    """1: what the vault must hold is the sum of everyone's claims."""
    exchange = state.rows["exchange", 0]
    usdc = state.rows["collateral", 0]
    positions = [position for slot in slots.values() for position in slot.positions.values()]
    quote = sum(position.quote for position in positions) + half_settled(state, slots)
    parked = sum(trader.parked[0] + trader.executor_fees for _, trader in state.all("trader"))
    pools = sum(market.funding_pool for _, market in state.all("market"))
    balances = sum(slot.usdc for slot in slots.values())
    require(quote == exchange.open_quote, 1, "open quote", quote, exchange.open_quote)
    require(parked == usdc.total_parked, 1, "parked", parked, usdc.total_parked)
    negative = sum(max(0, -slot.usdc) for slot in slots.values())
    require(negative == exchange.negative_usdc, 1, "negative", negative, exchange.negative_usdc)
    claims = balances + quote + parked + pools
    claims += exchange.insurance + exchange.fees_collected - exchange.deficit
    require(claims == usdc.total_deposits, 1, "claims", claims, usdc.total_deposits)
    require(vault >= usdc.total_deposits, 1, "vault", vault, usdc.total_deposits)


def half_settled(state: State, slots: dict[int, Slot]) -> int:
    """Worth of the lots whose other side is closed already, in a market that settles at one price."""
    prices = {market: row.settlement_price for market, row in state.all("market") if row.status == 4}
    held = [(market, one) for slot in slots.values() for market, one in slot.positions.items()]
    return sum(one.base * prices[market] for market, one in held if market in prices)


def balance(known: Any, positions: list[tuple[int, Any]], market: int) -> None:
    """2: every long lot has its short one."""
    long = sum(max(0, position.base) for _, position in positions)
    short = sum(max(0, -position.base) for _, position in positions)
    require((long, short) == (known.open_long, known.open_short), 2, market, long, short, known.open_long)
    settling = known.status == 4 and known.settlement_price > 0
    require(settling or long == short, 2, market, long, short)


def zero_sum(known: Any, positions: list[tuple[int, Any]], market: int) -> None:
    """3: what is owed and not yet settled, with the pool, is never less than nothing."""
    owed = sum(
        Fraction(position.base * (known.funding_index - position.funding_index), MILLION)
        for _, position in positions
    )
    require(known.funding_pool + owed >= 0, 3, market, known.funding_pool, owed)


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


def totals(state: State, market: int, positions: list[tuple[int, Any]]) -> None:
    """5: a slot's resting totals are the sums of its orders; the cached top is the book's."""
    held, known = state.rows["book", market], state.rows["market", market]
    sums: dict[tuple[int, str], list[int]] = {}
    for order in held.bids + held.asks:
        entry = sums.setdefault((order.owner, order.side), [0, 0])
        entry[0] += 1
        entry[1] += order.lots
    stored = {}
    for index, position in positions:
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
