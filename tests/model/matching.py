"""Matching an arriving order against the other side, best price and oldest order first."""

from __future__ import annotations

from dataclasses import dataclass

from model import funding, margin, money, vesting
from model.exact import MILLION, floor, notional
from model.layout import Record
from model.report import fee, seq
from model.state import Order, Slot
from model.venue import Venue


@dataclass
class Band:
    """Prices in ticks at which trades are allowed: within the trade band of the index."""

    low: int
    high: int

    @staticmethod
    def of(market: Record) -> Band:
        """The market's band now."""
        width = floor(market.index_price, market.trade_band, MILLION)
        low = -(-max(0, market.index_price - width) // market.tick_size)
        return Band(min(low, 2**32 - 1), min((market.index_price + width) // market.tick_size, 2**32 - 1))


@dataclass
class Arriving:
    """An order on its way in, checked for form; ``place`` is where in the instruction's list it stood."""

    order: Order
    kind: str
    self_trade: str
    expires: str
    place: int = 0


@dataclass
class Matched:
    """How far it got; ``why`` names the error that stops its remainder from resting."""

    filled: int
    why: str | None
    crossed_nothing_more: bool


def opposite(side: str) -> str:
    """The other side."""
    return "Ask" if side == "Bid" else "Bid"


def reducible(position: Record | None, side: str) -> int:
    """Lots of the position that an order of this side would close."""
    base = position.base if position else 0
    return int(max(0, base if side == "Ask" else -base))


def match(venue: Venue, arriving: Arriving, lots: int, band: Band) -> Matched:
    """Takes up to ``lots``; what is dead, its own or not to be filled leaves the book on the way."""
    filled, order = 0, arriving.order
    taker: int | None = None
    while filled < lots:
        makers = venue.book.side(opposite(order.side))
        head = makers[0] if makers else None
        if head is None or not crosses(order, head):
            return Matched(filled, None, True)
        verdict = judge(venue, arriving, head, band)
        if verdict.stop and not verdict.reason:
            return Matched(filled, verdict.stop, False)
        if verdict.reason:
            if not verdict.stop and not venue.report.may_remove():
                return Matched(filled, "MatchLimitReached", False)
            drop(venue, head, verdict.reason)
            if verdict.stop:
                return Matched(filled, verdict.stop, False)
            continue
        if not venue.report.may_fill():
            return Matched(filled, "MatchLimitReached", False)
        if taker is None:
            taker = apart(venue, venue.trader)
        got = trade(venue, arriving, head, lots - filled, taker)
        if isinstance(got, str):
            return Matched(filled, got, False)
        filled += got
    return Matched(filled, None, False)


def crosses(order: Order, head: Order) -> bool:
    """Whether it would trade at the head's price."""
    return order.ticks >= head.ticks if order.side == "Bid" else order.ticks <= head.ticks


@dataclass
class Verdict:
    """Why the head leaves, and why the order stops; neither: they trade."""

    reason: str | None = None
    stop: str | None = None


def judge(venue: Venue, arriving: Arriving, head: Order, band: Band) -> Verdict:
    """What happens at the head of the other side, before margin is looked at."""
    owner = venue.state.slot(head.owner)
    why = over(venue, head)
    if why or not band.low <= head.ticks <= band.high:
        return Verdict(why or "outside band")
    if arriving.order.post_only:
        return Verdict(stop="PostOnlyWouldCross")
    if owner.owner == venue.slot.owner:
        return {
            "CancelMaker": Verdict("self-trade"),
            "CancelTaker": Verdict(stop="SelfTrade"),
            "CancelBoth": Verdict("self-trade", "SelfTrade"),
        }[arriving.self_trade]
    return Verdict()


def over(venue: Venue, order: Order) -> str | None:
    """Why a resting order's time is over, if it is."""
    slot, unix = venue.call.slot, venue.call.unix
    if 0 < order.dies_at_slot <= slot or 0 < order.dies_at_time <= unix:
        return "expired"
    until = venue.state.slot(order.owner).cancel_after_slot
    return "dead man" if 0 < until < slot else None


def drop(venue: Venue, head: Order, reason: str) -> None:
    """Removes the head, counted against the match limit."""
    venue.report.matched_away += 1
    venue.remove(head, reason)


def apart(venue: Venue, owner: int) -> int:
    """Settles a slot's funding in this market; its health without this position and without USDC."""
    slot = venue.state.slot(owner)
    paid = settle_funding(venue, slot)
    venue.report.touch(owner, paid)
    return margin.maintenance(venue.state, slot, venue.call, but=venue.index) - int(slot.usdc)


def settle_funding(venue: Venue, slot: Slot) -> int:
    """Moves what the position owes to the market's pool; returns what was paid."""
    position, market = slot.positions[venue.index], venue.market
    paid = funding.owed(position, market)
    position.funding_index = market.funding_index
    market.funding_pool += paid
    money.set_usdc(venue.state, slot, slot.usdc - paid)
    return paid


def trade(venue: Venue, arriving: Arriving, head: Order, wanted: int, taker: int) -> int | str:
    """One fill: lots filled (0 when the maker had to go), or the error that stops the taker."""
    side = arriving.order.side
    lots = min(wanted, head.lots)
    if head.reduce_only:
        lots = min(lots, reducible(venue.position(head.owner), head.side))
    if lots == 0:
        return drop_maker(venue, head, "reduce-only")
    price = head.ticks * venue.market.tick_size
    worth = notional(lots, price)
    rates = venue.state.exchange.fee_tiers[0]
    fees = {head.owner: fee(worth, rates.maker), venue.trader: fee(worth, rates.taker)}
    signed = lots if side == "Bid" else -lots
    maker = apart(venue, head.owner)
    if not bearable(venue, head.owner, maker, -signed, price, fees[head.owner]):
        return drop_maker(venue, head, "margin")
    if not bearable(venue, venue.trader, taker, signed, price, fees[venue.trader]):
        return "MaintenanceBreach"
    gained = settle(venue, head.owner, -signed, price, fees[head.owner])
    venue.shrink(head, lots)
    if head.lots == lots:
        venue.forget_if_empty(head.owner)
    won = settle(venue, venue.trader, signed, price, fees[venue.trader])
    market = venue.market
    market.last_trade, market.last_trade_at = price, venue.call.unix
    market.volume_lots += lots
    venue.report.fills.append(
        Record(
            maker_slot=head.owner,
            maker_seq=seq(head.side, head.number),
            maker_client_id=head.client_id,
            taker_index=arriving.place,
            ticks=head.ticks,
            lots=lots,
            maker_left=head.lots - lots,
            maker_fee=fees[head.owner],
            taker_fee=fees[venue.trader],
            maker_pnl=gained,
            taker_pnl=won,
        )
    )
    return lots


def drop_maker(venue: Venue, head: Order, reason: str) -> int | str:
    """A maker that cannot be filled leaves, as far as the match limit lasts."""
    if not venue.report.may_remove():
        return "MatchLimitReached"
    drop(venue, head, reason)
    return 0


def bearable(venue: Venue, owner: int, others: int, bought: int, price: int, paid: int) -> bool:
    """After the fill, maintenance health is at least 0 or at least what it was."""
    slot, mark = venue.state.slot(owner), venue.market.mark_price
    position = slot.positions[venue.index]

    def health(more: int, cost: int) -> int:
        base = position.base + more
        worth = position.quote - more * price + base * mark
        needs = margin.maintenance_of(venue.market, abs(base), mark)
        return int(others + slot.usdc - cost + worth - needs)

    after = health(bought, paid)
    return after >= 0 or after >= health(0, 0)


def settle(venue: Venue, owner: int, bought: int, price: int, paid: int) -> int:
    """Books a trade on one slot; the profit that it realised."""
    slot, market, exchange = venue.state.slot(owner), venue.market, venue.state.exchange
    position = slot.positions[venue.index]
    before = position.base
    epoch = (exchange.event_seq + 1) % 2**32
    profit = fill(position, bought, price, epoch)
    vesting.realise(slot, profit, market.vesting_s, venue.call.unix)
    money.set_usdc(venue.state, slot, slot.usdc + profit - paid)
    exchange.open_quote -= profit
    exchange.fees_collected += paid
    market.open_long += max(0, position.base) - max(0, before)
    market.open_short += max(0, -position.base) - max(0, -before)
    return profit


def fill(position: Record, bought: int, price: int, epoch: int) -> int:
    """Closes first, proportionally and rounded against the owner; what is left opens. The profit realised."""
    profit, base = 0, position.base
    closes = min(abs(bought), abs(base)) if base * bought < 0 else 0
    if closes:
        share = floor(position.quote, closes, abs(base))
        sold = closes if base > 0 else -closes
        profit = share + sold * price
        position.entry_quote -= floor(position.entry_quote, closes, abs(base))
        position.quote -= share
        position.base -= sold
    opens = bought + (closes if base > 0 else -closes)
    if opens:
        if position.base == 0:
            position.epoch = epoch
        position.base += opens
        position.quote -= opens * price
        position.entry_quote -= opens * price
    return int(profit)
