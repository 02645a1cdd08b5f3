"""What the steps of liquidation did, to whom, and who else paid: read off the accounts before and after."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from quantdesk.program.events import OrdersProcessed
from quantdesk.stress.machine import Receipt
from quantdesk.stress.risk import Standings, standings
from quantdesk.stress.venue import State

STAGES = ("force_cancel", "liquidate", "take_over", "resolve_bankruptcy", "auto_deleverage")
NOISE = 4
"""Quote atoms by which a settlement of funding may round an account's equity."""


@dataclass(frozen=True)
class Look:
    """The accounts at one moment, and how they stand."""

    state: State
    now: Standings

    @classmethod
    def at(cls, state: State) -> Look:
        """With the standings of ``state``."""
        return cls(state, standings(state))


@dataclass(frozen=True)
class Step:
    """One step of the waterfall on one account."""

    stage: str
    slot: int
    market: int
    at_ms: int


@dataclass
class Stage:
    """Totals of one stage. ``moved``: orders cancelled, else quote atoms; ``empty``: found nobody."""

    landed: int = 0
    empty: int = 0
    moved: int = 0
    slots: set[int] = field(default_factory=set)


@dataclass
class Waterfall:
    """All steps of a run. ``taken_from``: what deleveraging took, quote atoms by slot of the counterparty."""

    keeper: int
    stages: dict[str, Stage] = field(default_factory=lambda: {name: Stage() for name in STAGES})
    steps: list[tuple[Step, int]] = field(default_factory=list)
    insurance_in: int = 0
    insurance_out: int = 0
    insurance_for_bankrupt: int = 0
    taken_from: dict[int, int] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)

    def book(self, step: Step, receipt: Receipt, was: Look, state: State) -> bool:
        """Enter a step that landed; ``state`` is what it left. Whether it changed anything."""
        became = standings(State(was.state.exchange, state.slots))  # at the same prices as before
        change = int(state.exchange["insurance"]) - int(was.state.exchange["insurance"])
        self.insurance_in += max(0, change)
        self.insurance_out += max(0, -change)
        self.insurance_for_bankrupt += max(0, -change) if step.stage == "resolve_bankruptcy" else 0
        self._innocents(step, was.now, became)
        moved = _moved(step, receipt, was, became, state)
        total = self.stages[step.stage]
        if not moved:
            total.empty += 1
            return False
        total.landed += 1
        total.moved += moved
        total.slots.add(step.slot)
        self.steps.append((step, moved))
        return True

    def _innocents(self, step: Step, was: Standings, became: Standings) -> None:
        """Who else lost by it. Makers trade at their own price; deleveraging is what a report is about."""
        changed = became.equity - was.equity
        own = {step.slot, self.keeper}
        traded = set(np.flatnonzero((became.base != was.base).any(axis=1)).tolist()) - own
        for other in set(np.flatnonzero(changed < -NOISE).tolist()) - own - traded:
            lost = -int(changed[other])
            self.broken.append(
                f"6: {step.stage} of slot {step.slot} took {lost} quote atoms from slot {other}"
            )
        if step.stage == "auto_deleverage":
            for other in sorted(traded):
                self.taken_from[other] = self.taken_from.get(other, 0) + max(0, -int(changed[other]))


def _moved(step: Step, receipt: Receipt, was: Look, became: Standings, state: State) -> int:
    if step.stage == "force_cancel":
        return sum(len(event.removed) for event in receipt.events if isinstance(event, OrdersProcessed))
    if step.stage == "resolve_bankruptcy":
        return int(became.equity[step.slot]) - int(was.now.equity[step.slot])
    lots = abs(int(was.now.base[step.slot, step.market]) - int(became.base[step.slot, step.market]))
    return lots * int(was.state.markets[step.market]["mark_price"])
