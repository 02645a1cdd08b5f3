"""Changes queued and applied, markets restricted, opened again, and ended."""

from __future__ import annotations

from typing import Any

from model.actions.authority import address, holder, somebody
from model.actions.setting_up import SPOILT, some_params
from model.governance import FIXED
from model.plan import Plan, action
from model.settings import USDC, coin, coin_params, feed, fees, full_market, limits, usdc_params
from model.world import Step


def change(plan: Plan) -> dict[str, Any]:
    """One change, mostly within its bounds; a restricted market mostly becomes active again, or ends."""
    markets = dict(plan.world.state.all("market"))
    noticed = [index for index, row in markets.items() if row.status == 3 and row.notice_at]
    if noticed and plan.chance(0.5) and any(row.status == 2 for row in markets.values()):
        return {"Status": {"market": plan.choice(noticed), "status": 4}}
    restricted = [index for index, row in markets.items() if row.status in (1, 3)]
    if restricted and plan.chance(0.6):
        return {"Status": {"market": plan.choice(restricted), "status": 2}}
    market = plan.market()
    status = plan.known_market(market).status if plan.count() else 0
    wanted = plan.choice([0, 1, 2, 2, 3, 4, 5]) if status == 2 else plan.choice([2, 2, 2, 4, 1, 3])
    kinds = ["Fees", "Exchange", "Guardian", "Collateral", "NewMarket", "NewCollateral"]
    kind = plan.choice(kinds + ["Status", "Status", "Market", "Market", "PriceSource"] * bool(plan.count()))
    return {kind: drawn_change(plan, kind, market, wanted)}


def drawn_change(plan: Plan, kind: str, market: int, status: int) -> dict[str, Any]:
    """What a change of this kind says."""
    if kind == "Status":
        return {"market": market, "status": status}
    if kind == "Market":
        return {"market": market, "params": other_params(plan, market)}
    if kind == "PriceSource":
        return {"market": market} | other_source(plan, market)
    if kind == "Fees":
        return {"tiers": plan.choice([fees(-20, 500), fees(0, 900), fees(-600, 500)])}
    if kind == "Guardian":
        return {"guardian": address(plan, somebody(plan))}
    if kind == "NewMarket":
        return {"params": some_params(plan, 0.1)}
    return {"Exchange": exchange_terms, "Collateral": other_terms, "NewCollateral": new_terms}[kind](plan)


def exchange_terms(plan: Plan) -> dict[str, int]:
    """Of the exchange, the timelock as short as it may be."""
    timelock, equity = plan.choice([3_600, 3_599]), plan.choice([1, 5 * USDC, 0])
    limit = plan.choice([16 << 20, 100])
    return {"timelock_s": timelock, "min_slot_equity": equity, "client_data_limit": limit}


def other_params(plan: Plan, market: int) -> dict[str, Any]:
    """Parameters of a market that may change, drawn anew; seldom one that may not, or beyond its bounds."""
    row = plan.known_market(market)
    drawn = full_market(row.price_authority, limits(plan.draw, row.index_price or 1_500_000))
    drawn |= {name: getattr(row, name) for name in FIXED}
    return drawn | (plan.choice(SPOILT) if plan.chance(0.1) else {})


def other_source(plan: Plan, market: int) -> dict[str, Any]:
    """Mostly the same source from somebody else, or another feed."""
    row = plan.known_market(market)
    return {
        "source": row.source if plan.chance(0.5) else plan.choice([0, 1, 2, 3]),
        "price_authority": plan.choice([row.price_authority, address(plan, 0), address(plan, "authority")]),
        "feed_id": plan.choice([row.feed_id, feed(plan.draw.randrange(8))]),
    }


def other_terms(plan: Plan) -> dict[str, Any]:
    """Of a collateral that is there, mostly."""
    index = plan.collateral()
    row = plan.world.state.rows.get(("collateral", index))
    if index == 0 or row is None:
        limited = {"bucket_capacity": 10**9, "bucket_refill": USDC}
        params = usdc_params(**plan.choice([{}, limited, {"deposit_cap": 10**12}, {"max_age_s": 1}]))
    else:
        params = coin_params(plan.mint(row.mint), **coin(plan.draw))
    return {"collateral": index, "status": plan.choice([1, 1, 1, 2, 0]), "params": params}


def new_terms(plan: Plan) -> dict[str, Any]:
    """Of one that may be added."""
    mint = plan.draw.randrange(1, 7)
    params = coin_params(mint, **coin(plan.draw)) | (plan.choice([{}, {}, {}, {"deposit_cap": 0}]))
    return {"mint": bytes(plan.world.mints[mint]), "params": params}


@action(16)
def queue_change(plan: Plan) -> Step:
    seq = plan.world.state.rows["exchange", 0].change_seq + (1 if plan.chance(0.98) else 2)
    return Step("queue_change", {"seq": seq, "change": change(plan)}, signer=holder(plan, "admin"))


def some_change(plan: Plan) -> int | None:
    """The number of a change that waits; seldom of none."""
    waiting = [seq for seq, _ in plan.world.state.all("change")]
    if waiting and plan.chance(0.97):
        return plan.choice(waiting)
    return 1 if plan.chance(0.1) else None


@action(24)
def apply_change(plan: Plan) -> Step | None:
    seq = some_change(plan)
    if seq is None:
        return None
    row = plan.world.state.rows.get(("change", seq))
    ends = row is not None and row.payload[0] == 6 and row.payload[3] == 4
    passed = plan.time()
    if plan.chance(0.7 if ends else 0.2):
        passed = {"slots": 100, "seconds": 86_401 if ends else plan.choice([31, 31, 31, 3_601])}
    return Step("apply_change", {}, signer=plan.choice(plan.owners), change=seq, **passed)


@action(2)
def cancel_change(plan: Plan) -> Step | None:
    role, seq = plan.choice(["admin", "guardian"]), some_change(plan)
    return None if seq is None else Step("cancel_change", {}, signer=holder(plan, role), change=seq)


@action(2)
def set_market_status(plan: Plan) -> Step:
    status = plan.choice(["PostOnly", "ReduceOnly", "Active", "Settling"])
    args = {"market": plan.market(), "status": status}
    return Step("set_market_status", args, signer=holder(plan, plan.choice(["admin", "guardian"])))


@action(10)
def settle_slots(plan: Plan) -> Step | None:
    ending = [market for market, row in plan.world.state.all("market") if row.status == 4]
    if not ending and plan.chance(0.95):
        return None
    market = plan.choice(ending) if ending else plan.market()
    key = plan.trader()
    return Step("settle_slots", {"market": market}, key, plan.signer(key), **plan.time())
