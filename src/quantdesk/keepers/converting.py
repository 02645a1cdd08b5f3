"""Whose other collateral the liquidator buys: of accounts whose USDC does not cover their losses.

A mirror of the engine's rule of when a conversion is due (``realize::convert``); the price is the program's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from solders.instruction import Instruction

from quantdesk.domain.units import ATOMS_PER_USDC
from quantdesk.keepers.chain import Picture
from quantdesk.keepers.standings import Standings
from quantdesk.keepers.waterfall import Act, Step
from quantdesk.program import instructions
from quantdesk.program.addresses import Addresses
from quantdesk.program.instructions import ALL_WITHDRAWABLE, TraderKey
from quantdesk.program.layouts import Exchange, Slot

LEAST_DEBT = 50 * ATOMS_PER_USDC
"""Debt that is left alone where nobody is bankrupt; so is 1 % of what the collateral is worth."""
LEAST_PURCHASE = ATOMS_PER_USDC
"""What is left of the purse is not spent on less, unless that is all there is."""
PRICED_UNITS = 1_000_000
"""Smallest units that a collateral's price is of."""


def _convert(venue: Addresses, keeper: TraderKey, act: Act) -> Instruction:
    debtor = act.slot, act.generation
    return instructions.convert_collateral(venue, keeper, debtor, collateral=act.market, amount=act.lots)


CONVERT = Step("convert_collateral", _convert)
"""Its acts have the collateral's index in ``market`` and smallest units in ``lots``."""


@dataclass(slots=True)
class Purse:
    """Quote atoms that the keeper may still spend on collateral."""

    atoms: int

    def take(self, held: int, price: int) -> int:
        """How much of ``held`` to ask for; it is taken. All of it when the purse pays for all."""
        worth = held * price // PRICED_UNITS
        if worth > self.atoms and self.atoms < LEAST_PURCHASE:
            return 0
        amount = held if worth <= self.atoms else self.atoms * PRICED_UNITS // price
        self.atoms -= min(worth, self.atoms)
        return amount


def purse(own: Slot, exchange: Exchange, most: int) -> Purse:
    """What is left of ``most`` quote atoms beside the collateral that ``own``, the keeper's slot, holds."""
    held = sum(worth(own, exchange).values())
    return Purse(max(0, min(most - held, own.usdc)))


def worth(slot: Slot, exchange: Exchange) -> dict[int, int]:
    """Quote atoms of each collateral other than USDC that a slot holds, by its index."""
    known = zip(slot.collaterals, exchange.collaterals[1:], strict=False)
    return {
        index: held * each.price // PRICED_UNITS for index, (held, each) in enumerate(known, 1) if held > 0
    }


def indebted(found: Standings, picture: Picture) -> list[int]:
    """Ledger indices of accounts whose other collateral may be bought; who owes most comes first."""
    if len(picture.exchange.collaterals) < 2:
        return []
    slots = picture.ledger.slots
    owed = -np.minimum(slots["usdc"][found.slots], found.equity - found.collateral)
    has_some = slots["collaterals"][found.slots].any(axis=1)
    places = np.flatnonzero(has_some & ((owed > LEAST_DEBT) | (found.equity < 0)))
    due = []
    for place in places[np.argsort(-owed[places], kind="stable")]:
        index = int(found.slots[place])
        all_of_it = sum(worth(picture.ledger.slot(index), picture.exchange).values())
        if found.equity[place] < 0 or owed[place] > all_of_it // 100:
            due.append(index)
    return due


def conversion(index: int, picture: Picture, now_s: float, left: Purse) -> Act | None:
    """The purchase of what the account has most of at a price that is fresh, as far as the purse goes."""
    slot, exchange = picture.ledger.slot(index), picture.exchange
    values = worth(slot, exchange)
    for collateral in sorted(values, key=lambda each: values[each], reverse=True):
        known = exchange.collaterals[collateral]
        if known.price > 0 and not known.is_stale(now_s * 1_000):
            held = slot.collaterals[collateral - 1]
            amount = left.take(held, max(known.price, known.pending_price))
            wanted = ALL_WITHDRAWABLE if amount == held else amount
            return Act(CONVERT, collateral, index, slot.generation, lots=wanted) if amount else None
    return None
