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


def sweep(plan: Plan, market: int) -> dict[str, Any]:
    """Takes all that lies within the trade band, one side or the other."""
    known, side = plan.known_market(market), plan.choice(["Bid", "Ask"])
    width = known.index_price * known.trade_band // 1_000_000
    edge = known.index_price + width if side == "Bid" else known.index_price - width
    ticks = edge // known.tick_size if side == "Bid" else -(-edge // known.tick_size)
    lots = sum(order.lots for order in plan.orders(market)) + 1
    rest = {"kind": plan.choice(["Limit", "ImmediateOrCancel"]), "reduce_only": False, "client_id": 0}
    return rest | {"side": side, "ticks": max(1, ticks), "lots": min(2**32 - 1, lots)}


@action(400)
def place_order(plan: Plan) -> Step:
    key, market = plan.trader(), plan.market()
    one = sweep(plan, market) if plan.chance(0.02) else quote(plan, market)
    least = plan.choice([0] * 12 + [1, one["lots"]])
    return sending(plan, "place_order", key, {"market": market, "min_fill_lots": least} | one | shared(plan))


def quotes(plan: Plan, market: int) -> list[dict[str, Any]]:
    """Up to 16 quotes; seldom one too many."""
    count = 17 if plan.chance(0.01) else plan.draw.randrange(0, 9) * plan.choice([1, 1, 2])
    return [quote(plan, market) for _ in range(min(count, 17))]


def flood(plan: Plan, market: int) -> list[dict[str, Any]]:
    """Sixteen of the smallest orders that rest, close together on one side."""
    known, side = plan.known_market(market), plan.choice(["Bid", "Ask"])
    lots = -(-known.min_order_notional * plan.choice([1, 1, 2, 8, 32]) // max(1, known.index_price))
    away = 1 if side == "Ask" else -1
    first = known.index_price // known.tick_size + away * plan.draw.randrange(1, 20)
    rest = {"kind": "PostOnly", "reduce_only": False, "client_id": 0, "side": side}
    return [rest | {"ticks": max(1, first + away * place), "lots": lots + 1} for place in range(16)]


@action(80)
def place_many(plan: Plan) -> Step:
    key, market = plan.trader(), plan.market()
    many = flood(plan, market) if plan.chance(plan.world.setting.floods) else quotes(plan, market)
    args = {"market": market} | shared(plan) | {"quotes": many}
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
    own = ids(plan.orders(market, key))
    found = own if own and plan.chance(0.9) else some_ids(plan, market, key) or own
    return plan.choice(found) if found else {"ticks": 1, "seq": 1}


def with_orders(plan: Plan, market: int) -> Key:
    """A trader with orders there, mostly."""
    owners = {order.owner for order in plan.orders(market)}
    rows = plan.world.state.all("trader")
    found = [key for key, row in rows if row.active and row.slot_index in owners]
    return plan.choice(found) if found and plan.chance(0.9) else plan.trader()


@action(70)
def cancel_order(plan: Plan) -> Step:
    market = plan.market()
    key = with_orders(plan, market)
    return sending(plan, "cancel_order", key, {"market": market} | one_id(plan, market, key))


@action(30)
def cancel_by_client_id(plan: Plan) -> Step | None:
    key, market = plan.trader(), plan.market()
    own = [order.client_id for order in plan.orders(market, key) if order.client_id]
    if not own and plan.chance(0.7):
        return None
    client_id = plan.choice(own) if own and plan.chance(0.9) else plan.draw.randrange(6)
    return sending(plan, "cancel_by_client_id", key, {"market": market, "client_id": client_id})


@action(20)
def cancel_all(plan: Plan) -> Step:
    key, market = plan.trader(), plan.market()
    return sending(plan, "cancel_all", key, {"market": market, "side": plan.choice(["Both", "Bids", "Asks"])})


@action(100)
def modify_order(plan: Plan) -> Step:
    market = plan.market()
    key = with_orders(plan, market)
    one = one_id(plan, market, key)
    known = {tuple(each.values()): order for each, order in _with_ids(plan.orders(market))}
    order = known.get(tuple(one.values()))
    lots = order.lots if order else 1
    args = {"market": market} | one
    args["new_ticks"] = one["ticks"] if plan.chance(0.6) else plan.near(market)
    kept, other = plan.choice([1, lots, max(1, lots // 2), max(1, lots - 1)]), plan.lots(market, one["ticks"])
    args["new_lots"] = 0 if plan.chance(0.02) else plan.choice([kept, lots + 5, other])
    return sending(plan, "modify_order", key, args | {"nonce": 0, "valid_until_slot": 0})


def _with_ids(orders: list[Order]) -> list[tuple[dict[str, int], Order]]:
    return list(zip(ids(orders), orders, strict=True))


@action(30)
def prune_expired(plan: Plan) -> Step:
    key, market = plan.trader(), plan.market()
    return sending(plan, "prune_expired", key, {"market": market, "orders": some_ids(plan, market, None)})
