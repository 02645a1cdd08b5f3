"""Authorities and pauses; what is paused is soon lifted again."""

from __future__ import annotations

from model.plan import Plan, action
from model.world import Step


def somebody(plan: Plan) -> int | str:
    """Who may be an authority."""
    return plan.choice(["admin", "admin", "authority", 0, 1])


def address(plan: Plan, who: int | str) -> bytes:
    return bytes(plan.world.key(who).pubkey())


def holder(plan: Plan, role: str) -> int | str:
    """Who holds a role now, mostly; else somebody."""
    known = getattr(plan.world.state.rows["exchange", 0], role)
    for who in ("admin", "authority", 0, 1):
        if address(plan, who) == known and plan.chance(0.8):
            return who
    return somebody(plan)


@action(2)
def propose_authority(plan: Plan) -> Step:
    named = bytes(32) if plan.chance(0.2) else address(plan, somebody(plan))
    return Step("propose_authority", {"admin": named}, signer=holder(plan, "admin"))


@action(2)
def accept_authority(plan: Plan) -> Step:
    return Step("accept_authority", {}, signer=holder(plan, "pending_admin"))


@action(2)
def set_guardian(plan: Plan) -> Step:
    named = bytes(32) if plan.chance(0.2) else address(plan, somebody(plan))
    role = plan.choice(["admin", "guardian", "guardian"])
    return Step("set_guardian", {"guardian": named}, signer=holder(plan, role))


@action(2)
def set_pause(plan: Plan) -> Step | None:
    paused = plan.world.state.rows["exchange", 0].paused
    if paused and plan.chance(0.8):
        return Step("set_pause", {"paused": 0}, signer=holder(plan, "admin"))
    bits = plan.choice([0, 0, 1, 2, 4, 8, 15, 16, 3, 2**32 - 1])
    return Step("set_pause", {"paused": bits}, signer=holder(plan, plan.choice(["admin", "guardian"])))
