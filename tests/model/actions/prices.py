"""Prices that wander, jump, come late, or are refused."""

from __future__ import annotations

from typing import Any

from model.plan import Plan, action
from model.world import Step


@action(200)
def update_price(plan: Plan) -> Step:
    seconds = 20 if plan.is_quiet() and plan.chance(0.7) else plan.choice([0, 0, 1, 1, 1, 2, 5] * 20 + [61])
    if any(row.status == 4 for _, row in plan.world.state.all("market")):
        seconds = plan.choice([1, 55, 55, 55])
    passed = {"slots": plan.draw.randrange(0, 4), "seconds": seconds}
    now = plan.world.clock[1] + passed["seconds"]
    markets = range(len(plan.prices))
    chosen = list(markets) if plan.chance(0.9) else [plan.market()]
    updates = [update(plan, market, now) for market in chosen if market < len(plan.prices)]
    if plan.chance(0.01):
        updates = plan.choice([[], updates * 17, [update(plan, 0, now) | {"market": len(plan.prices)}]])
    signer = plan.choice(plan.owners) if plan.chance(0.01) else "authority"
    return Step("update_price", {"updates": updates[:20]}, signer=signer, **passed)


def update(plan: Plan, market: int, now: int) -> dict[str, Any]:
    """One price; drawn back to where it began, so that it neither dies nor explodes."""
    setting, price = plan.world.setting, plan.prices[market]
    jump = plan.chance(0.03)
    change = plan.draw.gauss(0, setting.jump if jump else setting.move)
    back = (plan.start[market] - price) / plan.start[market] * 0.02
    plan.prices[market] = price = max(1, min(10**9, round(price * (1 + change + back))))
    if plan.chance(0.005):
        price = plan.choice([0, 1, 4_999, price * 10, 10**10 + 1])
    late = plan.choice([-3_001, -3_000, -500, 999, 5_000, 60_001]) if plan.chance(0.06) else 0
    wide = plan.choice([1, price // 1_000, price // 300, price // 50]) if plan.chance(0.1) else 0
    return {"market": market, "price": price, "confidence": wide, "publish_ms": now * 1_000 - late}
