"""Stop and take-profit orders that wait in the trader's account for the mark; realising a profit."""

from __future__ import annotations

from typing import Any

from model import delegates, funding, layout, margin, mark, money, orders, vesting
from model.exact import MILLION, ceil, clamp, floor, notional, refuse, require
from model.layout import Record
from model.matching import Arriving, Band
from model.report import Report
from model.state import NO_MARKET, Call, Event, Order, Slot, State, instruction
from model.venue import Venue

NO_PAIR = 255
ENTRIES = 16
LARGEST_FEE = 1_000_000
SELLS = 1


def is_limit(trigger: Record) -> bool:
    """Stop limit, take-profit limit; the other kinds close at the market."""
    return trigger.kind in (1, 3)


def closable(position: Record, side: int) -> int:
    """Lots that an order of this side closes."""
    return int(max(0, position.base if side == SELLS else -position.base))


def reached(trigger: Record, price: int) -> bool:
    """A stop sells at or under its price, a profit at or over it; buying, the other way round."""
    stop = trigger.kind in (0, 1)
    return (
        price <= trigger.trigger_price if stop == (trigger.side == SELLS) else price >= trigger.trigger_price
    )


def expired(trigger: Record, call: Call) -> bool:
    """Its time is over."""
    return 0 < trigger.expires <= call.unix


def bound(slot: Slot, trigger: Record, call: Call) -> Record | None:
    """The position that it shrinks; none when it is dead."""
    position = slot.positions.get(trigger.market)
    if position is None or position.epoch != trigger.epoch or not closable(position, trigger.side):
        return None
    return None if expired(trigger, call) else position


def changed(account: Record, place: int, **fields: Any) -> None:
    """One entry with other values."""
    entry = account.triggers[place].copy()
    entry.__dict__.update(fields)
    account.triggers = [entry if at == place else one for at, one in enumerate(account.triggers)]


def unreserve(state: State, account: Record, place: int) -> int:
    """The fee that an entry reserved."""
    fee = int(account.triggers[place].executor_fee)
    changed(account, place, executor_fee=0)
    account.executor_fees -= fee
    state.collateral(0).total_parked -= fee
    return fee


def release(state: State, slot: Slot, account: Record, place: int) -> None:
    """An entry is free again; its fee comes back, its pair is alone."""
    money.set_usdc(state, slot, slot.usdc + unreserve(state, account, place))
    pair = account.triggers[place].pair
    changed(account, place, **(layout.zero("Trigger").__dict__ | {"market": NO_MARKET}))
    if pair < ENTRIES:
        changed(account, pair, pair=NO_PAIR)


def check(state: State, slot: Slot, terms: Record, call: Call) -> Record:
    """Whether it is well formed; the position that it shrinks."""
    known = terms.kind <= 3 and terms.side <= SELLS
    bounded = terms.max_slippage < MILLION and terms.executor_fee <= LARGEST_FEE
    require(known and bounded, "ParameterOutOfBounds")
    market = state.market(terms.market)
    require(terms.trigger_price > 0 and is_limit(terms) == (terms.limit_ticks > 0), "ZeroPrice")
    require(not expired(terms, call), "OrderExpired")
    position = slot.positions.get(terms.market)
    if position is None or not closable(position, terms.side):
        refuse("ReduceOnlyWouldIncrease")
    whole = terms.lots == 0 or terms.lots >= closable(position, terms.side)
    small = not whole and notional(terms.lots, terms.trigger_price) < market.min_order_notional
    require(not small, "BelowMinimumNotional")
    require(not reached(terms, market.mark_price), "TriggerWouldFire")
    return position


