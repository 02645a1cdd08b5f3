"""Signed prices that wander, jump, come late, or are refused."""

from __future__ import annotations

from typing import Any

from model.bounds import PYTH
from model.plan import Plan, action
from model.world import Step


def passing(plan: Plan) -> dict[str, int]:
    """What passes before a price: nothing if it is awaited, more while matching rests or a market settles."""
    seconds = 20 if plan.rests() and plan.chance(0.7) else plan.choice([0, 0, 1, 1, 1, 2, 5] * 20 + [61])
    if plan.stale() and plan.chance(0.9):
        seconds = 0
    if any(row.status == 4 for _, row in plan.world.state.all("market")):
        seconds = plan.choice([1, 55, 55, 55])
    return {"slots": plan.draw.randrange(0, 4), "seconds": seconds}


@action(200)
def update_price(plan: Plan) -> Step | None:
    signed = {
        market: row.price_authority
        for market, row in plan.world.state.all("market")
        if row.source != PYTH or plan.chance(0.01)
    }
    if not signed and plan.chance(0.9):
        return None
    authority = plan.choice(signed.values()) if signed else bytes(32)
    mine = [market for market, who in signed.items() if who == authority]
    passed = passing(plan)
    now = plan.world.clock[1] + passed["seconds"]
    chosen = mine if plan.chance(0.9) else [plan.market()]
    updates = [update(plan, market, now) for market in chosen if market < plan.count()]
    if plan.chance(0.01):
        updates = plan.choice([[], updates * 17, [update(plan, 0, now) | {"market": plan.count()}]])
    signer = plan.choice(plan.owners) if plan.chance(0.01) else plan.world.who(authority)
    return Step("update_price", {"updates": updates[:20]}, signer=signer, **passed)


def update(plan: Plan, market: int, now: int) -> dict[str, Any]:
    """One price."""
    price = plan.wander(market)
    if plan.chance(0.005):
        price = plan.choice([0, 1, 4_999, price * 10, 10**10 + 1])
    late = plan.choice([-3_001, -3_000, -500, 999, 5_000, 60_001]) if plan.chance(0.06) else 0
    wide = plan.choice([1, price // 1_000, price // 300, price // 50]) if plan.chance(0.1) else 0
    return {"market": market, "price": price, "confidence": wide, "publish_ms": now * 1_000 - late}
