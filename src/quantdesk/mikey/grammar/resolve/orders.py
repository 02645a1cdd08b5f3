"""New orders: market, side, size and price, each said or asked for (rules 1 to 6, 8, 9, 14)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from quantdesk.domain.orders import Side
from quantdesk.mikey.grammar.checks import check_limit_price, check_size
from quantdesk.mikey.grammar.desk import Desk, Step, coins, text_of
from quantdesk.mikey.grammar.exact import dollars, floor_to, rounded, shown
from quantdesk.mikey.grammar.frames import Frame
from quantdesk.mikey.grammar.outcome import Action, Ask, Tell
from quantdesk.mikey.grammar.phrases import Amount, Unit
from quantdesk.mikey.grammar.pricing import check_exit_side, exit_price
from quantdesk.mikey.grammar.terms import Terms, read_terms
from quantdesk.mikey.grammar.view import MarketView
from quantdesk.mikey.grammar.wording import order_words


def place_order(desk: Desk, frame: Frame, side: Side) -> Step:
    """One new order, with its take-profit and stop."""
    notes: list[str] = []
    if frame.amount is None and frame.risk is None and frame.market is None and frame.condition is None:
        raise Ask(f"What should I {side.value}, and how much? Say it such as '{side.value} 2 sol at market'.")
    market = desk.market(frame, f"{side.value}{spoken_amount(frame)}")
    _require_size(frame, side, market)
    terms = read_terms(desk, market, side, frame, notes)
    reference = terms.reference(market)
    exits = _exits(desk, market, side, frame, reference, notes)
    size = order_size(desk, market, side, frame, terms, exits.get("stop_loss"), notes)
    reduce_only = frame.reduce_only is not None
    if reduce_only:
        _check_reduces(desk, market, side, size, notes)
    else:
        check_size(desk, market, side, size, reference)
    if terms.price is not None:
        against = Fraction(terms.trigger.price) if terms.trigger else _mark(market)
        check_limit_price(market, side, terms.price, against, terms.post_only is not None)
    action = order_action(market, side, size, terms, reduce_only=reduce_only)
    action |= {name: text_of(price) for name, price in exits.items()}
    if terms.price is None and terms.trigger is None:
        desk.fill(market.symbol, side, size)
    return Step([action], order_words(market, side, size, terms, reference, reduce_only, exits), notes)


def order_action(market: MarketView, side: Side, size: Decimal, terms: Terms, *, reduce_only: bool) -> Action:
    """``place-order``, or ``place-trigger`` when it waits for a price."""
    action: Action = {"instruction": "place-order" if terms.trigger is None else "place-trigger"}
    action |= {"market": market.symbol, "side": side.value, "size": text_of(size)}
    action |= terms.fields()
    if reduce_only:
        action["reduce_only"] = True
    return action


def _mark(market: MarketView) -> Fraction | None:
    return Fraction(market.mark) if market.mark is not None else None


def spoken_amount(frame: Frame) -> str:
    """The amount as one would say it, for choices; empty without one."""
    amount = frame.amount
    if amount is None:
        return ""
    number = shown(amount.value)
    return {Unit.QUOTE: f" ${number} of", Unit.SHARE: ""}.get(amount.unit, f" {number}")


def _require_size(frame: Frame, side: Side, market: MarketView) -> None:
    """Raise ``Ask`` when the size or its unit is missing."""
    verb, base = side.value, market.base
    if frame.inherited and frame.sized_before and frame.amount is None:
        raise Ask(f"How much {base}? Say a size for each.")
    if frame.amount is None and frame.risk is None:
        raise Ask(
            f"How much {base} should I {verb}? Say it in {base} or in dollars, such as '{verb} 1 {base}'."
        )
    if frame.amount is not None and frame.risk is not None:
        raise Ask("I read a size and a risk. Which one should decide the size?")
    if frame.amount is not None and frame.amount.unit is Unit.BARE:
        number = shown(frame.amount.value)
        raise Ask(
            f"{number} what? {number} {base} or ${number}?",
            (f"{verb} {number} {base}", f"{verb} ${number} of {base}"),
        )


def order_size(
    desk: Desk,
    market: MarketView,
    side: Side,
    frame: Frame,
    terms: Terms,
    stop: Decimal | None,
    notes: list[str],
) -> Decimal:
    """The size in base units, rounded down to the lot. Raises ``Ask`` when no lot is left of it."""
    if frame.leverage is not None:
        _check_leverage(market, frame.leverage.times)
    if frame.risk is not None:
        exact = _risk_size(desk, market, frame, terms, stop, notes)
    else:
        exact = _said_size(desk, market, side, frame, terms, notes)
    size = floor_to(exact, market.lot)
    if size <= 0:
        reference = terms.reference(market)
        worth = f", about {dollars(Fraction(market.lot) * reference)}" if reference is not None else ""
        raise Ask(
            f"{coins(market, rounded(exact, 8))} is less than the smallest size, {coins(market, market.lot)}{worth}. How much?"
        )
    amount = frame.amount
    if amount is not None and amount.unit is Unit.BASE and Fraction(size) != exact:
        notes.append(f"{shown(exact)} is off the lot of {shown(market.lot)}: rounded down to {shown(size)}.")
    return size


def _said_size(
    desk: Desk, market: MarketView, side: Side, frame: Frame, terms: Terms, notes: list[str]
) -> Fraction:
    amount = frame.amount
    assert amount is not None
    if amount.unit is Unit.BASE or (amount.loose and amount.basis is None):
        if amount.loose and desk.size(market.symbol) != 0:
            held = coins(market, desk.size(market.symbol))
            raise Ask(
                f"Half a {market.base}, or half of your {held}? Say '0.5 {market.base}' or 'half my {market.base}'."
            )
        if frame.leverage is not None:
            notes.append("Leverage changes nothing here: the size is said, and margin is cross.")
        return amount.value
    notional = _notional(desk, market, frame, amount, notes)
    price = terms.reference(market)
    if price is None:
        price = desk.mark(market, "a size in dollars")
    return notional / price


def _notional(desk: Desk, market: MarketView, frame: Frame, amount: Amount, notes: list[str]) -> Fraction:
    """The order's notional in USDC. Raises ``Ask`` where margin and notional are not told apart."""
    money = amount.value
    if amount.unit is Unit.SHARE:
        money = _share_of(desk, market, amount)
    leverage = frame.leverage
    if amount.role == "margin":
        if leverage is None:
            raise Ask(f"{dollars(money)} of margin at which leverage? Say it, such as 'at 5x'.")
        notes.append(
            f"{dollars(money)} of margin at {shown(leverage.times)}x is {dollars(money * leverage.times)} notional."
        )
        return money * leverage.times
    if leverage is None:
        return money
    if amount.role == "notional":
        notes.append("Leverage changes nothing here: the notional is said, and margin is cross.")
        return money
    times, said = shown(leverage.times), dollars(money)
    raise Ask(
        f"Is {said} the margin or the notional? At {times}x it is {dollars(money * leverage.times)} or {said} of {market.base}.",
        (f"${shown(money, 6)} margin at {times}x", f"${shown(money, 6)} notional"),
    )


