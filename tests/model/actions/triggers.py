"""Triggers around the mark, fired by anyone; profits realised."""

from __future__ import annotations

from model.plan import Plan, action
from model.settings import USDC
from model.state import NO_MARKET, Key
from model.triggers import reached
from model.world import Step


def holder(plan: Plan, market: int) -> Key:
    """A trader with a position there, mostly."""
    active = [key for key in plan.world.traders() if plan.world.slot_of(key)]
    found = [key for key in active if market in plan.world.slot_of(key).positions]  # type: ignore[union-attr]
    return plan.choice(found) if found and plan.chance(0.95) else plan.trader()


@action(40)
def place_trigger(plan: Plan) -> Step:
    market = plan.there()
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
        "pair": plan.choice(used) if used and plan.chance(0.4) else plan.choice([255] * 12 + [0, 16]),
        "limit_ticks": plan.near(market) if (kind % 2 == 1) == plan.chance(0.98) else 0,
        "max_slippage": 10**6 if plan.chance(0.02) else plan.choice([0, 5_000, 50_000, 50_000, 999_999]),
        "trigger_price": max(0, round(price)) if plan.chance(0.98) else 0,
        "lots": plan.choice([0, 0, 1, abs(held.base) // 2 if held else 5, 10**9]),
        "executor_fee": USDC + 1 if plan.chance(0.02) else plan.choice([0, 1, USDC // 10, USDC]),
        "client_id": plan.draw.randrange(4),
        "expires": plan.choice([0, 0, 0, plan.world.clock[1] + plan.draw.randrange(-1, 300)]),
    }
    return Step("place_trigger", {"terms": terms}, key, plan.signer(key), **plan.time())


@action(8)
def cancel_trigger(plan: Plan) -> Step:
    found = waiting(plan)
    if found and plan.chance(0.9):
        key, index, _ = plan.choice(found)
    else:
        key, index = holder(plan, plan.there()), plan.draw.randrange(17)
    return Step("cancel_trigger", {"index": index}, key, plan.signer(key), **plan.time())


def waiting(plan: Plan) -> list[tuple[Key, int, int]]:
    """Triggers that wait: trader, place, market."""
    return [
        (key, at, one.market)
        for key, row in plan.world.state.all("trader")
        if row.active
        for at, one in enumerate(row.triggers)
        if one.market != NO_MARKET
    ]


def ready(plan: Plan, found: list[tuple[Key, int, int]]) -> list[tuple[Key, int, int]]:
    """Those that the mark has reached, or all."""
    state = plan.world.state
    rows = {(key, at): state.rows["trader", key].triggers[at] for key, at, _ in found}
    fires = [one for one in found if reached(rows[one[:2]], plan.known_market(one[2]).mark_price)]
    return fires if fires and plan.chance(0.8) else found


@action(50)
def execute_trigger(plan: Plan) -> Step | None:
    there = ready(plan, waiting(plan))
    if not there and plan.chance(0.9):
        return None
    if there and plan.chance(0.97):
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
    market = plan.there()
    key = holder(plan, market)
    args = {"market": market if plan.chance(0.98) else plan.market()}
    return Step("realize", args, key, plan.choice(plan.owners) if plan.chance(0.01) else None, **plan.time())
