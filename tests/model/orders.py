"""The order instructions: gates, placing, batches, changing, cancelling, pruning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from integration.program import idl
from model import delegates, margin, mark, money
from model.exact import MILLION, Refused, floor, notional, refuse, require
from model.layout import Record
from model.matching import Arriving, Band, match, opposite, over, reducible
from model.report import ASK_BIT, seq
from model.state import Call, Event, Order, State, instruction
from model.venue import Venue

POST_ONLY, ACTIVE, REDUCE_ONLY = 1, 2, 3
BATCH, ORDERS_A_SIDE = 16, 64
CANCEL_INDEX = 128
OWN_FAULT = {
    "ZeroSize",
    "ZeroPrice",
    "BelowMinimumNotional",
    "BelowRestingMinimum",
    "PriceOutsideBand",
    "PostOnlyWouldCross",
    "ReduceOnlyWouldIncrease",
    "OrderExpired",
    "DuplicateClientId",
    "MarketNotActive",
    "MatchingPaused",
}
"""Errors of one quote alone: a code in a batch."""
KINDS = ["Limit", "PostOnly", "PostOnlySlide", "ImmediateOrCancel"]


@dataclass
class Outcome:
    """What became of an order."""

    code: str | None
    ticks: int
    lots: int
    filled: int = 0
    resting: int = 0
    number: int = 0


def admit(venue: Venue) -> None:
    """Deadline and nonce."""
    call, slot = venue.call, venue.slot
    require(call.valid_until_slot == 0 or call.slot <= call.valid_until_slot, "InstructionExpired")
    if call.nonce:
        require(call.nonce > slot.nonce, "NonceUsed")
        slot.nonce = call.nonce


def arriving(venue: Venue, quote: Mapping[str, Any], shared: Mapping[str, Any], place: int = 0) -> Arriving:
    """An order of the arguments; its number comes later."""
    by, at = shared["expiry_kind"], shared["expiry"]
    order = Order(
        side=quote["side"],
        ticks=quote["ticks"],
        number=0,
        lots=quote["lots"],
        owner=venue.trader,
        client_id=quote["client_id"],
        dies_at_slot=at if by == "Slot" else 0,
        dies_at_time=at if by == "Time" else 0,
        reduce_only=quote["reduce_only"],
        post_only=quote["kind"] in ("PostOnly", "PostOnlySlide"),
    )
    return Arriving(order, quote["kind"], shared["self_trade"], by, place)


def check_market(venue: Venue, order: Order) -> None:
    """Whether the market takes such an order now."""
    market, exchange, call = venue.market, venue.state.exchange, venue.call
    reducing = order.reduce_only and call.unix - market.notice_at >= 3_600
    allowed = {ACTIVE: True, POST_ONLY: order.post_only or reducing, REDUCE_ONLY: order.reduce_only}
    require(allowed.get(market.status, False), "MarketNotActive")
    require(order.reduce_only or not exchange.paused & money.TRADING, "Paused")
    resting = call.unix < max(market.resume_at, exchange.resume_at)
    require(order.post_only or not resting, "MatchingPaused")
    require(market.index_price > 0, "NoPrice")
    check_price(call, market, "liquidate" if order.reduce_only else "open")


def check_price(call: Call, market: Record, for_what: str) -> None:
    """Young and certain enough to reduce risk; to open it, near its anchor too."""
    age = 1_000 * call.unix - market.publish_ms
    require(age <= getattr(market, f"{for_what}_max_age_ms"), "PriceStale")
    require(for_what == "liquidate" or mark.is_anchored(market, call), "PriceNotAnchored")
    widest = floor(market.index_price, getattr(market, f"{for_what}_confidence"), MILLION)
    require(market.confidence <= widest, "PriceUncertain")


def check_order(venue: Venue, incoming: Arriving, band: Band, position: Record) -> int:
    """Whether it is well formed; its size, a reduce-only order cut to the position."""
    order = incoming.order
    require(order.lots > 0, "ZeroSize")
    require(order.ticks > 0, "ZeroPrice")
    beyond = order.ticks > band.high if order.side == "Bid" else order.ticks < band.low
    require(not beyond, "PriceOutsideBand")
    past = {"Slot": order.dies_at_slot <= venue.call.slot, "Time": order.dies_at_time <= venue.call.unix}
    require(not past.get(incoming.expires, False), "OrderExpired")
    lots = order.lots
    if order.reduce_only:
        lots = min(lots, reducible(position, order.side))
        require(lots > 0, "ReduceOnlyWouldIncrease")
    worth = notional(lots, order.ticks * venue.market.tick_size)
    closes = order.reduce_only and lots == abs(position.base)
    require(closes or worth >= venue.market.min_order_notional, "BelowMinimumNotional")
    taken = {one.client_id for one in venue.book.of(venue.trader)} if order.client_id else ()
    require(order.client_id not in taken, "DuplicateClientId")
    return lots


def process(venue: Venue, incoming: Arriving, position: Record) -> Outcome:
    """One order from its gates to its rest. A refusal has changed nothing but the dead orders it met."""
    order = incoming.order
    check_market(venue, order)
    band = Band.of(venue.market)
    lots = check_order(venue, incoming, band, position)
    venue.book.order_seq += 1
    outcome = Outcome(None, order.ticks, lots, number=venue.book.order_seq)
    found = match(venue, incoming, lots, band)
    outcome.filled = found.filled
    if found.filled == lots:
        return outcome
    if found.why == "PostOnlyWouldCross" and incoming.kind == "PostOnlySlide":
        best = venue.book.side(opposite(order.side))[0].ticks
        require(order.side == "Ask" or best > 1, "PostOnlyWouldCross")
        outcome.ticks = best - 1 if order.side == "Bid" else best + 1
    elif found.why:
        outcome.code = found.why
        return outcome
    elif incoming.kind == "ImmediateOrCancel":
        outcome.code = None if found.filled else "MinimumFillNotReached"
        return outcome
    left = order._replace(ticks=outcome.ticks, number=outcome.number, lots=lots - found.filled)
    outcome.code = rest(venue, left, position)
    outcome.resting = 0 if outcome.code else left.lots
    return outcome


def rest(venue: Venue, order: Order, position: Record) -> str | None:
    """Rests an order, or says why not. A full side gives up its worst price, newest first."""
    own = position.bid_orders if order.side == "Bid" else position.ask_orders
    if own >= ORDERS_A_SIDE:
        return "TooManyOrders"
    side, capacity = venue.book.side(order.side), venue.book.capacity
    least = venue.market.min_order_notional * [1, 2, 8, 32][min(3, 4 * len(side) // capacity)]
    closes = order.reduce_only and order.lots == abs(position.base)
    if order.lots * order.ticks * venue.market.tick_size < least and not closes:
        return "BelowRestingMinimum"
    if order.lots + getattr(position, f"{order.side.lower()}_lots") >= 2**32:
        return "ArithmeticOverflow"
    if len(side) >= capacity:
        worst = side[-1]
        if order.rank[0] >= worst.rank[0]:
            return "BookSideFull"
        venue.remove(worst, "evicted")
    venue.rest(order)
    return None


def tell(venue: Venue, incoming: Arriving, outcome: Outcome) -> None:
    """Records what became of the order; a delegate's counts against its limits."""
    write(venue, incoming, outcome)
    used = outcome.filled + outcome.resting
    if venue.delegate is not None and used:
        sent = Record(
            ticks=outcome.ticks, price=0, lots=outcome.lots, used=used, reduce_only=incoming.order.reduce_only
        )
        delegates.charge(venue.account, venue.delegate, venue.market, sent, venue.call.unix)


