"""Which order the taker makes of the venues' recent trades: a pure function.

Money in quote atoms, prices in ticks and ``LotPrice``, sizes in lots, shares in 1e-6.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from quantdesk.domain.market import Market
from quantdesk.domain.units import ATOMS_PER_USDC, LotPrice, ceil_div
from quantdesk.infra.bus.messages import VenueTrade

PPM = 1_000_000


@dataclass(frozen=True, slots=True)
class FlowPlan:
    """How trades become orders; limits in USDC."""

    share_ppm: int
    least_usdc: int
    most_usdc: int
    slip_ppm: int
    inventory_usdc: int


@dataclass(frozen=True, slots=True)
class TakerOrder:
    """An immediate-or-cancel order, no worse than ``ticks``."""

    is_buy: bool
    ticks: int
    lots: int


def order_of(
    trades: Sequence[VenueTrade], market: Market, index: LotPrice, position: int, plan: FlowPlan
) -> TakerOrder | None:
    """The order that follows the net of ``trades``; None when they cancel out or the inventory is full."""
    net = sum((_signed_size(trade) for trade in trades), Decimal(0))
    if net == 0:
        return None
    is_buy = net > 0
    wanted = int(abs(net) * market.lots_per_base * index * plan.share_ppm / PPM)
    least = max(plan.least_usdc * ATOMS_PER_USDC, market.min_order_notional)
    notional = max(least, min(wanted, plan.most_usdc * ATOMS_PER_USDC))
    ticks = _worst_ticks(market, index, plan.slip_ppm, is_buy=is_buy)
    lots = max(1, ceil_div(notional, index))
    if ticks * market.tick_size * lots < market.min_order_notional:
        lots = ceil_div(market.min_order_notional, ticks * market.tick_size)
    after = position + (lots if is_buy else -lots)
    if abs(after) > abs(position) and abs(after) * index > plan.inventory_usdc * ATOMS_PER_USDC:
        return None
    return TakerOrder(is_buy, ticks, lots)


def _signed_size(trade: VenueTrade) -> Decimal:
    size = Decimal(trade.size)
    return size if trade.side == "buy" else -size


def _worst_ticks(market: Market, index: LotPrice, slip_ppm: int, *, is_buy: bool) -> int:
    if is_buy:
        return int(index * (PPM + slip_ppm) // (PPM * market.tick_size))
    return max(1, ceil_div(index * (PPM - slip_ppm), PPM * market.tick_size))
