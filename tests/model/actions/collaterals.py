"""Conversions of whoever owes most, mostly."""

from __future__ import annotations

from model.exact import EVERYTHING
from model.plan import Plan, action
from model.settings import USDC
from model.world import Step


@action(60)
def convert_collateral(plan: Plan) -> Step | None:
    slots = plan.world.state.active_slots()
    backed = {index: slot for index, slot in slots.items() if any(slot.collaterals)}
    if not backed and plan.chance(0.98):
        return None
    key = plan.trader()
    chosen = backed if backed and plan.chance(0.95) else slots
    if not chosen or (min(slot.usdc for slot in chosen.values()) > -50 * USDC and plan.chance(0.8)):
        return None
    index = min(chosen, key=lambda one: chosen[one].usdc) if plan.chance(0.6) else plan.choice(chosen)
    held = [place for place, amount in enumerate(slots[index].collaterals, 1) if amount]
    collateral = plan.choice(held) if held and plan.chance(0.95) else plan.collateral()
    amount = plan.choice([EVERYTHING, EVERYTHING, 0, 1, plan.amount(collateral, 30 * USDC), 2**63])
    stale = 1 if plan.chance(0.01) else 0
    args = {"slot": index, "generation": slots[index].generation + stale}
    args |= {"collateral": collateral, "amount": amount}
    signer = plan.choice(plan.owners) if plan.chance(0.01) else None
    return Step("convert_collateral", args, key, signer, **plan.time())
