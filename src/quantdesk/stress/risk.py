"""How every account stands, at once, from the raw ledger: the engine's ``margin::standing``, vectorised.

Exact: products that could pass 64 bits are split at 1e6. Amounts are quote atoms, prices ``LotPrice``. A test
holds these numbers to ``quantdesk.domain.margin``. Only USDC is a collateral here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from quantdesk.domain.margin import LEAST_INITIAL
from quantdesk.domain.market import Market
from quantdesk.domain.units import FUNDING_SCALE, RATE_SCALE
from quantdesk.stress.venue import State

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Standings:
    """Every slot's standing. Shapes (slots,) and (slots, markets); unused slots are all zero.

    ``equity`` is at the milder of mark and pending price. ``base`` and ``quote`` are the positions', ``owed``
    their unsettled funding; ``orders`` counts the resting orders, ``resting`` their lots.
    """

    equity: Integers
    maintenance: Integers
    initial: Integers
    base: Integers
    quote: Integers
    owed: Integers
    orders: Integers
    resting: Integers
    maintenance_by_market: Integers

    @property
    def half_way(self) -> Integers:
        """Below it, orders that add risk are cancelled."""
        half: Integers = np.maximum(self.initial - self.maintenance, 0) // 2
        return self.maintenance + half

    @property
    def is_liquidatable(self) -> npt.NDArray[np.bool_]:
        """Equity under maintenance margin."""
        return self.equity < self.maintenance

    @property
    def is_cancellable(self) -> npt.NDArray[np.bool_]:
        """Under half-way, with orders that a forced cancel could remove."""
        has_orders: npt.NDArray[np.bool_] = self.orders.sum(axis=1) > 0
        return (self.equity < self.half_way) & has_orders

    @property
    def missing(self) -> int:
        """What all accounts with a negative equity lack together."""
        return -int(np.minimum(self.equity, 0).sum())


def standings(state: State) -> Standings:
    """Every slot's standing at the prices of ``state``."""
    slots, count = state.slots, len(state.markets)
    active = slots["flags"] & 1 == 1
    usdc = np.where(active, slots["usdc"], 0)
    equity = usdc.copy()
    maintenance, initial = np.zeros_like(usdc), np.zeros_like(usdc)
    tables = np.zeros((6, len(slots), count), np.int64)
    base, quote, owed, orders, resting, by_market = tables
    entries = slots["positions"]
    for index, market in enumerate(state.markets):
        rows, places = np.nonzero((entries["market"] == index) & active[:, None])
        held = entries[rows, places]
        size = held["base"]
        mark = int(market["mark_price"])
        other = int(market["pending_price"]) or mark
        milder = np.where(size > 0, max(mark, other), min(mark, other))
        due = funding_owed(size, int(market["funding_index"]) - held["funding_index"])
        equity[rows] += held["quote"] + size * milder - due
        bids, asks = held["bid_lots"].astype(np.int64), held["ask_lots"].astype(np.int64)
        exposure = np.maximum(np.abs(size + bids), np.abs(size - asks))
        of_size, of_exposure = (base_margin(market, np.abs(lots) * mark) for lots in (size, exposure))
        needed = share_up(of_size, int(market["maintenance_fraction"]))
        maintenance[rows] += needed
        initial[rows] += np.where(exposure > 0, np.maximum(of_exposure, LEAST_INITIAL), 0)
        base[rows, index], by_market[rows, index], resting[rows, index] = size, needed, bids + asks
        quote[rows, index], owed[rows, index] = held["quote"], due
        orders[rows, index] = held["bid_orders"].astype(np.int64) + held["ask_orders"]
    return Standings(equity, maintenance, initial, base, quote, owed, orders, resting, by_market)


def share_up(amount: Integers, rate: int) -> Integers:
    """``amount`` x ``rate`` / 1e6, rounded up."""
    return amount // RATE_SCALE * rate - (-(amount % RATE_SCALE * rate) // RATE_SCALE)


def funding_owed(size: Integers, moved: Integers) -> Integers:
    """Funding of ``size`` lots over ``moved`` micro quote atoms a lot, rounded up."""
    return size * (moved // FUNDING_SCALE) - (-(size * (moved % FUNDING_SCALE)) // FUNDING_SCALE)


def base_margin(market: Any, notional: Integers) -> Integers:
    """Initial margin of each notional by the marginal tiers, rounded up once."""
    first = market["tiers"][0]
    margin = share_up(notional, int(first["rate"]))
    large = np.flatnonzero(notional > int(first["up_to"]))
    if len(large):
        margin[large] = _tiered(market["tiers"], notional[large])
    return margin


def _tiered(tiers: Any, notional: Integers) -> Integers:
    whole, rest, below = (np.zeros_like(notional) for _ in range(3))
    for number, tier in enumerate(tiers):
        is_last = number == len(tiers) - 1
        until = notional if is_last else np.maximum(np.minimum(notional, int(tier["up_to"])), below)
        part, rate = until - below, int(tier["rate"])
        whole += part // RATE_SCALE * rate
        rest += part % RATE_SCALE * rate
        below = until
    return whole - (-rest // RATE_SCALE)


def largest_notional(market: Market, margin: int) -> int:
    """The largest notional whose initial margin is at most ``margin``, to within one atom of margin."""
    left, below = margin * RATE_SCALE, 0
    for number, tier in enumerate(market.margin_tiers, 1):
        room = max(0, tier.up_to - below)
        if number == len(market.margin_tiers) or room * tier.rate >= left:
            return below + left // tier.rate
        left -= room * tier.rate
        below += room
    return below
