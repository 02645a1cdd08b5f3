"""Keepers: mostly after whoever stands worst."""

from __future__ import annotations

from fractions import Fraction

from model import margin
from model.exact import Refused
from model.plan import Plan, action
from model.state import Call, Slot
from model.world import Step

LOOKED_AT = 6
"""Accounts of which a keeper finds the bad ones."""


def health(plan: Plan, slot: Slot) -> Fraction:
    """Equity over maintenance; of an account without a position equity alone."""
    try:
        standing = margin.standing(plan.world.state, slot, Call({}, b"", *plan.world.clock))
    except Refused:
        return Fraction(1)
    return Fraction(standing.equity, max(1, standing.maintenance))


def keeping(plan: Plan, name: str, below: Fraction, flat: bool = False) -> Step | None:
    """One of the accounts whose health is below something, by a trader of another owner, mostly."""
    state = plan.world.state
    state.begin()
    found = [(index, slot) for index, slot in state.active_slots().items() if slot.positions or flat]
    looked_at = dict(plan.draw.sample(found, min(len(found), LOOKED_AT)))
    bad = {index: slot for index, slot in looked_at.items() if health(plan, slot) < below}
    if plan.chance(0.05):
        bad = looked_at
    if not bad:
        return None
    index = plan.choice(bad)
    slot = bad[index]
    held = [market for market, one in slot.positions.items() if one.base or name == "force_cancel"]
    market = plan.choice(held) if held and plan.chance(0.97) else plan.there()
    known = [key for key in plan.world.traders() if plan.world.public(key[0]) != slot.owner]
    others = [key for key in known if plan.world.slot_of(key)]
    key = plan.choice(others) if others and plan.chance(0.97) else plan.trader()
    stale = 1 if plan.chance(0.01) else 0
    args = {"market": market, "slot": index, "generation": slot.generation + stale}
    return Step(name, args, key, plan.signer(key) if plan.chance(0.1) else None, **plan.time())


@action(60)
def force_cancel(plan: Plan) -> Step | None:
    return keeping(plan, "force_cancel", Fraction(3, 2))


@action(120)
def liquidate(plan: Plan) -> Step | None:
    return keeping(plan, "liquidate", Fraction(1))
