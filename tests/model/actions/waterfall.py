"""Whatever comes after liquidation against the book; insurance and fees."""

from __future__ import annotations

from fractions import Fraction

from model.actions.authority import holder
from model.actions.liquidation import keeping
from model.exact import EVERYTHING
from model.plan import Plan, action
from model.settings import USDC
from model.world import Step


@action(60)
def take_over(plan: Plan) -> Step | None:
    step = keeping(plan, "take_over", Fraction(1))
    if step is not None:
        step.args["lots"] = plan.choice([0, 1, 10, 500, 10_000, 2**32 - 1])
    return step


@action(60)
def auto_deleverage(plan: Plan) -> Step | None:
    return keeping(plan, "auto_deleverage", Fraction(1, 10))


@action(40)
def resolve_bankruptcy(plan: Plan) -> Step | None:
    return keeping(plan, "resolve_bankruptcy", Fraction(0), flat=True)


@action(5)
def deposit_insurance(plan: Plan) -> Step:
    amount = plan.choice([0, 1, 3 * USDC, 20 * USDC, 10**16])
    return Step("deposit_insurance", {"amount": amount}, signer=plan.choice(plan.owners))


@action(5)
def sweep_fees(plan: Plan) -> Step:
    amount = plan.choice([0, 1, USDC, EVERYTHING, 2**63])
    return Step("sweep_fees", {"amount": amount}, signer=holder(plan, "admin"))
