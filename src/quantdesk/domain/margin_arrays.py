"""The arithmetic of `margin` on arrays: exact, in 64 bits.

Rates are applied to quotient and rest of a division by 10^6 apart, so that no product of an amount up to 2^53
leaves 64 bits. Amounts are quote atoms, rates 1e-6.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from quantdesk.domain.units import FUNDING_SCALE, RATE_SCALE

Integers = npt.NDArray[np.int64]


def share_up(amount: Integers, rate: Integers | int) -> Integers:
    """``amount`` x ``rate``, rounded up."""
    millions, atoms = _parted(amount, RATE_SCALE)
    return millions * rate - -atoms * rate // RATE_SCALE


def share_down(amount: Integers, rate: int) -> Integers:
    """``amount`` x ``rate``, rounded down."""
    millions, atoms = _parted(amount, RATE_SCALE)
    return millions * rate + atoms * rate // RATE_SCALE


def funding_owed(base: Integers, moved: Integers) -> Integers:
    """Funding of ``base`` lots over ``moved`` micro quote atoms a lot: payments up, receipts down."""
    whole, rest = _parted(moved, FUNDING_SCALE)
    return base * whole - -base * rest // FUNDING_SCALE


@dataclass(frozen=True, slots=True)
class Tiers:
    """The marginal tiers of several markets.

    ``table``, shape (4, tiers, markets): rate (1e-6) on what lies above the tier's floor, the floor, and what
    lies below it pays, in quote atoms and 1e-6 of one.
    """

    table: Integers

    @classmethod
    def of(cls, rates: Integers, limits: Integers) -> Tiers:
        """From each tier's rate and the notional that it ends at, shapes (markets, tiers); the last has no
        end."""
        rate, limit = rates.T, limits.T
        floor, whole, rest = (np.zeros_like(rate) for _ in range(3))
        for tier in range(1, len(rate)):
            below = tier - 1
            floor[tier] = np.maximum(floor[below], limit[below])
            millions, atoms = _parted(floor[tier] - floor[below], RATE_SCALE)
            whole[tier] = whole[below] + millions * rate[below]
            rest[tier] = rest[below] + atoms * rate[below]
        return cls(np.array((rate, floor, whole, rest)))

    def base_margin(self, market: Integers, notional: Integers) -> Integers:
        """Initial margin, rounded up, of ``notional``, shape (..., n), in the ``market`` of each column."""
        tier = np.zeros(notional.shape, np.intp)
        for floor in self.table[1][1:, market]:
            tier += notional > floor
        rate, floor, whole, rest = self.table[:, tier, market]
        millions, atoms = _parted(notional - floor, RATE_SCALE)
        margin: Integers = whole + millions * rate - -(rest + atoms * rate) // RATE_SCALE
        return margin


def _parted(amount: Integers, by: int) -> tuple[Integers, Integers]:
    """Quotient and rest (``np.divmod`` takes eight times as long)."""
    whole = amount // by
    return whole, amount - whole * by