def write(venue: Venue, incoming: Arriving, outcome: Outcome) -> None:
    """Into the event."""
    order = incoming.order
    venue.report.orders.append(
        Record(
            index=incoming.place,
            code=number_of(outcome.code) if outcome.code else 0,
            seq=seq(order.side, outcome.number),
            client_id=order.client_id,
            ticks=outcome.ticks,
            lots=outcome.lots,
            filled=outcome.filled,
            resting=outcome.resting,
            kind=KINDS.index(incoming.kind),
            flags=flags(order, incoming.expires),
            expiry=order.dies_at_slot or order.dies_at_time,
        )
    )


def flags(order: Order, expires: str) -> int:
    """The order's bits as books and events carry them."""
    return order.reduce_only + 8 * order.post_only + {"Never": 0, "Slot": 2, "Time": 4}[expires]


def expires(order: Order) -> str:
    """What a resting order's expiry counts."""
    return "Slot" if order.dies_at_slot else "Time" if order.dies_at_time else "Never"


@cache
def number_of(error: str) -> int:
    """The number of an error."""
    return next(number for number, name in idl.errors().items() if name == error)


@dataclass
class Before:
    """Risk before an instruction's orders."""

    exposure: int
    open_interest: int

    @staticmethod
    def of(venue: Venue, position: Record) -> Before:
        """As it is now."""
        return Before(margin.exposure(position), venue.market.open_long)


