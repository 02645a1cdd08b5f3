"""How every account stands, at once, from the raw ledger: the engine's ``margin::standing``, vectorised.

Exact. Amounts are quote atoms, prices ``LotPrice``. A test holds them to ``quantdesk.domain.margin``.
Only USDC is a collateral here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from quantdesk.domain.margin import LEAST_INITIAL
from quantdesk.domain.margin_arrays import Integers, base_margin, funding_owed, share_up
from quantdesk.domain.market import Market
from quantdesk.domain.units import RATE_SCALE
from quantdesk.stress.venue import State

HIGHEST = np.uint64(2**63 - 1)


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
        of_size, of_exposure = (_base_margin(market, np.abs(lots) * mark) for lots in (size, exposure))
        needed = share_up(of_size, int(market["maintenance_fraction"]))
        maintenance[rows] += needed
        initial[rows] += np.where(exposure > 0, np.maximum(of_exposure, LEAST_INITIAL), 0)
        base[rows, index], by_market[rows, index], resting[rows, index] = size, needed, bids + asks
        quote[rows, index], owed[rows, index] = held["quote"], due
        orders[rows, index] = held["bid_orders"].astype(np.int64) + held["ask_orders"]
    return Standings(equity, maintenance, initial, base, quote, owed, orders, resting, by_market)


def _base_margin(market: Any, notional: Integers) -> Integers:
    tiers = market["tiers"]
    shape = (len(notional), len(tiers))
    limits = np.minimum(tiers["up_to"], HIGHEST).astype(np.int64)
    return base_margin(
        notional, np.broadcast_to(tiers["rate"].astype(np.int64), shape), np.broadcast_to(limits, shape)
    )


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
