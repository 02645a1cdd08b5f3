"""How the liquidator ends a market that is delisted: orders, then positions, a part of them each round.

The program remembers where it is and sizes each call, up to 64 orders or 16 positions: a keeper only has to
know which markets are due, a mirror of ``settlement::settle_slots``.
"""

from __future__ import annotations

from solders.instruction import Instruction

from quantdesk.keepers.waterfall import Act, Step
from quantdesk.program import instructions
from quantdesk.program.addresses import Addresses
from quantdesk.program.instructions import TraderKey
from quantdesk.program.layouts import Exchange, Slot
from quantdesk.program.records import MarketStatus

SETTLEMENT_S = 3_600
"""The settlement price is the mean of the index over so many seconds; until they are full nothing closes."""


def _settle(venue: Addresses, keeper: TraderKey, act: Act) -> Instruction:
    return instructions.settle_slots(venue, keeper, act.market)


SETTLE = Step("settle_slots", _settle)


def settling(index: int, own: Slot, exchange: Exchange) -> list[Act]:
    """One call for each market whose hour is full; ``own`` is the keeper's slot, at ``index``."""
    return [
        Act(SETTLE, market.index, index, own.generation)
        for market in exchange.markets
        if market.status == MarketStatus.SETTLING and market.settlement_seconds >= SETTLEMENT_S
    ]
