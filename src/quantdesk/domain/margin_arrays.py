"""The arithmetic of `margin` on arrays: exact, in 64 bits.

Rates are applied to quotient and rest of a division by 10^6 apart, so that no product of an amount up to 2^53
leaves 64 bits. Amounts are quote atoms, rates 1e-6.
"""

from __future__ import annotations

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


def base_margin(notional: Integers, rates: Integers, limits: Integers) -> Integers:
    """Initial margin of each notional by the tiers in its row of ``rates`` and ``limits``, rounded up."""
    margin = share_up(notional, rates[:, 0])
    large = np.flatnonzero(notional > limits[:, 0])
    if len(large):
        margin[large] = _tiered(notional[large], rates[large], limits[large])
    return margin


def _tiered(notional: Integers, rates: Integers, limits: Integers) -> Integers:
    below = whole = rest = np.zeros(len(notional), np.int64)
    last = rates.shape[1] - 1
    for tier in range(last + 1):
        until = notional if tier == last else np.maximum(np.minimum(notional, limits[:, tier]), below)
        millions, atoms = _parted(until - below, RATE_SCALE)
        whole, rest = whole + millions * rates[:, tier], rest + atoms * rates[:, tier]
        below = until
    return whole - -rest // RATE_SCALE


def _parted(amount: Integers, by: int) -> tuple[Integers, Integers]:
    """Quotient and rest (``np.divmod`` takes eight times as long)."""
    whole = amount // by
    return whole, amount - whole * by
