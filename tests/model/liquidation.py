"""The first steps of liquidation: cancelling orders that add risk, then reducing against the book."""

from __future__ import annotations

from fractions import Fraction

from model import margin, money, orders
from model.exact import MILLION, ceil, clamp, floor, notional, refuse, require
from model.layout import Record
from model.margin import Standing
from model.matching import Arriving, Band, match, opposite
from model.report import MOST_REMOVALS
from model.state import Call, Event, Order, State, instruction
from model.venue import Venue

CANCEL_FEE = 100_000
KEEPER_FLOOR = 500_000
SETTLING = 4
DUST = 50_000_000
SLOT_ALLOWANCE = 100_000_000_000


class Rescue(Venue):
    """A venue whose trader is the account in trouble; ``keeper`` is the slot of who called."""

    def __init__(self, state: State, call: Call) -> None:
        super().__init__(state, call)
        exchange = state.exchange
        require(not exchange.paused & money.LIQUIDATION, "Paused")
        require(call.unix >= max(self.market.resume_at, exchange.resume_at), "MatchingPaused")
        require(("slot", call.args["slot"]) in state.rows, "StaleGeneration")
        victim = state.slot(call.args["slot"])
        require(victim.active and victim.generation == call.generation, "StaleGeneration")
        require(victim.owner != self.slot.owner and self.delegate is None, "NotAuthorised")
        for market in victim.positions:
            orders.check_price(call, state.market(market), "liquidate")
        self.keeper, self.trader = self.trader, call.args["slot"]

    def standing(self) -> Standing:
        """How the account in trouble stands."""
        return margin.standing(self.state, self.slot, self.call)

    def pay(self, amount: int, to_keeper: int) -> None:
        """From the account in trouble, and to the caller."""
        keeper = self.state.slot(self.keeper)
        money.set_usdc(self.state, self.slot, self.slot.usdc - amount)
        money.set_usdc(self.state, keeper, keeper.usdc + to_keeper)


def unsettled(venue: Venue) -> None:
    """No position changes hands any more in a market that settles."""
    require(venue.market.status < SETTLING, "MarketNotActive")


def look(venue: Rescue) -> Standing:
    """How the account stands at first sight; what insurance cannot pay lets withdrawals rest for a minute.

    One event lets them rest for at most ten, and for ten after that none begins.
    """
    standing, exchange = venue.standing(), venue.state.exchange
    budget = max(0, venue.market.insurance_budget - venue.market.insurance_paid)
    if -standing.equity > min(exchange.insurance, budget):
        unix = venue.call.unix
        if unix >= exchange.withdraw_rest_since + 1_200:
            exchange.withdraw_rest_since = unix
        exchange.withdraw_rest_until = min(unix + 60, exchange.withdraw_rest_since + 600)
    return standing


def insure(state: State, amount: int) -> None:
    """Into the insurance fund, after the deficit."""
    exchange = state.exchange
    repaid = min(exchange.deficit, amount)
    exchange.deficit -= repaid
    exchange.insurance += amount - repaid


@instruction
def force_cancel(state: State, call: Call) -> Event:
    """Below half-way to initial margin what adds risk is cancelled, the farthest from the mark first."""
    venue = Rescue(state, call)
    standing = look(venue)
    require(standing.equity < standing.half_way, "AccountHealthy")
    cancelled = 0
    while cancelled < MOST_REMOVALS:
        order = next_to_cancel(venue, under=standing.equity < standing.maintenance)
        if order is None:
            break
        venue.remove(order, "forced")
        cancelled += 1
        now = venue.standing()
        if standing.equity >= standing.maintenance and now.equity >= now.half_way:
            break
    require(cancelled > 0, "OrderNotFound")
    fee = clamp(standing.equity, 0, CANCEL_FEE)
    venue.pay(fee, fee)
    venue.report.touch(venue.trader)
    venue.report.touch(venue.keeper)
    return venue.finish(8)


def next_to_cancel(venue: Rescue, under: bool) -> Order | None:
    """Of the side that makes the exposure; below maintenance the other side's too."""
    position = venue.position()
    if position is None:
        return None
    if not under and margin.exposure(position) == abs(position.base):
        return None
    longest, shortest = abs(position.base + position.bid_lots), abs(position.base - position.ask_lots)
    riskier = "Bid" if longest >= shortest else "Ask"
    for side in [riskier, opposite(riskier)] if under else [riskier]:
        found = [one for one in venue.book.of(venue.trader, side) if not one.reduce_only]
        if found:
            return found[-1]
    return None


