"""Triggers around the mark, fired by anyone; profits realised."""

from __future__ import annotations

from model.plan import Plan, action
from model.settings import USDC
from model.state import Key
from model.world import Step


def holder(plan: Plan, market: int) -> Key:
    """A trader with a position there, mostly."""
    active = [key for key in plan.world.traders() if plan.world.slot_of(key)]
    found = [key for key in active if market in plan.world.slot_of(key).positions]  # type: ignore[union-attr]
    return plan.choice(found) if found and plan.chance(0.95) else plan.trader()


@action(40)
def place_trigger(plan: Plan) -> Step:
    market = plan.draw.randrange(len(plan.prices))
    key, known = holder(plan, market), plan.known_market(market)
    slot = plan.world.slot_of(key)
    held = slot.positions.get(market) if slot else None
    kind, sells = plan.draw.randrange(4), held is not None and held.base > 0
    away = 1 if (kind < 2) == sells else -1
    price = known.mark_price * (1 - away * abs(plan.draw.gauss(0, 2 * plan.world.setting.move)))
    trader = plan.world.state.rows.get(("trader", key))
    used = [at for at, one in enumerate(trader.triggers) if one.market == market] if trader else []
    terms = {
        "index": plan.draw.randrange(6) if plan.chance(0.98) else 16,
        "market": market if plan.chance(0.98) else 63,
        "kind": kind if plan.chance(0.98) else 4,
        "side": int(sells) if plan.chance(0.95) else int(not sells),
        "pair": plan.choice(used) if used and plan.chance(0.4) else plan.choice([255, 255, 255, 0, 16]),
        "limit_ticks": plan.near(market) if (kind % 2 == 1) == plan.chance(0.98) else 0,
        "max_slippage": plan.choice([0, 5_000, 50_000, 999_999, 10**6]),
        "trigger_price": max(0, round(price)) if plan.chance(0.98) else 0,
        "lots": plan.choice([0, 0, 1, abs(held.base) // 2 if held else 5, 10**9]),
        "executor_fee": plan.choice([0, 1, USDC // 10, USDC, USDC + 1]),
        "client_id": plan.draw.randrange(4),
        "expires": plan.choice([0, 0, 0, plan.world.clock[1] + plan.draw.randrange(-1, 300)]),
    }
    return Step("place_trigger", {"terms": terms}, key, plan.signer(key), **plan.time())


@action(8)
def cancel_trigger(plan: Plan) -> Step:
    key = holder(plan, plan.draw.randrange(len(plan.prices)))
    return Step("cancel_trigger", {"index": plan.draw.randrange(7)}, key, plan.signer(key), **plan.time())


@action(50)
def execute_trigger(plan: Plan) -> Step:
    traders = [(key, row) for key, row in plan.world.state.all("trader") if row.active]
    there = [
        (key, at, one.market)
        for key, row in traders
        for at, one in enumerate(row.triggers)
        if one.market != 255
    ]
    if there and plan.chance(0.95):
        key, index, market = plan.choice(there)
    else:
        key, index, market = plan.trader(), plan.draw.randrange(17), plan.market()
    row = plan.world.state.rows.get(("trader", plan.trader()))
    slot = row.slot_index if row and row.active else 0
    generation = plan.world.state.rows["slot", slot].generation if row and row.active else 0
    args = {"market": market, "index": index, "slot": slot, "generation": generation}
    return Step("execute_trigger", args, key, plan.choice(plan.owners), **plan.time())


@action(12)
def realize(plan: Plan) -> Step:
    market = plan.draw.randrange(len(plan.prices))
    key = holder(plan, market)
    args = {"market": market if plan.chance(0.98) else plan.market()}
    return Step("realize", args, key, plan.choice(plan.owners) if plan.chance(0.01) else None, **plan.time())
