"""Keepers: mostly after whoever stands worst."""

from __future__ import annotations

from fractions import Fraction

from model import margin
from model.plan import Plan, action
from model.state import Call
from model.world import Step


def victim(plan: Plan, market: int, flat: bool = False) -> dict[str, int]:
    """The slot that stands worst of those with a position there (or, for ``flat``, of all), or any."""
    state = plan.world.state
    state.begin()
    slots = {index: slot for index, slot in state.active_slots().items() if flat or market in slot.positions}
    if not slots:
        return {"slot": plan.draw.randrange(0, 30), "generation": 0}
    call = Call({}, b"", None, None, b"", None, b"", *plan.world.clock)

    def health(index: int) -> Fraction:
        standing = margin.standing(state, slots[index], call)
        return Fraction(standing.equity, max(1, standing.maintenance))

    index = min(slots, key=health) if plan.chance(0.7) else plan.choice(slots)
    stale = 1 if plan.chance(0.01) else 0
    return {"slot": index, "generation": slots[index].generation + stale}


def keeping(plan: Plan, name: str, flat: bool = False) -> Step:
    """Any trader calls it."""
    key, market = plan.trader(), plan.draw.randrange(len(plan.prices))
    return Step(name, {"market": market} | victim(plan, market, flat), key, plan.signer(key), **plan.time())


@action(60)
def force_cancel(plan: Plan) -> Step:
    return keeping(plan, "force_cancel")


@action(120)
def liquidate(plan: Plan) -> Step:
    return keeping(plan, "liquidate")
