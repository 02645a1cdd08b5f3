"""How every account stands, at once, from the raw ledger: the engine's ``margin::standing``, vectorised.

Exact. Amounts are quote atoms, prices ``LotPrice``. A test holds them to ``quantdesk.domain.margin``.
Only USDC is a collateral here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from quantdesk.domain.margin import LEAST_INITIAL
from quantdesk.domain.margin_arrays import Integers, Tiers, funding_owed, share_up
from quantdesk.domain.market import Market
from quantdesk.domain.units import RATE_SCALE
from quantdesk.program.dtypes import struct_dtype
from quantdesk.program.layouts.reading import Records
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

    @cached_property
    def half_way(self) -> Integers:
        """Below it, orders that add risk are cancelled."""
        half: Integers = np.maximum(self.initial - self.maintenance, 0) // 2
        return self.maintenance + half

    @cached_property
    def in_trouble(self) -> npt.NDArray[np.intp]:
        """Slots under maintenance margin, and those under half-way with orders to cancel."""
        below = np.flatnonzero(self.equity < self.half_way)
        acts = (self.equity[below] < self.maintenance[below]) | self.orders[below].any(axis=1)
        found: npt.NDArray[np.intp] = below[acts]
        return found

    def is_liquidatable(self, slot: int) -> bool:
        """Equity under maintenance margin."""
        return bool(self.equity[slot] < self.maintenance[slot])

    def is_cancellable(self, slot: int) -> bool:
        """Under half-way, with orders that a forced cancel could remove."""
        return bool(self.equity[slot] < self.half_way[slot] and self.orders[slot].any())

    @cached_property
    def bankrupt(self) -> npt.NDArray[np.intp]:
        """Slots with a negative equity."""
        return np.flatnonzero(self.equity < 0)

    @property
    def missing(self) -> int:
        """What all accounts with a negative equity lack together."""
        return -int(self.equity[self.bankrupt].sum())


def standings(state: State) -> Standings:
    """Every slot's standing at the prices of ``state``."""
    slots, markets = state.slots, state.markets
    active = slots["flags"] & 1 == 1
    entries = slots["positions"]
    (found,) = ((entries["market"] < len(markets)) & active[:, None]).ravel().nonzero()
    rows = found // entries.shape[1]
    places = found - rows * entries.shape[1]
    held = _as_bytes(entries)[rows, places].view(entries.dtype)
    of, base = held["market"].astype(np.intp), held["base"]
    mark, high, low, index, fraction = _parameters(markets)[:, of]
    owed = funding_owed(base, index - held["funding_index"])
    value = held["quote"] + base * np.where(base > 0, high, low) - owed
    bids, asks = held["bid_lots"].astype(np.int64), held["ask_lots"].astype(np.int64)
    orders = held["bid_orders"].astype(np.int64) + held["ask_orders"]
    exposure = np.maximum(np.abs(base + bids), np.abs(base - asks))
    of_base, of_exposure = _tiers(markets["tiers"].tobytes(), len(markets)).base_margin(
        of, np.array((np.abs(base), exposure)) * mark
    )
    maintenance = share_up(of_base, fraction)
    initial = np.where(exposure > 0, np.maximum(of_exposure, LEAST_INITIAL), 0)
    table = np.zeros((8, len(slots), len(markets)), np.int64)
    table[:, rows, of] = base, held["quote"], owed, orders, bids + asks, maintenance, initial, value
    maintenances, initials, values = table[5:].sum(axis=2)
    equity = np.where(active, slots["usdc"], 0) + values
    return Standings(equity, maintenances, initials, *table[:6])


def _as_bytes(records: Records) -> Records:
    """The same records without their fields, for numpy copies those one by one."""
    return records.view(f"V{records.dtype.itemsize}")


def _parameters(markets: Records) -> Integers:
    """Mark price, the prices that longs and shorts are valued at, funding index and maintenance fraction.

    Shape (5, markets).
    """
    found = []
    for market in markets:
        mark, pending = int(market["mark_price"]), int(market["pending_price"])
        prices = (mark, pending or mark)
        rates = int(market["funding_index"]), int(market["maintenance_fraction"])
        found.append((mark, max(prices), min(prices), *rates))
    return np.array(found, np.int64).T


@lru_cache(maxsize=16)
def _tiers(data: bytes, markets: int) -> Tiers:
    """The markets' tiers from the bytes on chain: made once, for they seldom change."""
    tiers = np.frombuffer(data, struct_dtype("MarginTier")).reshape(markets, -1)
    return Tiers.of(tiers["rate"].astype(np.int64), np.minimum(tiers["up_to"], HIGHEST).astype(np.int64))


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
