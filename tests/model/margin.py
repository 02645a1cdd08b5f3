"""Equity and margin of a slot.

Maintenance counts profit fully; initial margin weighs each position's profit and counts its losses in full;
a withdrawal counts profit as nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from model import funding, mark, vesting
from model.exact import LARGEST_NOTIONAL, MILLION, ceil, floor, notional, require
from model.layout import Record
from model.state import Call, Slot, State

LEAST_INITIAL = 2_000_000


def base_margin(market: Record, worth: int) -> int:
    """Each part of the notional at its tier's rate, rounded up once; the last tier has no end."""
    total, below = 0, 0
    for place, tier in enumerate(market.tiers):
        upper = worth if place == len(market.tiers) - 1 else min(worth, tier.up_to)
        if upper > below:
            total += (upper - below) * tier.rate
            below = upper
    return ceil(total, 1, MILLION)


def initial_of(market: Record, lots: int, price: int) -> int:
    """Initial margin of an exposure, without surcharge: at least $2 where there is one."""
    return max(LEAST_INITIAL, base_margin(market, notional(lots, price))) if lots else 0


def maintenance_of(market: Record, lots: int, price: int) -> int:
    """A fraction of the base margin, rounded up."""
    return ceil(base_margin(market, notional(lots, price)), market.maintenance_fraction, MILLION)


def surcharge(market: Record, new_lots: int) -> int:
    """On new risk while the open interest nears its cap."""
    used = min(MILLION, ceil(market.open_long, MILLION, max(1, market.oi_cap)))
    start = market.surcharge_start
    if used <= start or start >= MILLION:
        return 0
    rate = ceil(market.surcharge_rate, used - start, MILLION - start)
    return ceil(notional(new_lots, market.mark_price), rate, MILLION)


def exposure(position: Record) -> int:
    """The larger of what it would be with all its bids, or all its asks, filled."""
    return max(abs(position.base + position.bid_lots), abs(position.base - position.ask_lots))


def profit(position: Record, market: Record, price: int) -> int:
    """Profit at a price, net of the funding it owes."""
    notional(abs(position.base), price)
    return int(position.quote + position.base * price - funding.owed(position, market))


def collateral_value(state: State, slot: Slot, purpose: str, unix: int) -> int:
    """USDC and the weighted worth of the other collaterals, each rounded down."""
    total = slot.usdc
    for index in range(1, state.exchange.collateral_count):
        held = slot.collaterals[index - 1] if index <= len(slot.collaterals) else 0
        known = state.collateral(index)
        stale = 1_000 * unix - known.publish_ms > 1_000 * known.max_age_s
        if purpose == "maintenance":
            weight = floor(known.maintenance_weight, 900_000, MILLION) if stale else known.maintenance_weight
        else:
            weight = 0 if stale else known.initial_weight
        total += floor(worth(held, collateral_price(known, purpose)), weight, MILLION)
    return int(total)


def worth(held: int, price: int) -> int:
    """Of a collateral; nobody's counts for more than a position may be worth."""
    return min(LARGEST_NOTIONAL, floor(held, price, MILLION))


def collateral_price(known: Record, purpose: str) -> int:
    """While a jumped price is pending: the better of both for maintenance, else the worse."""
    both = [known.price] + ([known.pending_price] if known.pending_price else [])
    return int(max(both) if purpose == "maintenance" else min(both))


def worse(market: Record, base: int) -> tuple[int, int]:
    """Price for profit and for notional: while one is pending, the worse of it and the mark."""
    known = [market.mark_price] + ([market.pending_price] if market.pending_price else [])
    return (min(known) if base > 0 else max(known)), max(known)


def milder(market: Record, base: int) -> int:
    """Price for profit in a liquidation: while one is pending, the better of it and the mark."""
    known = [market.mark_price] + ([market.pending_price] if market.pending_price else [])
    return max(known) if base > 0 else min(known)


def initial(state: State, slot: Slot, call: Call) -> tuple[int, int]:
    """Equity and initial margin with resting orders."""
    equity, required = collateral_value(state, slot, "initial", call.unix), 0
    for index, position in slot.positions.items():
        market = state.market(index)
        price, notional_price = worse(market, position.base)
        gain = profit(position, market, price)
        equity += floor(gain, market.profit_weight, MILLION) if gain > 0 else gain
        required += initial_of(market, exposure(position), notional_price)
    return equity, required


def maintenance(state: State, slot: Slot, call: Call, but: int | None = None) -> int:
    """Equity over maintenance margin at the marks, without the position in the market ``but``."""
    health = collateral_value(state, slot, "maintenance", call.unix)
    for index, position in slot.positions.items():
        if index != but and position.base:
            market = state.market(index)
            health += profit(position, market, market.mark_price)
            health -= maintenance_of(market, abs(position.base), market.mark_price)
    return health


@dataclass
class Standing:
    """How a slot stands towards liquidation."""

    equity: int
    maintenance: int
    initial: int

    @property
    def half_way(self) -> int:
        """Below it, orders that add risk are cancelled."""
        return self.maintenance + max(0, self.initial - self.maintenance) // 2


def standing(state: State, slot: Slot, call: Call) -> Standing:
    """Equity at the milder prices; margins at the marks."""
    found = Standing(collateral_value(state, slot, "maintenance", call.unix), 0, 0)
    for index, position in slot.positions.items():
        market = state.market(index)
        found.equity += profit(position, market, milder(market, position.base))
        found.maintenance += maintenance_of(market, abs(position.base), market.mark_price)
        found.initial += initial_of(market, exposure(position), market.mark_price)
    return found


def withdrawable(state: State, slot: Slot, index: int, call: Call) -> int:
    """min(usdc - locked + min(0, unrealised), equity with profit at 0 - initial margin), at least 0."""
    for market in slot.positions:
        mark.catch_up(state.market(market), call)
    unrealised, spare = 0, collateral_value(state, slot, "withdrawal", call.unix)
    for market_index, position in slot.positions.items():
        market = state.market(market_index)
        price, notional_price = worse(market, position.base)
        fresh = 1_000 * call.unix - market.publish_ms <= market.open_max_age_ms
        if not fresh or not mark.is_anchored(market, call):
            rate = floor(2 * market.tiers[0].rate, market.maintenance_fraction, MILLION)
            off = ceil(price, rate, MILLION)
            price = max(0, price - off) if position.base > 0 else price + off
            notional_price = max(notional_price, price)
        gain = profit(position, market, price)
        unrealised += gain
        spare += min(0, gain) - initial_of(market, exposure(position), notional_price)
    if index == 0:
        vested = slot.usdc - vesting.locked(slot, call.unix)
        return int(max(0, min(vested + min(0, unrealised), spare)))
    require(index <= len(slot.collaterals), "UnknownCollateral")
    held = int(slot.collaterals[index - 1])
    if not slot.positions and slot.usdc >= 0:
        return held
    known = state.collateral(index)
    worth = ceil(collateral_price(known, "withdrawal"), known.initial_weight, MILLION)
    return min(held, floor(max(0, spare), MILLION, worth)) if worth else 0
