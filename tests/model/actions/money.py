"""Deposits, withdrawals, transfers."""

from __future__ import annotations

from model.exact import EVERYTHING
from model.plan import Plan, action
from model.settings import USDC
from model.world import Step


@action(60)
def deposit(plan: Plan) -> Step:
    key = plan.idle() if plan.chance(0.3) else plan.trader()
    worth = plan.choice([0, 1, 20 * USDC, 500 * USDC, 5_000 * USDC, plan.draw.randrange(10**9)])
    index = plan.collateral()
    args = {"collateral": index, "amount": plan.amount(index, worth)}
    return Step("deposit", args, key, plan.signer(key), **plan.time())


@action(70)
def withdraw(plan: Plan) -> Step:
    key = plan.trader()
    worth = plan.choice([0, 1, 5 * USDC, 400 * USDC, plan.draw.randrange(10**9), EVERYTHING])
    index = plan.collateral()
    args = {"collateral": index, "amount": worth if worth == EVERYTHING else plan.amount(index, worth)}
    return Step("withdraw", args, key, plan.signer(key), **plan.time())


@action(40)
def transfer(plan: Plan) -> Step:
    key = plan.trader()
    own = [one for one in plan.world.traders() if one[0] == key[0] and one != key]
    other = plan.choice(own) if own and plan.chance(0.9) else (key[0], plan.draw.randrange(0, 3))
    other = plan.trader() if plan.chance(0.05) else other
    worth = plan.choice([0, 1, 5 * USDC, 400 * USDC, plan.draw.randrange(10**9), EVERYTHING])
    index = plan.collateral()
    args = {"collateral": index, "amount": worth if worth == EVERYTHING else plan.amount(index, worth)}
    return Step("transfer", args, key, plan.signer(key), other, **plan.time())
