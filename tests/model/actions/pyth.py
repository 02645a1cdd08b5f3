"""Prices of Pyth: for markets, as anchors, and for collaterals."""

from __future__ import annotations

from typing import Any

from model.actions.prices import passing
from model.bounds import ANCHORED, SIGNED
from model.plan import Plan, action
from model.world import Step, pyth_account


def account(plan: Plan, feed: bytes, price: int, per: int, now: int) -> dict[str, Any]:
    """``price`` / ``per`` dollars, published about ``now``; seldom an account that is refused."""
    exponent = plan.choice([-8, -8, -8, -5, -10])
    amount = price * 10**-exponent // per
    wide = plan.choice([1, amount // 1_000, amount // 300, amount // 50]) if plan.chance(0.1) else 0
    late = plan.choice([-4, -3, -1, 1, 5, 61, 3_601]) if plan.chance(0.06) else 0
    found = pyth_account(feed, amount, now - late, confidence=wide, exponent=exponent)
    if plan.chance(0.06):
        found |= plan.choice(
            [
                {"owned": False},
                {"kind": "other"},
                {"signatures": 5},
                {"feed_id": bytes([1] * 32)},
                {"price": plan.choice([0, -amount, 2**63 - 1, amount * 10, amount * 10**4])},
                {"exponent": plan.choice([-40, -25, -13, 2, 20, 2**31 - 1, -(2**31)])},
                {"confidence": plan.choice([2**64 - 1, amount])},
                {"publish_time": plan.choice([0, -1, 2**62, -(2**62), 2**63 // 1_000])},
            ]
        )
    found["price"] = max(-(2**63), min(2**63 - 1, found["price"]))
    return found


@action(90)
def update_price_pyth(plan: Plan) -> Step | None:
    markets = {market: row for market, row in plan.world.state.all("market") if row.source != SIGNED}
    if not plan.count() or (not markets and plan.chance(0.98)):
        return None
    stale = [market for market in plan.stale() if market in markets]
    market = plan.choice(stale or markets) if markets and plan.chance(0.98) else plan.market()
    passed = passing(plan)
    row = plan.known_market(market)
    if row.source == ANCHORED:
        price = round(plan.prices.get(market, row.index_price or 1_500_000) * (1 + plan.draw.gauss(0, 0.006)))
    else:
        price = plan.wander(market)
    now = plan.world.clock[1] + passed["seconds"]
    said = account(plan, row.feed_id, max(1, price) * row.lots_per_base, 1_000_000, now)
    signer = plan.choice(plan.owners)
    return Step("update_price_pyth", {"market": market}, signer=signer, pyth=said, **passed)


@action(60)
def update_collateral_price(plan: Plan) -> Step | None:
    known = plan.world.state.all("collateral")
    others = [index for index, _ in known if index]
    if not others and plan.chance(0.98):
        return None
    index = plan.choice(others) if others and plan.chance(0.97) else plan.collateral()
    row = plan.world.state.rows.get(("collateral", index))
    mint = plan.mint(row.mint) if row else 1
    change = plan.draw.gauss(0, 0.2 if plan.chance(0.05) else 0.02)
    plan.coins[mint] = max(1, round(plan.coins.get(mint, 10**8) * (1 + change)))
    passed = plan.time()
    now = plan.world.clock[1] + passed.get("seconds", 0)
    said = account(plan, row.feed_id if row else bytes(32), plan.coins[mint], 10**8, now)
    signer = plan.choice(plan.owners)
    return Step("update_collateral_price", {"collateral": index}, signer=signer, pyth=said, **passed)
