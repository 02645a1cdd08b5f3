"""Delegates, with limits that are sometimes met."""

from __future__ import annotations

from model.plan import Plan, action
from model.settings import USDC
from model.world import Step


@action(12)
def set_delegate(plan: Plan) -> Step:
    key, unix = plan.trader(), plan.world.clock[1]
    delegate = bytes(32) if plan.chance(0.02) else plan.world.public(plan.choice(plan.owners))
    terms = {
        "delegate": delegate,
        "expires": plan.choice([0, 0, 0, unix, unix + 1, unix + 300]),
        "market_bitmap": plan.choice([2**64 - 1, 2**64 - 1, 1, 0]),
        "max_order": plan.choice([0, 0, 500 * USDC]),
        "max_position": plan.choice([0, 0, 2_000 * USDC]),
        "daily_limit": plan.choice([0, 0, 3_000 * USDC]),
        "flags": plan.choice([0, 0, 1, 2, 2, 3, 4]),
    }
    return Step(
        "set_delegate", {"terms": terms}, key, plan.choice(plan.owners) if plan.chance(0.01) else None
    )
