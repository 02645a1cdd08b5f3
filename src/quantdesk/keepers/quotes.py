"""Which quotes the maker wants: a pure function of the index, the position and the configuration.

Prices in ticks and ``LotPrice``, sizes in lots, distances in 1e-6 of the index, money in quote atoms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec import Struct

from quantdesk.domain.market import Market
from quantdesk.domain.units import ATOMS_PER_USDC, BaseLots, LotPrice, Ticks
from quantdesk.keepers.config import Level

PPM = 1_000_000


class WantedQuote(Struct, frozen=True):
    """One resting order: side, price and size."""

    is_bid: bool
    ticks: int
    lots: int


@dataclass(frozen=True, slots=True)
class QuotePlan:
    """How to quote. ``inventory_usdc``: at this position the side that adds to it is empty."""

    levels: tuple[Level, ...]
    skew_ppm: int
    inventory_usdc: int


def inventory_ppm(index: LotPrice, position: int, limit_usdc: int) -> int:
    """The position's share of its limit in 1e-6, signed, held within one limit either way."""
    share: int = position * index * PPM // (limit_usdc * ATOMS_PER_USDC)
    return max(-PPM, min(PPM, share))


def centre(index: LotPrice, position: int, plan: QuotePlan) -> LotPrice:
    """The index, moved against the position: a long maker would rather sell than buy."""
    shift = plan.skew_ppm * inventory_ppm(index, position, plan.inventory_usdc) // PPM
    return LotPrice(index * (PPM - shift) // PPM)


def wanted_quotes(market: Market, index: LotPrice, position: int, plan: QuotePlan) -> list[WantedQuote]:
    """Quotes of both sides, best first on each. Sizes shrink on the side that would add to the position."""
    middle = centre(index, position, plan)
    share = inventory_ppm(index, position, plan.inventory_usdc)
    bids = _side(market, middle, plan.levels, room_ppm=PPM - max(0, share), is_bid=True)
    asks = _side(market, middle, plan.levels, room_ppm=PPM - max(0, -share), is_bid=False)
    return bids + asks


def _side(
    market: Market, middle: LotPrice, levels: Sequence[Level], *, room_ppm: int, is_bid: bool
) -> list[WantedQuote]:
    quotes: list[WantedQuote] = []
    away = -1 if is_bid else 1
    for level in levels:
        price = middle * (PPM + away * level.distance_ppm)
        ticks = price // (PPM * market.tick_size) if is_bid else -(-price // (PPM * market.tick_size))
        if quotes and (ticks - quotes[-1].ticks) * away <= 0:
            ticks = quotes[-1].ticks + away  # two levels never share a price
        if ticks < 1:
            break
        notional = level.usdc * ATOMS_PER_USDC * room_ppm // PPM
        lots = notional // (ticks * market.tick_size)
        if lots > 0 and market.notional(Ticks(ticks), BaseLots(lots)) >= market.min_order_notional:
            quotes.append(WantedQuote(is_bid, ticks, lots))
    return quotes