@instruction
def liquidate(state: State, call: Call) -> Event:
    """Part of a position against the book, at no worse a price than the account can bear."""
    venue = Rescue(state, call)
    unsettled(venue)
    before = look(venue)
    require(before.equity < before.maintenance, "AccountHealthy")
    position = venue.position()
    if position is None or position.base == 0:
        refuse("NoPosition")
    lots = lots_to_close(venue, position, before)
    venue.book.order_seq += 1
    order = Order(
        side="Ask" if position.base > 0 else "Bid",
        ticks=worst_price(venue.market, position, before),
        number=venue.book.order_seq,
        lots=lots,
        owner=venue.trader,
        reduce_only=True,
    )
    reduction = Arriving(order, "ImmediateOrCancel", "CancelMaker", "Never")
    found = match(venue, reduction, lots, Band.of(venue.market))
    code = found.why or (None if found.filled else "MinimumFillNotReached")
    outcome = orders.Outcome(code, order.ticks, lots, found.filled, 0, order.number)
    orders.tell(venue, reduction, outcome)
    market = venue.market
    if found.filled == 0:
        market.no_bid_since = market.no_bid_since or call.unix
        return venue.finish(9)
    market.no_bid_since = 0
    slot = venue.slot
    earlier = slot.liquidated if slot.liquidated_slot == call.slot else 0
    slot.liquidated = earlier + found.filled * market.mark_price
    slot.liquidated_slot = call.slot
    charge(venue)
    after = venue.standing()
    require(no_worse(after, before), "MaintenanceBreach")
    return venue.finish(9)


def lots_to_close(venue: Venue, position: Record, standing: Standing) -> int:
    """What restores the account, within the slot's allowance."""
    market, slot = venue.market, venue.slot
    mark = market.mark_price
    fees = market.liquidation_fee + venue.state.exchange.fee_tiers[0].taker
    wanted = lots_to_restore(venue, position, standing, fees)
    worth = notional(abs(position.base), mark)
    used = slot.liquidated if slot.liquidated_slot == venue.call.slot else 0
    allowance = max(0, max(SLOT_ALLOWANCE, worth // 5) - used) // mark
    lots = min(wanted, allowance, 2**32 - 1)
    require(lots > 0, "MatchLimitReached")
    return int(lots)


def lots_to_restore(venue: Venue, position: Record, standing: Standing, fees: int) -> int:
    """n = (k MM - E) / (k mmr - f), k = 1.25, f in millionths; all when dust would remain."""
    market, size = venue.market, abs(position.base)
    mark = market.mark_price
    worth = notional(size, mark)
    mmr = floor(margin.maintenance_of(market, size, mark), MILLION, max(1, worth))
    rate = mmr * 5 // 4 - fees
    missing = max(0, standing.maintenance + standing.maintenance // 4 - standing.equity)
    wanted = min(size, ceil(ceil(missing, MILLION, rate), 1, mark)) if rate > 0 else size
    return size if notional(size - wanted, mark) < DUST else wanted


def worst_price(market: Record, position: Record, standing: Standing) -> int:
    """mark x (1 -+ max(mmr / 4, mmr x (1 - Q))), never past bankruptcy, in ticks towards the mark."""
    size, mark = abs(position.base), market.mark_price
    maintenance = margin.maintenance_of(market, size, mark)
    lacking = Fraction(max(0, standing.maintenance - standing.equity), max(1, standing.maintenance))
    slip = max(maintenance // 4, int(maintenance * lacking))
    slip = min(slip, max(0, standing.equity)) // size
    if position.base > 0:
        return max(1, ceil(max(1, mark - slip), 1, market.tick_size))
    return max(1, floor(mark + slip, 1, market.tick_size))


def charge(venue: Rescue) -> None:
    """The fee on what was filled, never past the equity: half to the caller, the rest to insurance.

    The caller gets at least the floor from insurance, within what this liquidation brought in.
    """
    market, exchange = venue.market, venue.state.exchange
    traded = sum(fill.ticks * fill.lots for fill in venue.report.fills) * market.tick_size
    fee = min(ceil(traded, market.liquidation_fee, MILLION), max(0, venue.standing().equity))
    share = fee // 2
    insure(venue.state, fee - share)
    brought_in = fee - share + max(0, sum(fill.maker_fee + fill.taker_fee for fill in venue.report.fills))
    topped = clamp(KEEPER_FLOOR - share, 0, min(brought_in, exchange.insurance))
    exchange.insurance -= topped
    venue.pay(fee, share + topped)
    venue.report.touch(venue.keeper)


def no_worse(after: Standing, before: Standing) -> bool:
    """Equity over maintenance at least what it was; of an equity not above 0, no more missing than before."""
    if before.equity <= 0:
        return after.equity - after.maintenance >= before.equity - before.maintenance
    return after.equity * before.maintenance >= before.equity * after.maintenance
