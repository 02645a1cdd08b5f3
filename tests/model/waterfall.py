"""The last steps of liquidation: take-over, bankruptcy, deleveraging; insurance, fees, the deficit."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from model import liquidation, margin, money, orders
from model.exact import EVERYTHING, MILLION, ceil, floor, notional, refuse, require
from model.layout import Record
from model.liquidation import Rescue, look
from model.margin import Standing
from model.matching import settle, settle_funding
from model.state import Call, Event, Slot, State, instruction

LARGEST_DISCOUNT = 20_000
NO_BID_S = 5
COUNTERPARTIES, CANDIDATES = 4, 8


def open_position(venue: Rescue) -> Record:
    """The position in trouble."""
    liquidation.unsettled(venue)
    position = venue.position()
    if position is None or position.base == 0:
        refuse("NoPosition")
    return position


def part_of_equity(market: Record, position: Record, standing: Standing) -> Fraction:
    """|E| x MM_i / MM: what of the equity belongs to this position."""
    own = margin.maintenance_of(market, abs(position.base), market.mark_price)
    return Fraction(abs(standing.equity) * own, max(1, standing.maintenance))


def hand_over(venue: Rescue, other: int, lots: int, price: int) -> Record:
    """Part of the position in trouble to another slot, at a price per lot and without a fee."""
    position = venue.position()
    assert position is not None
    bought = -lots if position.base > 0 else lots
    gained = {}
    for owner, signed in ((venue.trader, bought), (other, -bought)):
        paid = settle_funding(venue, venue.state.slot(owner))
        gained[owner] = settle(venue, owner, signed, price, 0)
        venue.report.touch(owner, paid)
    return Record(
        slot=other,
        generation=venue.state.slot(other).generation,
        side=0 if bought > 0 else 1,
        lots=lots,
        price=price,
        from_pnl=gained[venue.trader],
        pnl=gained[other],
    )


def transferred(venue: Rescue, kind: int, transfers: list[Record]) -> Event:
    """The event of positions that changed hands."""
    _, told = venue.finish(0)
    names = ("market", "touched", "market_after", "signer", "generation")
    fields: dict[str, Any] = {name: told[name] for name in names}
    fields |= {"kind": kind, "from_slot": venue.trader, "transfers": transfers}
    return "PositionsTransferred", fields


@instruction
def take_over(state: State, call: Call) -> Event:
    """The caller assumes part of the position at mark x (1 -+ d), d = min(2 %, E_i / (2 x notional))."""
    venue = Rescue(state, call)
    position = open_position(venue)
    before = look(venue)
    require(before.equity < before.maintenance, "AccountHealthy")
    market = venue.market
    waited = market.no_bid_since > 0 and call.unix - market.no_bid_since >= NO_BID_S
    require(waited or 3 * before.equity < 2 * before.maintenance, "BookComesFirst")
    size, mark = abs(position.base), market.mark_price
    half = int(part_of_equity(market, position, before)) // (2 * size)
    discount = min(floor(mark, LARGEST_DISCOUNT, MILLION), half) if before.equity > 0 else 0
    cost = ceil(discount, MILLION, max(1, mark))
    lots = min(liquidation.lots_to_restore(venue, position, before, cost), call.lots)
    require(lots > 0, "ZeroSize")
    venue.trader, victim = venue.keeper, venue.trader
    held = venue.position_or_new()
    risk = orders.Before.of(venue, held)
    venue.trader = victim
    price = mark - discount if position.base > 0 else mark + discount
    record = hand_over(venue, venue.keeper, lots, price)
    require(liquidation.no_worse(venue.standing(), before), "MaintenanceBreach")
    venue.trader = venue.keeper
    orders.check_risk(venue, risk, held)
    venue.trader = victim
    venue.forget_if_empty(venue.keeper)
    return transferred(venue, 0, [record])


@instruction
def auto_deleverage(state: State, call: Call) -> Event:
    """Closes the position at its bankruptcy price against those who profit most and are leveraged most."""
    venue = Rescue(state, call)
    position = open_position(venue)
    standing = look(venue)
    require(standing.equity <= 0, "AccountSolvent")
    require(standing.equity == 0 or available(state, venue.market) == 0, "InsuranceFirst")
    market, size = venue.market, abs(position.base)
    missing = ceil(ceil_of(part_of_equity(market, position, standing)), 1, size)
    price = market.mark_price + missing if position.base > 0 else max(1, market.mark_price - missing)
    transfers: list[Record] = []
    for other in ranked(venue, position):
        left = abs(position.base)
        if left == 0 or len(transfers) == COUNTERPARTIES:
            break
        theirs = state.slot(other).positions[venue.index]
        lots = min(abs(theirs.base), left, 2**32 - 1)
        cost = lots * abs(price - market.mark_price)
        if margin.standing(state, state.slot(other), call).equity >= cost:
            transfers.append(hand_over(venue, other, lots, price))
            venue.forget_if_empty(other)
    require(len(transfers) > 0, "NoCounterparty")
    market.cursor = 0
    return transferred(venue, 1, transfers)


def ceil_of(value: Fraction) -> int:
    """Towards plus infinity."""
    return -(-value.numerator // value.denominator)


def ranked(venue: Rescue, position: Record) -> list[int]:
    """The eight best of the other side that have a profit: by score, then the lower slot."""
    found = []
    for index, slot in venue.state.active_slots().items():
        theirs = slot.positions.get(venue.index)
        if theirs is not None and theirs.base * position.base < 0:
            gain = margin.profit(theirs, venue.market, venue.market.mark_price)
            if gain > 0:
                found.append((-score(venue.market, slot, theirs, gain), index))
    return [index for _, index in sorted(found)[:CANDIDATES]]


def score(market: Record, slot: Slot, position: Record, gain: int) -> int:
    """(profit / entry notional) x (notional / usdc), each in 2^-20 and cut to 32 bits (decision 13)."""

    def ratio(part: int, whole: int) -> int:
        return min(2**32 - 1, part * 1_024 // max(1, whole // 1_024))

    worth = notional(abs(position.base), market.mark_price)
    return ratio(gain, abs(position.entry_quote)) * ratio(worth, max(1, slot.usdc))


@instruction
def resolve_bankruptcy(state: State, call: Call) -> Event:
    """Insurance pays what is missing; of an account without a position, the rest becomes the deficit."""
    venue = Rescue(state, call)
    standing = look(venue)
    require(standing.equity < 0, "AccountSolvent")
    slot, exchange = venue.slot, state.exchange
    require(not any(slot.collaterals), "CollateralLeft")
    held = [market for market, position in slot.positions.items() if position.base]
    require(not held or venue.index in held, "NoPosition")
    missing = -standing.equity
    paid = min(missing, available(state, venue.market))
    require(not held or paid > 0, "InsuranceExhausted")
    unpaid = 0 if held else missing - paid
    exchange.insurance -= paid
    venue.market.insurance_paid += paid
    money.set_usdc(state, slot, slot.usdc + paid + unpaid)
    if not held:
        slot.locked = 0
        exchange.deficit += unpaid
        repay_from_fees(state)
    venue.report.touch(venue.trader)
    _, told = venue.finish(0)
    fields = {name: told[name] for name in ("market", "touched", "signer", "generation")}
    return "BankruptcyResolved", fields | {
        "from_slot": venue.trader,
        "paid": paid,
        "unpaid": unpaid,
        "insurance": exchange.insurance,
        "deficit": exchange.deficit,
    }


def available(state: State, market: Record) -> int:
    """What insurance has for a market, within its budget."""
    return int(min(state.exchange.insurance, max(0, market.insurance_budget - market.insurance_paid)))


def repay_from_fees(state: State) -> None:
    """Fees that nobody swept go into the deficit."""
    repaid = min(state.exchange.deficit, max(0, state.exchange.fees_collected))
    state.exchange.deficit -= repaid
    state.exchange.fees_collected -= repaid


@instruction
def deposit_insurance(state: State, call: Call) -> Event:
    """Anyone gives USDC: into the deficit first."""
    known, exchange, amount = state.collateral(0), state.exchange, call.amount
    money.open_for(state)
    require(amount > 0, "ZeroAmount")
    known.total_deposits += amount
    liquidation.insure(state, amount)
    money.move_tokens(state, 0, call.signer, -amount)
    return "InsuranceDeposited", {
        "by": call.signer,
        "amount": amount,
        "insurance": exchange.insurance,
        "deficit": exchange.deficit,
    }


@instruction
def sweep_fees(state: State, call: Call) -> Event:
    """The admin takes collected fees: not what the deficit needs, nor what is owed to the exchange."""
    exchange, known = state.exchange, state.collateral(0)
    require(exchange.admin == call.signer, "NotAuthorised")
    money.open_for(state)
    repay_from_fees(state)
    there = max(0, max(0, exchange.fees_collected) - exchange.negative_usdc)
    amount = there if call.amount == EVERYTHING else call.amount
    require(amount > 0, "ZeroAmount")
    require(amount <= there, "ExceedsFees")
    exchange.fees_collected -= amount
    known.total_deposits -= amount
    money.move_tokens(state, 0, call.signer, amount)
    return "FeesSwept", {
        "destination": call.wallet,
        "amount": amount,
        "fees_collected": exchange.fees_collected,
        "deficit": exchange.deficit,
    }
