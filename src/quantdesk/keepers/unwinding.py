"""How the liquidator gets rid of what it took over: small reduce-only orders near the mark."""

from __future__ import annotations

from dataclasses import dataclass

from solders.instruction import Instruction

from quantdesk.domain.units import ATOMS_PER_USDC, ceil_div
from quantdesk.keepers.waterfall import PPM, Act, Step
from quantdesk.program.addresses import Addresses
from quantdesk.program.instructions import NewOrder, TraderKey, place_order
from quantdesk.program.layouts import Exchange, Slot
from quantdesk.program.records import OrderKind, Side

LARGEST_LOTS = 2**32 - 1


@dataclass(frozen=True, slots=True)
class UnwindPlan:
    """At most ``usdc`` an order, no worse than ``slip_ppm`` from the mark."""

    usdc: int
    slip_ppm: int


def _order(venue: Addresses, keeper: TraderKey, act: Act) -> Instruction:
    order = NewOrder(
        side=Side.ASK if act.lots > 0 else Side.BID,
        kind=OrderKind.IMMEDIATE_OR_CANCEL,
        ticks=act.ticks,
        lots=abs(act.lots),
        reduce_only=True,
    )
    return place_order(venue, keeper, act.market, order)


UNWIND = Step("unwind", _order, trades=True)


def unwinding(index: int, own: Slot, exchange: Exchange, plan: UnwindPlan) -> list[Act]:
    """One order for each position of ``own``, the keeper's slot: ``lots`` positive sells, negative buys."""
    acts: list[Act] = []
    for position in own.positions:
        market = exchange.markets[position.market]
        mark = market.mark_price
        if position.base == 0 or mark == 0:
            continue
        lots = min(abs(position.base), max(1, plan.usdc * ATOMS_PER_USDC // mark), LARGEST_LOTS)
        if position.base > 0:
            ticks = ceil_div(mark * (PPM - plan.slip_ppm), PPM * market.tick_size)
        else:
            ticks, lots = mark * (PPM + plan.slip_ppm) // (PPM * market.tick_size), -lots
        acts.append(Act(UNWIND, market.index, index, own.generation, lots=lots, ticks=ticks))
    return acts
