"""New orders: market, side, size and price, each said or asked for (rules 1 to 6, 8, 9, 14)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from quantdesk.domain.orders import Side
from quantdesk.mikey.grammar.checks import check_limit_price, check_size
from quantdesk.mikey.grammar.desk import Desk, Step, coins, text_of
from quantdesk.mikey.grammar.draft import Draft
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
    if frame.amount is None and frame.risk is None and frame.market is None and frame.condition is None:
        raise Ask(f"What should I {side.value}, and how much? Say it such as '{side.value} 2 sol at market'.")
    market = desk.market(frame, f"{side.value}{spoken_amount(frame)}")
    draft = Draft(desk, frame, market, side)
    _require_size(draft)
    terms = read_terms(draft)
    exits = _exits(draft, terms)
    size = _order_size(draft, terms, exits.get("stop_loss"))
    reduce_only = frame.reduce_only is not None
    check_price(draft, terms)
    if reduce_only:
        _check_reduces(draft, size)
    else:
        check_size(desk, market, side, size, terms.reference(market))
    action = order_action(market, side, size, terms, reduce_only=reduce_only)
    action |= {name: text_of(price) for name, price in exits.items()}
    if terms.price is None and terms.trigger is None:
        desk.fill(market.symbol, side, size)
    return Step([action], order_words(draft, size, terms, exits, reduce_only=reduce_only), draft.notes)


def check_price(draft: Draft, terms: Terms) -> None:
    """Raise ``Ask`` for a limit far through the mark, or through its trigger."""
    if terms.price is None:
        return
    against = Fraction(terms.trigger.price) if terms.trigger else draft.mark_or_none()
    check_limit_price(draft.market, draft.side, terms.price, against, rests=terms.post_only is not None)


def order_action(market: MarketView, side: Side, size: Decimal, terms: Terms, *, reduce_only: bool) -> Action:
    """``place-order``, or ``place-trigger`` when it waits for a price."""
    action: Action = {"instruction": "place-order" if terms.trigger is None else "place-trigger"}
    action |= {"market": market.symbol, "side": side.value, "size": text_of(size)}
    action |= terms.fields()
    if reduce_only:
        action["reduce_only"] = True
    return action


def spoken_amount(frame: Frame) -> str:
    """The amount as one would say it, for choices; empty without one."""
    amount = frame.amount
    if amount is None:
        return ""
    number = shown(amount.value)
    return {Unit.QUOTE: f" ${number} of", Unit.SHARE: ""}.get(amount.unit, f" {number}")


def _require_size(draft: Draft) -> None:
    """Raise ``Ask`` when the size or its unit is missing."""
    frame, verb, base = draft.frame, draft.side.value, draft.market.base
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
        choices = (f"{verb} {number} {base}", f"{verb} ${number} of {base}")
        raise Ask(f"{number} what? {number} {base} or ${number}?", choices)


def _order_size(draft: Draft, terms: Terms, stop: Decimal | None) -> Decimal:
    """The size in base units, rounded down to the lot. Raises ``Ask`` when no lot is left of it."""
    frame, market = draft.frame, draft.market
    if frame.leverage is not None:
        _check_leverage(market, frame.leverage.times)
    exact = _said_size(draft, terms) if frame.risk is None else _risk_size(draft, terms, stop)
    size = floor_to(exact, market.lot)
    if size <= 0:
        reference = terms.reference(market)
        worth = f", about {dollars(Fraction(market.lot) * reference)}" if reference is not None else ""
        raise Ask(
            f"{coins(market, rounded(exact, 8))} is less than the smallest size, "
            f"{coins(market, market.lot)}{worth}. How much?"
        )
    amount = frame.amount
    if amount is not None and amount.unit is Unit.BASE and Fraction(size) != exact:
        draft.notes.append(
            f"{shown(exact)} is off the lot of {shown(market.lot)}: rounded down to {shown(size)}."
        )
    return size


def _said_size(draft: Draft, terms: Terms) -> Fraction:
    amount, market = draft.frame.amount, draft.market
    assert amount is not None
    if amount.unit is Unit.BASE or (amount.loose and amount.basis is None):
        held = draft.desk.size(market.symbol)
        if amount.loose and held != 0 and (held > 0) is (draft.side is Side.SELL):
            raise Ask(
                f"Half a {market.base}, or half of your {coins(market, held)}? "
                f"Say '0.5 {market.base}' or 'half my {market.base}'."
            )
        if draft.frame.leverage is not None:
            draft.notes.append("Leverage changes nothing here: the size is said, and margin is cross.")
        return amount.value
    notional = _notional(draft, amount)
    price = terms.reference(market)
    return notional / (price if price is not None else draft.mark("a size in dollars"))


def _notional(draft: Draft, amount: Amount) -> Fraction:
    """The order's notional in USDC. Raises ``Ask`` where margin and notional are not told apart."""
    money = _share_of(draft, amount) if amount.unit is Unit.SHARE else amount.value
    leverage = draft.frame.leverage
    if amount.role == "margin" and leverage is None:
        raise Ask(f"{dollars(money)} of margin at which leverage? Say it, such as 'at 5x'.")
    if leverage is None:
        return money
    times, levered = shown(leverage.times), money * leverage.times
    if amount.role == "margin":
        draft.notes.append(f"{dollars(money)} of margin at {times}x is {dollars(levered)} notional.")
        return levered
    if amount.role == "notional":
        draft.notes.append("Leverage changes nothing here: the notional is said, and margin is cross.")
        return money
    raise Ask(
        f"Is {dollars(money)} the margin or the notional? "
        f"At {times}x it buys {dollars(levered)} or {dollars(money)} of {draft.market.base}.",
        _margin_or_notional(draft, money, times),
    )


