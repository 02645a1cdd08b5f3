"""How every account stands towards liquidation, at once: the mirror of the engine's ``margin::standing``.

Exact integers throughout. ``domain.margin.standing`` is the same for one account.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from quantdesk.domain.margin import LARGEST_WORTH, LEAST_INITIAL, STALE_COLLATERAL, Standing
from quantdesk.domain.margin_arrays import Integers, Tiers, funding_owed, share_down, share_up
from quantdesk.domain.units import RATE_SCALE
from quantdesk.program.layouts import NO_MARKET, Exchange, Market

Records = npt.NDArray[Any]
Indices = npt.NDArray[np.intp]
HIGHEST = 2**63 - 1
WIDEST = HIGHEST // RATE_SCALE
"""Price up to which products with less than a million units fit."""


@dataclass(frozen=True, slots=True)
class Standings:
    """Of each slot in ``slots`` (Ledger indices, rising): quote atoms, all arrays of one length."""

    slots: Indices
    collateral: Integers
    """What collateral other than USDC counts for maintenance."""
    equity: Integers
    maintenance: Integers
    initial: Integers

    @property
    def half_way(self) -> Integers:
        """See ``domain.margin.Standing.half_way``."""
        half: Integers = np.maximum(self.initial - self.maintenance, 0) // 2
        return self.maintenance + half

    def counts(self) -> dict[str, int]:
        """How many are under which threshold (and over the next)."""
        broken, short = self.equity < 0, self.equity < self.maintenance
        return {
            "half_way": int(np.count_nonzero((self.equity < self.half_way) & ~short & ~broken)),
            "maintenance": int(np.count_nonzero(short & ~broken)),
            "zero": int(np.count_nonzero(broken)),
        }

    def in_trouble(self) -> Iterator[tuple[int, Standing]]:
        """Slots under half-way with their standing, those that lack most for maintenance first."""
        found = np.flatnonzero(self.equity < self.half_way)
        for i in found[np.argsort(self.equity[found] - self.maintenance[found], kind="stable")]:
            standing = Standing(int(self.equity[i]), int(self.maintenance[i]), int(self.initial[i]))
            yield int(self.slots[i]), standing


def standings(slots: Records, exchange: Exchange, now_s: int) -> Standings:
    """Every active slot of the Ledger table ``slots`` that has a position, an order or a debt."""
    is_active = slots["flags"] & 1 == 1
    held = np.flatnonzero(is_active & ((slots["market_bitmap"] != 0) | (slots["usdc"] < 0)))
    markets = slots["positions"]["market"][held]
    row, entry = np.nonzero((markets != NO_MARKET) & (markets < len(exchange.markets)))
    positions = _Positions(slots["positions"], held[row], entry, exchange)
    sums = np.zeros((3, *markets.shape), np.int64)
    sums[:, row, entry] = positions.profit(), positions.maintenance(), positions.initial()
    profit, maintenance, initial = sums.sum(axis=2)
    usdc, collateral = slots["usdc"][held], _collateral(slots, held, exchange, now_s)
    return Standings(held, collateral, usdc + collateral + profit, maintenance, initial)


class _Positions:
    """The positions at (``slot``, ``entry``) of the Ledger's table, with what their markets say."""

    def __init__(self, table: Records, slot: Indices, entry: Indices, exchange: Exchange) -> None:
        self._table, self._at = table, (slot, entry)
        self._markets = exchange.markets
        self._of = self._field("market").astype(np.intp)
        self._base = self._field("base")
        self._mark = self._known("mark_price")
        self._size = np.abs(self._base)
        self._tiers = Tiers.of(_of_tiers(self._markets, "rate"), _of_tiers(self._markets, "up_to"))
        self._held = self._tiers.base_margin(self._of, self._size * self._mark)

    def profit(self) -> Integers:
        """At the milder of mark and pending price, net of funding owed."""
        base, mark, pending = self._base, self._mark, self._known("pending_price")
        other = np.where(pending == 0, mark, pending)
        milder = np.where(base > 0, np.maximum(mark, other), np.minimum(mark, other))
        owed = funding_owed(base, self._known("funding_index") - self._field("funding_index"))
        return self._field("quote") + base * milder - owed

    def maintenance(self) -> Integers:
        """Maintenance margin."""
        return share_up(self._held, self._known("maintenance_fraction"))

    def initial(self) -> Integers:
        """Initial margin with resting orders, without surcharge."""
        bids, asks = (self._field(name).astype(np.int64) for name in ("bid_lots", "ask_lots"))
        exposure = np.maximum(np.abs(self._base + bids), np.abs(self._base - asks))
        margin = self._held.copy()
        more = np.flatnonzero(exposure != self._size)
        margin[more] = self._tiers.base_margin(self._of[more], exposure[more] * self._mark[more])
        return np.where(exposure == 0, 0, np.maximum(margin, LEAST_INITIAL))

    def _field(self, name: str) -> Integers:
        return self._table[name][self._at]

    def _known(self, name: str) -> Integers:
        return np.array([getattr(each, name) for each in self._markets], np.int64)[self._of]


def _of_tiers(markets: tuple[Market, ...], name: str) -> Integers:
    values = [[min(getattr(tier, name), HIGHEST) for tier in each.tiers] for each in markets]
    return np.array(values, np.int64).reshape(len(markets), -1)


def _collateral(slots: Records, held: Indices, exchange: Exchange, now_s: int) -> Integers:
    """What collateral other than USDC counts for maintenance."""
    counted: Integers = np.zeros(len(held), np.int64)
    for index, known in enumerate(exchange.collaterals[1:]):
        share = STALE_COLLATERAL if known.is_stale(now_s * 1_000) else RATE_SCALE
        weight = known.maintenance_weight * share // RATE_SCALE
        amount = slots["collaterals"][held, index].astype(np.int64)
        price = max(known.price, known.pending_price)  # the milder one while a jump is pending
        most = min(HIGHEST, LARGEST_WORTH * RATE_SCALE // max(1, price))
        worth = np.where(
            amount > most, LARGEST_WORTH, share_down(np.minimum(amount, most), min(price, WIDEST))
        )
        counted = counted + share_down(worth, weight)
    return counted