def check_risk(venue: Venue, before: Before, position: Record) -> None:
    """Where risk grew: the limits, and initial margin with the surcharge on what is new."""
    market, slot, exchange = venue.market, venue.slot, venue.state.exchange
    grown = margin.exposure(position) - before.exposure
    over_cap = market.open_long > max(before.open_interest, market.oi_cap)
    require(not over_cap, "OpenInterestCapReached")
    if grown <= 0:
        return
    require(margin.exposure(position) <= market.max_position, "PositionTooLarge")
    if venue.delegate is not None:
        worth = notional(margin.exposure(position), market.mark_price)
        limit = venue.account.delegates[venue.delegate].max_position
        require(not delegates.over(worth, limit), "DelegateLimit")
    owing = exchange.negative_usdc > venue.state.collateral(0).total_deposits // 10
    require(slot.usdc >= 0 or not owing, "NegativeUsdcLimit")
    equity, required = margin.initial(venue.state, slot, venue.call)
    require(equity - required >= margin.surcharge(market, grown), "InsufficientMargin")


@instruction
def place_order(state: State, call: Call) -> Event:
    """Matches what crosses, rests the remainder if its kind allows."""
    venue = Venue(state, call)
    admit(venue)
    position = venue.position_or_new()
    before = Before.of(venue, position)
    incoming = arriving(venue, call.args, call.args)
    outcome = process(venue, incoming, position)
    nothing = outcome.filled == outcome.resting == 0
    if outcome.code and nothing and outcome.code != "MatchLimitReached":
        refuse(outcome.code)
    require(outcome.filled >= call.min_fill_lots, "MinimumFillNotReached")
    tell(venue, incoming, outcome)
    check_risk(venue, before, position)
    return venue.finish(0)


def batch(state: State, call: Call, kind: int) -> Event:
    """Cancels, then quotes, then one margin check; what fails alone is a code."""
    venue = Venue(state, call)
    admit(venue)
    cancels = call.args.get("cancels", [])
    require(len(call.quotes) <= BATCH and len(cancels) <= BATCH, "TooManyQuotes")
    venue.report.expected += len(call.quotes) + len(cancels)
    position = venue.position_or_new()
    before = Before.of(venue, position)
    for place, one in enumerate(cancels):
        order = named(venue, one)
        if order and order.owner == venue.trader:
            venue.remove(order, "cancelled")
        else:
            missing(venue, place, one, "OrderNotFound")
    for place, quote in enumerate(call.quotes):
        incoming = arriving(venue, quote, call.args, place)
        try:
            outcome = process(venue, incoming, position)
        except Refused as refusal:
            if refusal.name not in OWN_FAULT:
                raise
            outcome = Outcome(refusal.name, quote["ticks"], quote["lots"])
        tell(venue, incoming, outcome)
    check_risk(venue, before, position)
    return venue.finish(kind)


@instruction
def place_many(state: State, call: Call) -> Event:
    """Up to 16 orders."""
    return batch(state, call, 1)