@instruction
def place_trigger(state: State, call: Call) -> Event:
    """An order for when the mark gets there; its executor's fee leaves the slot now."""
    assert call.trader is not None
    account = state.trader(call.trader)
    money.open_for(state)
    delegate = delegates.acting(account, call)
    slot, terms = state.slot_of(account), layout.record(call.terms)
    position = check(state, slot, terms, call)
    if delegate is not None:
        terms.lots = terms.lots or closable(position, terms.side)
        sent = Record(
            ticks=terms.limit_ticks,
            price=terms.trigger_price,
            lots=terms.lots,
            used=terms.lots,
            reduce_only=True,
        )
        delegates.charge(account, delegate, state.market(terms.market), sent, call.unix)
    require(terms.index < ENTRIES, "ParameterOutOfBounds")
    old = account.triggers[terms.index]
    if old.market != NO_MARKET:
        require(bound(slot, old, call) is None, "TriggerTaken")
        release(state, slot, account, terms.index)
    if terms.pair != NO_PAIR:
        require(terms.pair < ENTRIES, "TriggerNotFound")
        other = account.triggers[terms.pair]
        alike = (other.market, other.side, other.epoch, other.pair)
        require(alike == (terms.market, terms.side, position.epoch, NO_PAIR), "TriggerNotFound")
        changed(account, terms.pair, pair=terms.index)
    reserve(state, slot, account, terms.executor_fee, call)
    kept = {name: value for name, value in terms.__dict__.items() if name != "index"}
    changed(account, terms.index, epoch=position.epoch, **kept)
    told = {"owner": account.owner, "sub": account.sub, "epoch": position.epoch, "terms": terms}
    return "TriggerPlaced", told | {"after": money.balances(state, account)}


def reserve(state: State, slot: Slot, account: Record, fee: int, call: Call) -> None:
    """Vested money only, and never into liquidation."""
    if fee == 0:
        return
    require(slot.usdc - vesting.locked(slot, call.unix) >= fee, "ExceedsWithdrawable")
    money.set_usdc(state, slot, slot.usdc - fee)
    for market in slot.positions:
        mark.catch_up(state.market(market), call)
    standing = margin.standing(state, slot, call)
    require(standing.equity >= standing.maintenance, "InsufficientMargin")
    account.executor_fees += fee
    state.collateral(0).total_parked += fee


@instruction
def cancel_trigger(state: State, call: Call) -> Event:
    """An entry is free again."""
    assert call.trader is not None
    account = state.trader(call.trader)
    delegates.acting(account, call)
    slot = state.slot_of(account)
    there = call.index < ENTRIES and account.triggers[call.index].market != NO_MARKET
    require(there, "TriggerNotFound")
    release(state, slot, account, call.index)
    told = {"owner": account.owner, "sub": account.sub, "index": call.index}
    return "TriggerCancelled", told | {"after": money.balances(state, account)}


@instruction
def execute_trigger(state: State, call: Call) -> Event:
    """Sends the order of a trigger that the mark has reached, by anyone; one that died is removed."""
    venue = Venue(state, call, anyone=True)
    account, place = venue.account, call.index
    there = place < ENTRIES and account.triggers[place].market == call.market
    require(there, "TriggerNotFound")
    trigger = account.triggers[place]
    position = bound(venue.slot, trigger, call)
    if position is None:
        why = "OrderExpired" if expired(trigger, call) else "ReduceOnlyWouldIncrease"
        drop(venue, place)
        orders.missing(venue, place - orders.CANCEL_INDEX, {"ticks": 0, "seq": 0}, why)
        return venue.finish(10)
    require(reached(trigger, venue.market.mark_price), "TriggerNotReached")
    fired = order_of(venue, trigger, position, place)
    before = orders.Before.of(venue, position)
    outcome = orders.process(venue, fired, position)
    placed = outcome.filled + outcome.resting
    if outcome.code and not placed and outcome.code != "MatchLimitReached":
        refuse(outcome.code)
    orders.tell(venue, fired, outcome)
    if placed:
        reward(venue, place)
        retire(venue, place, trigger, 0 if outcome.resting else outcome.lots - placed)
    orders.check_risk(venue, before, position)
    return venue.finish(10)