def _share_of(desk: Desk, market: MarketView, amount: Amount) -> Fraction:
    if amount.basis is None:
        raise Ask(f"{shown(amount.value * 100)}% of what? Say a size, or such as '10% of my equity'.")
    basis = desk.equity if amount.basis == "equity" else desk.free_collateral
    if basis is None:
        raise Ask(f"Your {amount.basis} is unknown at the moment. Say a size in {market.base} or in dollars.")
    if basis <= 0:
        raise Ask(f"Your {amount.basis} is {dollars(basis)}. Deposit first, or say a size.")
    if amount.role == "notional":
        _check_leverage(market, amount.value)
    return amount.value * Fraction(basis)


def _check_leverage(market: MarketView, times: Fraction) -> None:
    highest = market.max_leverage
    if highest is not None and times > highest:
        raise Ask(
            f"{shown(times)}x is above the largest leverage of {market.base}, {shown(highest)}x. Which leverage?"
        )


def _risk_size(
    desk: Desk, market: MarketView, frame: Frame, terms: Terms, stop: Decimal | None, notes: list[str]
) -> Fraction:
    """Size whose loss at the stop is what may be lost: risk / |entry - stop|."""
    risk = frame.risk
    assert risk is not None
    if stop is None:
        raise Ask("At which price is the stop? The size follows from the risk and the distance to it.")
    money = risk.value
    if risk.unit is Unit.SHARE:
        if desk.equity is None:
            raise Ask("Your equity is unknown at the moment. Say the risk in dollars, or a size.")
        money = risk.value * Fraction(desk.equity)
    entry = terms.reference(market)
    if entry is None:
        entry = desk.mark(market, "a size from risk")
    if frame.leverage is not None:
        notes.append("Leverage changes nothing here: the size follows from the risk, and margin is cross.")
    notes.append(f"At the stop it loses about {dollars(money)}, before fees and slippage.")
    return money / abs(entry - Fraction(stop))


def _exits(
    desk: Desk, market: MarketView, side: Side, frame: Frame, entry: Fraction | None, notes: list[str]
) -> dict[str, Decimal]:
    exits: dict[str, Decimal] = {}
    for said in (frame.take_profit, frame.stop_loss):
        if said is None:
            continue
        price = exit_price(desk, market, side, said, entry, frame.leverage, notes)
        check_exit_side(market, side, said.kind, price, entry)
        exits[said.kind] = price
    return exits


def _check_reduces(desk: Desk, market: MarketView, side: Side, size: Decimal, notes: list[str]) -> None:
    if not desk.positions_known:
        return
    held = desk.size(market.symbol)
    if held == 0 or (held > 0) is (side is Side.BUY):
        raise Tell(f"You hold no {market.base} position that a {side.value} could reduce. Nothing was done.")
    if size > abs(held):
        notes.append(f"Reduce-only: it fills at most your {coins(market, held)}.")
