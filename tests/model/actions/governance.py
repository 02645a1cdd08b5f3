"""Changes queued and applied, markets restricted, opened again, and ended."""

from __future__ import annotations

from typing import Any

from model.actions.authority import address, holder, somebody
from model.plan import Plan, action
from model.settings import USDC, fees
from model.world import Step


def change(plan: Plan) -> dict[str, Any]:
    """One change, mostly within its bounds; a restricted market mostly becomes active again, or ends."""
    markets = dict(plan.world.state.all("market"))
    noticed = [index for index, row in markets.items() if row.status == 3 and row.notice_at]
    if noticed and plan.chance(0.5) and any(row.status == 2 for row in markets.values()):
        return {"Status": {"market": plan.choice(noticed), "status": 4}}
    market = plan.market()
    status = plan.known_market(market).status
    wanted = plan.choice([0, 1, 2, 2, 3, 4, 5]) if status == 2 else plan.choice([2, 2, 2, 4, 1, 3])
    terms = {"timelock_s": plan.choice([3_600, 3_599]), "min_slot_equity": plan.choice([1, 5 * USDC, 0])}
    return plan.choice(
        [
            {"Status": {"market": market, "status": wanted}},
            {"Status": {"market": market, "status": wanted}},
            {"Fees": {"tiers": plan.choice([fees(-20, 500), fees(0, 900), fees(-600, 500)])}},
            {"Exchange": terms | {"client_data_limit": plan.choice([16 << 20, 100])}},
            {"Guardian": {"guardian": address(plan, somebody(plan))}},
        ]
    )


@action(8)
def queue_change(plan: Plan) -> Step:
    seq = plan.world.state.rows["exchange", 0].change_seq + (1 if plan.chance(0.98) else 2)
    return Step("queue_change", {"seq": seq, "change": change(plan)}, signer=holder(plan, "admin"))


def some_change(plan: Plan) -> int:
    """The number of a change that waits, or of none."""
    waiting = [seq for seq, _ in plan.world.state.all("change")]
    return plan.choice(waiting) if waiting and plan.chance(0.95) else 1


@action(14)
def apply_change(plan: Plan) -> Step:
    seq = some_change(plan)
    row = plan.world.state.rows.get(("change", seq))
    ends = row is not None and row.payload[0] == 6 and row.payload[3] == 4
    passed = plan.time()
    if plan.chance(0.7 if ends else 0.2):
        passed = {"slots": 100, "seconds": 86_401 if ends else plan.choice([31, 31, 31, 3_601])}
    return Step("apply_change", {}, signer=plan.choice(plan.owners), change=seq, **passed)


@action(2)
def cancel_change(plan: Plan) -> Step:
    role = plan.choice(["admin", "guardian"])
    return Step("cancel_change", {}, signer=holder(plan, role), change=some_change(plan))


@action(2)
def set_market_status(plan: Plan) -> Step:
    status = plan.choice(["PostOnly", "ReduceOnly", "Active", "Settling"])
    args = {"market": plan.market(), "status": status}
    return Step("set_market_status", args, signer=holder(plan, plan.choice(["admin", "guardian"])))


@action(10)
def settle_slots(plan: Plan) -> Step:
    ending = [market for market, row in plan.world.state.all("market") if row.status == 4]
    market = plan.choice(ending) if ending else plan.market()
    key = plan.trader()
    return Step("settle_slots", {"market": market}, key, plan.signer(key), **plan.time())
