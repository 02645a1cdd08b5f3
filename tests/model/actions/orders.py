"""Orders of every kind, with arguments that mostly pass the gates."""

from __future__ import annotations

from typing import Any

from model.plan import Plan, action
from model.report import seq
from model.state import Key, Order
from model.world import Step

KINDS = ["Limit"] * 4 + ["PostOnly", "PostOnly", "PostOnlySlide", "ImmediateOrCancel", "ImmediateOrCancel"]
SELF_TRADE = ["CancelMaker"] * 6 + ["CancelTaker", "CancelBoth"]


def sending(plan: Plan, name: str, key: Key, args: dict[str, Any]) -> Step:
    """A step that the trader's owner signs, nearly always."""
    return Step(name, args, key, plan.signer(key), **plan.time())


def quote(plan: Plan, market: int) -> dict[str, Any]:
    """What an order of a batch says."""
    ticks = plan.near(market)
    return {
        "side": plan.choice(["Bid", "Ask"]),
        "kind": plan.choice(KINDS),
        "reduce_only": plan.chance(0.12),
        "ticks": ticks,
        "lots": plan.lots(market, ticks),
        "client_id": plan.choice([0, 0, 0, 1, 2, 3, 4, 2**64 - 1]),
    }


def shared(plan: Plan) -> dict[str, Any]:
    """What all orders of an instruction share."""
    slot, unix = plan.world.clock
    kind = plan.choice(["Never"] * 6 + ["Slot", "Time"])
    at = {"Never": plan.choice([0, 7]), "Slot": slot, "Time": unix}[kind]
    return {
        "self_trade": plan.choice(SELF_TRADE),
        "expiry_kind": kind,
        "expiry": at + plan.draw.randrange(-1, 12) if at > 7 else at,
        "nonce": plan.draw.randrange(1, 2**64)
        if plan.chance(0.002)
        else plan.choice([0] * 20 + [plan.world.done]),
        "valid_until_slot": slot + plan.draw.randrange(-1, 4) if plan.chance(0.05) else 0,
    }


@action(400)
def place_order(plan: Plan) -> Step:
    key, market = plan.trader(), plan.market()
    one = quote(plan, market)
    least = plan.choice([0] * 12 + [1, one["lots"]])
    return sending(plan, "place_order", key, {"market": market, "min_fill_lots": least} | one | shared(plan))


def quotes(plan: Plan, market: int) -> list[dict[str, Any]]:
    """Up to 16 quotes; seldom one too many."""
    count = 17 if plan.chance(0.01) else plan.draw.randrange(0, 9) * plan.choice([1, 1, 2])
    return [quote(plan, market) for _ in range(min(count, 17))]


@action(80)
def place_many(plan: Plan) -> Step:
    key, market = plan.trader(), plan.market()
    args = {"market": market} | shared(plan) | {"quotes": quotes(plan, market)}
    return sending(plan, "place_many", key, args)


def ids(orders: list[Order]) -> list[dict[str, int]]:
    """Orders as arguments name them."""
    return [{"ticks": order.ticks, "seq": seq(order.side, order.number)} for order in orders]


def some_ids(plan: Plan, market: int, key: Key | None) -> list[dict[str, int]]:
    """Some of a trader's (or everyone's) orders, sometimes one that is not there or one of another."""
    found = ids(plan.orders(market, key))
    plan.draw.shuffle(found)
    if plan.chance(0.1):
        found.insert(0, {"ticks": 15_000, "seq": 99_999_999})
    if plan.chance(0.1):
        found = ids(plan.orders(market))[:2] + found
    return found[: plan.draw.randrange(0, 17)]


@action(80)
def replace_many(plan: Plan) -> Step:
    key, market = plan.trader(), plan.market()
    args = {"market": market} | shared(plan)
    args |= {"cancels": some_ids(plan, market, key), "quotes": quotes(plan, market)}
    return sending(plan, "replace_many", key, args)


def one_id(plan: Plan, market: int, key: Key) -> dict[str, int]:
    """One of the trader's orders mostly."""
    found = some_ids(plan, market, key) or ids(plan.orders(market, key))
    return plan.choice(found) if found else {"ticks": 1, "seq": 1}


@action(70)
def cancel_order(plan: Plan) -> Step:
    key, market = plan.trader(), plan.market()
    return sending(plan, "cancel_order", key, {"market": market} | one_id(plan, market, key))


@action(30)
def cancel_by_client_id(plan: Plan) -> Step:
    key, market = plan.trader(), plan.market()
    return sending(plan, "cancel_by_client_id", key, {"market": market, "client_id": plan.draw.randrange(6)})


@action(20)
def cancel_all(plan: Plan) -> Step:
    key, market = plan.trader(), plan.market()
    return sending(plan, "cancel_all", key, {"market": market, "side": plan.choice(["Both", "Bids", "Asks"])})


@action(100)
def modify_order(plan: Plan) -> Step:
    key, market = plan.trader(), plan.market()
    one = one_id(plan, market, key)
    known = {tuple(each.values()): order for each, order in _with_ids(plan.orders(market))}
    order = known.get(tuple(one.values()))
    lots = order.lots if order else 1
    args = {"market": market} | one
    args["new_ticks"] = one["ticks"] if plan.chance(0.6) else plan.near(market)
    args["new_lots"] = plan.choice(
        [0, 1, lots, lots // 2, max(1, lots - 1), lots + 5, plan.lots(market, one["ticks"])]
    )
    return sending(plan, "modify_order", key, args | {"nonce": 0, "valid_until_slot": 0})


def _with_ids(orders: list[Order]) -> list[tuple[dict[str, int], Order]]:
    return list(zip(ids(orders), orders, strict=True))


@action(30)
def prune_expired(plan: Plan) -> Step:
    key, market = plan.trader(), plan.market()
    return sending(plan, "prune_expired", key, {"market": market, "orders": some_ids(plan, market, None)})