def drop(venue: Venue, place: int) -> None:
    """Removes an entry of the venue's trader."""
    release(venue.state, venue.slot, venue.account, place)
    venue.report.touch(venue.trader)


def order_of(venue: Venue, trigger: Record, position: Record, place: int) -> Arriving:
    """What it sends: never beyond the trade band."""
    market, band = venue.market, Band.of(venue.market)
    side = "Ask" if trigger.side == SELLS else "Bid"
    slip = floor(market.mark_price, trigger.max_slippage, MILLION)
    worst = (
        ceil(market.mark_price - slip, 1, market.tick_size)
        if side == "Ask"
        else floor(market.mark_price + slip, 1, market.tick_size)
    )
    ticks = clamp(trigger.limit_ticks if is_limit(trigger) else worst, 0, 2**32 - 1)
    most = closable(position, trigger.side)
    order = Order(
        side=side,
        ticks=min(ticks, band.high) if side == "Bid" else max(ticks, band.low),
        number=0,
        lots=min(trigger.lots or most, most, 2**32 - 1),
        owner=venue.trader,
        reduce_only=True,
    )
    kind = "Limit" if is_limit(trigger) else "ImmediateOrCancel"
    return Arriving(order, kind, "CancelMaker", "Never", place)


def reward(venue: Venue, place: int) -> None:
    """The reserved fee to the slot that the executor names."""
    fee, index = unreserve(venue.state, venue.account, place), venue.call.args["slot"]
    require(("slot", index) in venue.state.rows, "StaleGeneration")
    earner = venue.state.slot(index)
    require(earner.active and earner.generation == venue.call.generation, "StaleGeneration")
    money.set_usdc(venue.state, earner, earner.usdc + fee)
    venue.report.touch(index)


def retire(venue: Venue, place: int, trigger: Record, left: int) -> None:
    """Its pair goes; it goes too, unless lots are left that an order may still close."""
    if trigger.pair != NO_PAIR:
        drop(venue, trigger.pair)
    position = venue.position()
    most = closable(position, trigger.side) if position else 0
    small = notional(left, venue.market.mark_price) < venue.market.min_order_notional
    if left == 0 or (small and left < most):
        drop(venue, place)
    elif trigger.lots:
        changed(venue.account, place, lots=left)


@instruction
def realize(state: State, call: Call) -> Event:
    """A profit, at the worst of mark, index and a pending price, into the balance, where it vests."""
    account = money.own(state, call)
    money.open_for(state)
    market = state.market(call.market)
    require(market.status in (1, 2, 3), "MarketNotActive")
    require(call.unix >= max(market.resume_at, state.exchange.resume_at), "MatchingPaused")
    mark.catch_up(market, call)
    require(market.index_price > 0, "NoPrice")
    require(1_000 * call.unix - market.publish_ms <= market.open_max_age_ms, "PriceStale")
    widest = floor(market.index_price, market.open_confidence, MILLION)
    require(market.confidence <= widest, "PriceUncertain")
    require(mark.is_anchored(market, call), "PriceNotAnchored")
    slot = state.slot_of(account)
    position = slot.positions.get(call.market)
    if position is None:
        refuse("NothingToRealize")
    paid = funding.owed(position, market)
    position.funding_index = market.funding_index
    market.funding_pool += paid
    price, _ = margin.worse(market, position.base)
    price = min(price, market.index_price) if position.base > 0 else max(price, market.index_price)
    profit = position.quote + position.base * price
    require(profit > 0, "NothingToRealize")
    position.quote -= profit
    state.exchange.open_quote -= profit
    vesting.realise(slot, profit, market.vesting_s, call.unix)
    money.set_usdc(state, slot, slot.usdc + profit - paid)
    slot.last_active = call.unix
    report = Report()
    report.touch(account.slot_index, paid)
    (after,) = report.rows_of_touched(state, call.market)
    told = {"owner": account.owner, "sub": account.sub, "market": call.market}
    return "Realized", told | {"price": price, "profit": profit, "after": after}
