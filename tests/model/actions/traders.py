"""Accounts, slots, the dead-man switch."""

from __future__ import annotations

from model.plan import Plan, action
from model.world import Step


@action(30)
def open_trader(plan: Plan) -> Step:
    key = plan.any_key()
    return Step("open_trader", {"sub": key[1]}, key, **plan.time())


@action(20)
def activate(plan: Plan) -> Step:
    key = plan.idle()
    return Step("activate", {}, key, plan.signer(key), **plan.time())


@action(20)
def park(plan: Plan) -> Step:
    key = plan.trader()
    signer = plan.choice(plan.owners) if plan.chance(0.4) else None
    return Step("park", {}, key, signer, **plan.time())


@action(20)
def close_trader(plan: Plan) -> Step:
    key = plan.idle()
    return Step("close_trader", {}, key, plan.signer(key), **plan.time())


@action(10)
def set_dead_man(plan: Plan) -> Step:
    key = plan.trader()
    until = plan.choice([0, 0, plan.world.clock[0] + plan.draw.randrange(-1, 40)])
    return Step("set_dead_man", {"cancel_after_slot": until}, key, plan.signer(key), **plan.time())