def _margin_or_notional(draft: Draft, money: Fraction, times: str) -> tuple[str, str]:
    said, base = f"${shown(money, 6)}", draft.market.base
    verb = draft.side.value
    return f"{verb} {base} with {said} margin at {times}x", f"{verb} {said} notional of {base}"


def _share_of(draft: Draft, amount: Amount) -> Fraction:
    if amount.basis is None:
        raise Ask(f"{shown(amount.value * 100)}% of what? Say a size, or such as '10% of my equity'.")
    basis = draft.desk.equity if amount.basis == "equity" else draft.desk.free_collateral
    if basis is None:
        raise Ask(f"Your {amount.basis} is unknown at the moment. Say a size in {draft.market.base}.")
    if basis <= 0:
        raise Ask(f"Your {amount.basis} is {dollars(basis)}. Deposit first, or say a size.")
    if amount.role == "notional":
        _check_leverage(draft.market, amount.value)
    return amount.value * Fraction(basis)


def _check_leverage(market: MarketView, times: Fraction) -> None:
    highest = market.max_leverage
    if highest is not None and times > highest:
        raise Ask(
            f"{shown(times)}x is above the largest leverage of {market.base}, {shown(highest)}x. "
            "Which leverage?"
        )


def _risk_size(draft: Draft, terms: Terms, stop: Decimal | None) -> Fraction:
    """Size whose loss at the stop is what may be lost: risk / |entry - stop|."""
    risk = draft.frame.risk
    assert risk is not None
    if stop is None:
        raise Ask("At which price is the stop? The size follows from the risk and the distance to it.")
    money = risk.value
    if risk.unit is Unit.SHARE:
        if draft.desk.equity is None:
            raise Ask("Your equity is unknown at the moment. Say the risk in dollars, or a size.")
        money = risk.value * Fraction(draft.desk.equity)
    entry = terms.reference(draft.market)
    if entry is None:
        entry = draft.mark("a size from risk")
    if draft.frame.leverage is not None:
        draft.notes.append("Leverage changes nothing here: the size follows from the risk.")
    draft.notes.append(f"At the stop it loses about {dollars(money)}, before fees and slippage.")
    return money / abs(entry - Fraction(stop))


def _exits(draft: Draft, terms: Terms) -> dict[str, Decimal]:
    exits: dict[str, Decimal] = {}
    entry = terms.reference(draft.market)
    for said in (draft.frame.take_profit, draft.frame.stop_loss):
        if said is None:
            continue
        price = exit_price(draft, draft.side, said, entry)
        check_exit_side(draft.market, draft.side, said.kind, price, entry)
        exits[said.kind] = price
    return exits


def _check_reduces(draft: Draft, size: Decimal) -> None:
    if not draft.desk.positions_known:
        return
    held = draft.desk.size(draft.market.symbol)
    if held == 0 or (held > 0) is (draft.side is Side.BUY):
        raise Tell(
            f"You hold no {draft.market.base} position that a {draft.side.value} could reduce. "
            "Nothing was done."
        )
    if size > abs(held):
        draft.notes.append(f"Reduce-only: it fills at most your {coins(draft.market, held)}.")
