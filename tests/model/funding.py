"""Funding: the hour's time-weighted premium becomes the next hour's rate.

F = clamp(avg + clamp(interest - avg, +-0.05 %), +-cap) / 8 x index, the cumulative index linear through the
hour; hours that nobody touched accrue one hour. Whole numbers are cut towards zero where nothing is paid;
what is owed is rounded up, what is received down.
"""

from __future__ import annotations

from model.exact import MILLION, ceil, clamp, toward_zero
from model.layout import Record

HOUR = 3_600
FIRST_WEEK_S = 7 * 86_400
PULL = 500
"""0.05 % in millionths."""


def mean(market: Record) -> int:
    """The hour's mean premium so far, millionths of the index."""
    return toward_zero(market.premium_sum, 1, market.premium_seconds) if market.premium_seconds else 0


def rate(market: Record, average: int) -> int:
    """Micro quote atoms per lot per hour."""
    drawn = average + clamp(market.interest - average, -PULL, PULL)
    held = clamp(drawn, -8 * market.funding_cap, 8 * market.funding_cap)
    return toward_zero(held, market.index_price, 8)


def accrue(market: Record, premium: int, start: int, end: int) -> None:
    """``premium`` held from ``start`` to ``end`` (unix seconds)."""
    hour = end // HOUR
    turned = hour - market.funding_hour
    until = end if turned == 0 else (market.funding_hour + 1) * HOUR
    market.premium_sum += premium * (until - start)
    market.premium_seconds += until - start
    if turned:
        paid, following = market.funding_rate, rate(market, mean(market))
        if turned > 1:
            paid, following = paid + following, rate(market, 0)
        market.hour_index += paid
        lift_first_cap(market, hour * HOUR)
        market.funding_rate, market.funding_hour = following, hour
        sampled = end - until if turned == 1 else 0
        market.premium_sum, market.premium_seconds = premium * sampled, sampled
    elapsed = end - hour * HOUR
    market.funding_index = market.hour_index + toward_zero(market.funding_rate, elapsed, HOUR)
    market.funding_at = end


def lift_first_cap(market: Record, unix: int) -> None:
    """A market created after opening trades freely from the first hour after its first week on."""
    if market.later_oi_cap and unix - market.created >= FIRST_WEEK_S:
        market.oi_cap, market.later_oi_cap = market.later_oi_cap, 0


def owed(position: Record, market: Record) -> int:
    """Quote atoms that the position has to pay; negative when it receives."""
    return ceil(position.base, market.funding_index - position.funding_index, MILLION)
