"""Other collaterals: paying the debt of an account and taking its collateral for it."""

from __future__ import annotations

from model import margin, mark, money
from model.exact import EVERYTHING, MILLION, ceil, floor, require
from model.layout import Record
from model.orders import check_price
from model.state import Call, Event, Slot, State, instruction

LEAST_DEBT = 50_000_000


@instruction
def convert_collateral(state: State, call: Call) -> Event:
    """At the oracle's price less a discount that grows from full health to none, until net USDC is 0."""
    payer = money.own(state, call)
    money.open_for(state, money.LIQUIDATION)
    require(call.unix >= state.exchange.resume_at, "MatchingPaused")
    own = state.slot_of(payer)
    require(("slot", call.args["slot"]) in state.rows, "StaleGeneration")
    debtor = state.slot(call.args["slot"])
    require(debtor.active and debtor.generation == call.generation, "StaleGeneration")
    require(debtor.owner != payer.owner, "NotAuthorised")
    index = call.args["collateral"]
    known = state.collateral(index)
    require(index > 0, "UnknownCollateral")
    require(1_000 * call.unix - known.publish_ms <= 1_000 * known.max_age_s, "PriceStale")
    debt, discount, bankrupt = due(state, debtor, known, call)
    price = ceil(margin.collateral_price(known, "maintenance"), MILLION - discount, MILLION)
    require(price > 0, "NoPrice")
    most = margin.withdrawable(state, own, 0, call)
    wanted = ceil(debt, MILLION, price) if bankrupt else floor(debt, MILLION, price)
    amount = min(call.amount, debtor.collaterals[index - 1], wanted)
    if call.amount == EVERYTHING:
        amount = min(amount, floor(most, MILLION, price))
    require(amount > 0, "ZeroAmount")
    paid = ceil(amount, price, MILLION)
    require(paid <= most, "ExceedsWithdrawable")
    for slot, sign in ((debtor, 1), (own, -1)):
        money.set_usdc(state, slot, slot.usdc + sign * paid)
        slot.collaterals = money.changed(slot.collaterals, index - 1, -sign * amount)
    return "CollateralConverted", {
        "owner": payer.owner,
        "sub": payer.sub,
        "collateral": index,
        "amount": amount,
        "paid": paid,
        "discount": discount,
        "after": money.balances(state, payer),
        "debtor_slot": call.args["slot"],
        "debtor_generation": debtor.generation,
        "debtor_usdc": debtor.usdc,
        "debtor_left": debtor.collaterals[index - 1],
    }


def due(state: State, debtor: Slot, known: Record, call: Call) -> tuple[int, int, bool]:
    """What its USDC and losses are below 0, the discount at the health left, whether equity is below 0."""
    for market in debtor.positions:
        row = state.market(market)
        mark.catch_up(row, call)
        require(row.index_price > 0, "NoPrice")
        check_price(call, row, "liquidate")
    standing = margin.standing(state, debtor, call)
    weighted = margin.collateral_value(state, debtor, "maintenance", call.unix) - debtor.usdc
    without = standing.equity - weighted
    debt = -min(0, debtor.usdc + min(0, without - debtor.usdc))
    worth = sum(
        margin.worth(held, state.collateral(place).price)
        for place, held in enumerate(debtor.collaterals, 1)
        if held
    )
    bankrupt = standing.equity < 0
    require(debt > max(LEAST_DEBT, worth // 100) or bankrupt, "ConversionNotDue")
    used = min(weighted, max(0, standing.maintenance - without))
    steps = known.convert_discount_max - known.convert_discount_min
    more = floor(steps, used, weighted) if weighted else steps
    return debt, known.convert_discount_min + more, bankrupt