@instruction
def replace_many(state: State, call: Call) -> Event:
    """Up to 16 cancels, then up to 16 orders."""
    return batch(state, call, 2)


def side_and_number(number: int) -> tuple[str, int]:
    """What an order's running number says."""
    return ("Ask", number - ASK_BIT) if number >= ASK_BIT else ("Bid", number)


def named(venue: Venue, one: Mapping[str, int]) -> Order | None:
    """The order of an id, if it rests."""
    side, number = side_and_number(one["seq"])
    return venue.book.find(side, one["ticks"], number)


def missing(venue: Venue, place: int, one: Mapping[str, int], code: str) -> None:
    """Records a listed order that was not removed."""
    nothing = dict.fromkeys(("client_id", "lots", "filled", "resting", "kind", "flags", "expiry"), 0)
    venue.report.orders.append(
        Record(
            index=CANCEL_INDEX + place, code=number_of(code), seq=one["seq"], ticks=one["ticks"], **nothing
        )
    )


def own_order(venue: Venue) -> Order:
    """The trader's order that the call names."""
    order = named(venue, venue.call.args)
    if order is None:
        refuse("OrderNotFound")
    require(order.owner == venue.trader, "NotYourOrder")
    return order


@instruction
def cancel_order(state: State, call: Call) -> Event:
    """One order by its id."""
    venue = Venue(state, call)
    venue.remove(own_order(venue), "cancelled")
    return venue.finish(3)


@instruction
def cancel_by_client_id(state: State, call: Call) -> Event:
    """One order by the client's own number."""
    venue = Venue(state, call)
    found = [one for one in venue.book.of(venue.trader) if call.client_id and one.client_id == call.client_id]
    require(len(found) > 0, "OrderNotFound")
    venue.remove(found[0], "cancelled")
    return venue.finish(4)


@instruction
def cancel_all(state: State, call: Call) -> Event:
    """All of the trader's orders of the market, on one side or both, from the best on."""
    venue = Venue(state, call)
    for side, but in (("Bid", "Asks"), ("Ask", "Bids")):
        if call.side != but:
            for order in venue.book.of(venue.trader, side):
                venue.remove(order, "cancelled")
    return venue.finish(5)


@instruction
def modify_order(state: State, call: Call) -> Event:
    """A smaller size keeps its place; anything else is the same order anew, at the end of the queue."""
    venue = Venue(state, call)
    admit(venue)
    require(call.new_lots > 0, "ZeroSize")
    order = own_order(venue)
    position = venue.position()
    assert position is not None
    same = Arriving(order, "PostOnly" if order.post_only else "Limit", "CancelMaker", expires(order))
    if call.new_ticks == order.ticks and call.new_lots <= order.lots:
        worth = notional(call.new_lots, order.ticks * venue.market.tick_size)
        small = worth < venue.market.min_order_notional and call.new_lots < order.lots
        require(order.reduce_only or not small, "BelowRestingMinimum")
        venue.shrink(order, order.lots - call.new_lots)
        venue.report.touch(venue.trader)
        write(venue, same, Outcome(None, order.ticks, call.new_lots, 0, call.new_lots, order.number))
        return venue.finish(6)
    before = Before.of(venue, position)
    venue.remove(order, "modified")
    same.order = order._replace(ticks=call.new_ticks, lots=call.new_lots)
    outcome = process(venue, same, position)
    if outcome.code and outcome.filled == outcome.resting == 0:
        refuse(outcome.code)
    tell(venue, same, outcome)
    check_risk(venue, before, position)
    return venue.finish(6)


@instruction
def prune_expired(state: State, call: Call) -> Event:
    """Up to 16 dead orders of anyone."""
    venue = Venue(state, call)
    require(len(call.orders) <= BATCH, "TooManyQuotes")
    venue.report.expected += len(call.orders)
    for place, one in enumerate(call.orders):
        order = named(venue, one)
        why = over(venue, order) if order else None
        if order and why:
            venue.remove(order, why)
        else:
            missing(venue, place, one, "OrderNotExpired" if order else "OrderNotFound")
    return venue.finish(7)
