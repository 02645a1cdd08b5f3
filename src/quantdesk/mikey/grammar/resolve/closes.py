"""Closing, reducing, flipping and flattening what is held (rule 5)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from quantdesk.domain.orders import Side
from quantdesk.mikey.grammar.checks import check_size, release_margin
from quantdesk.mikey.grammar.desk import Desk, Step, coins
from quantdesk.mikey.grammar.draft import Draft
from quantdesk.mikey.grammar.exact import floor_to, shown
from quantdesk.mikey.grammar.frames import Frame
from quantdesk.mikey.grammar.outcome import Action, Ask, Tell
from quantdesk.mikey.grammar.phrases import Amount, Unit
from quantdesk.mikey.grammar.resolve.orders import check_price, order_action
from quantdesk.mikey.grammar.senses import Verb
from quantdesk.mikey.grammar.terms import Terms, read_terms
from quantdesk.mikey.grammar.view import MarketView
from quantdesk.mikey.grammar.wording import order_words

HALF = Fraction(1, 2)


def close(desk: Desk, frame: Frame, required: Side | None = None) -> Step:
    """Close or reduce the positions that the words point to.

    ``required`` is the side that the verb can close (``sell my sol`` closes a long, ``cover`` a short).
    """
    desk.require_positions()
    symbols = _targets(desk, frame, required)
    if len(symbols) > 1 and (frame.price is not None or frame.condition is not None or _fixed(frame.amount)):
        raise Ask("Which position? A size, a price or a condition needs one.", _each(desk, frame, symbols))
    steps = [_close_one(desk, frame, symbol) for symbol in symbols]
    return Step(
        [action for step in steps for action in step.actions],
        "; then ".join(step.sentence for step in steps),
        [note for step in steps for note in step.notes],
    )


def _fixed(amount: Amount | None) -> bool:
    return amount is not None and amount.unit is not Unit.SHARE


def _each(desk: Desk, frame: Frame, symbols: list[str]) -> list[str]:
    verb = frame.verb.word if frame.verb else "close"
    return [f"{verb} my {market.base}" for market in desk.view.markets if market.symbol in symbols]


def _targets(desk: Desk, frame: Frame, required: Side | None) -> list[str]:
    """Markets of the positions meant. Raises ``Tell`` when there is none, ``Ask`` when there are several."""
    wanted = frame.holding.side if frame.holding and frame.holding.side else required
    if required is not None and wanted is not required:
        raise Ask(
            f"Close a {_trade(wanted)} by {'selling' if wanted is Side.BUY else 'buying'} it? Say "
            "'close my ...'."
        )
    every = frame.every is not None or (frame.holding is not None and frame.holding.many)
    # "once eth hits 2200 close everything" is about everything, not about eth
    named = desk.market_or_none(frame) if frame.market is not None or not every else None
    if named is not None:
        _check_named(desk, named, wanted, required)
        return [named.symbol]
    held = [symbol for symbol in desk.held() if wanted is None or _long(desk, symbol) is (wanted is Side.BUY)]
    if not held:
        raise Tell(f"You have no open {_trade(wanted)}: nothing to close. Nothing was done.")
    if (
        required is Side.BUY
        and (frame.holding is None or frame.holding.side is None)
        and every
        and len(held) != len(desk.held())
    ):
        raise Ask(
            "You hold longs and shorts. Close everything, or only one side?",
            ("close everything", "close my longs"),
        )
    if len(held) > 1 and not every:
        raise Ask("You hold several positions. Which one?", _each(desk, frame, held))
    return held


def _check_named(desk: Desk, market: MarketView, wanted: Side | None, required: Side | None) -> None:
    held = desk.size(market.symbol)
    if held == 0:
        raise Tell(f"You have no open {market.base} position: nothing to close. Nothing was done.")
    if wanted is None or (held > 0) is (wanted is Side.BUY):
        return
    have = "long" if held > 0 else "short"
    if required is not None:
        raise Ask(
            f"You are {have} {coins(market, held)}. Close it, or add to it?", (f"close my {market.base}",)
        )
    raise Tell(f"You are {have} {market.base}, not {_trade(wanted)}: nothing to close. Nothing was done.")


def _trade(side: Side | None) -> str:
    return "position" if side is None else "long" if side is Side.BUY else "short"


def _long(desk: Desk, symbol: str) -> bool:
    return desk.size(symbol) > 0


def _close_one(desk: Desk, frame: Frame, symbol: str) -> Step:
    market = desk.view.market(symbol)
    assert market is not None
    held = desk.size(symbol)
    draft = Draft(desk, frame, market, Side.SELL if held > 0 else Side.BUY)
    terms = read_terms(draft)
    size = _close_size(draft, terms, held)
    check_price(draft, terms)
    desk.rely_on(symbol)
    if terms.price is None and terms.trigger is None:
        desk.fill(symbol, draft.side, size)
        release_margin(desk, market, held, desk.size(symbol))
    action = order_action(market, draft.side, size, terms, reduce_only=True)
    part = "" if size == abs(held) else f"{coins(market, size)} of "
    trade = "long" if held > 0 else "short"
    words = order_words(draft, size, terms, {}, reduce_only=True)
    return Step([action], f"close {part}your {market.base} {trade}: {words}", draft.notes)


def _close_size(draft: Draft, terms: Terms, held: Decimal) -> Decimal:
    market, whole = draft.market, Fraction(abs(held))
    exact = _said_part(draft, terms, whole)
    if exact > whole:
        draft.notes.append(f"You hold {coins(market, held)}, so {coins(market, exact)} was cut to that.")
        exact = whole
    size = floor_to(exact, market.lot)
    if size <= 0:
        raise Ask(
            f"That is less than the smallest size, {coins(market, market.lot)}. How much should I close?"
        )
    if Fraction(size) != exact:
        draft.notes.append(
            f"{coins(market, exact)} is off the lot of {shown(market.lot)}: rounded down to {shown(size)}."
        )
    return size


def _said_part(draft: Draft, terms: Terms, whole: Fraction) -> Fraction:
    amount, verb, base = draft.frame.amount, draft.frame.verb, draft.market.base
    if amount is None:
        if verb is not None and verb.verb is Verb.HALVE:
            return whole * HALF
        if draft.frame.inherited and draft.frame.sized_before:
            raise Ask(f"How much of your {base}? Say a part for each.")
        if verb is not None and verb.verb in (Verb.REDUCE, Verb.TAKE) and draft.frame.every is None:
            choices = (f"reduce my {base} by half", f"close my {base}")
            raise Ask(f"By how much should I reduce your {shown(whole)} {base}?", choices)
        return whole
    part = _part(draft, amount, terms, whole)
    if not amount.target:
        return part
    if part >= whole:
        raise Ask(
            f"You hold {shown(whole)} {base}, so reducing to {shown(part)} changes nothing. To how much?"
        )
    return whole - part


def _part(draft: Draft, amount: Amount, terms: Terms, whole: Fraction) -> Fraction:
    market = draft.market
    if amount.unit is Unit.BASE:
        return amount.value
    if amount.unit is Unit.QUOTE:
        reference = terms.reference(market)
        return amount.value / (reference if reference is not None else draft.mark("a size in dollars"))
    if amount.unit is Unit.SHARE:
        if amount.basis is not None:
            raise Ask(f"A close is counted from the position. How much of your {shown(whole)} {market.base}?")
        return amount.value * whole
    number = shown(amount.value)
    raise Ask(
        f"{number} what? {number} {market.base}, or {number}% of the position?",
        (f"close {number} {market.base}", f"close {number}% of my {market.base}"),
    )


def flip(desk: Desk, frame: Frame) -> Step:
    """One market order of twice the position, the other way."""
    desk.require_positions()
    market, held = _position_to_flip(desk, frame)
    if frame.price is not None or frame.as_limit is not None:
        raise Ask(
            "A flip is one market order. To turn at a price, close with a limit and open with "
            "another. Flip now?"
        )
    if frame.amount is not None:
        raise Ask(
            f"A flip turns the whole position of {coins(market, held)}. Flip all of it?",
            (f"flip my {market.base}",),
        )
    side = Side.SELL if held > 0 else Side.BUY
    size = abs(held) * 2
    draft = Draft(desk, frame, market, side)
    terms = read_terms(draft)
    check_size(desk, market, side, size, terms.reference(market))
    desk.rely_on(market.symbol)
    desk.fill(market.symbol, side, size)
    action = order_action(market, side, size, terms, reduce_only=False)
    have, then = ("long", "short") if held > 0 else ("short", "long")
    words = order_words(draft, size, terms, {}, reduce_only=False)
    return Step([action], f"flip your {coins(market, held)} {have} to {then}: {words}", draft.notes)


def _position_to_flip(desk: Desk, frame: Frame) -> tuple[MarketView, Decimal]:
    named = desk.market_or_none(frame)
    held = [named.symbol] if named is not None else desk.held()
    if len(held) > 1:
        raise Ask("You hold several positions. Which one should I flip?", _each(desk, frame, held))
    market = desk.view.market(held[0]) if held else None
    if market is None or desk.size(market.symbol) == 0:
        what = f"{market.base} position" if market is not None else "position"
        raise Tell(f"You have no open {what}: nothing to flip. Nothing was done.")
    size = desk.size(market.symbol)
    said = frame.holding.side if frame.holding is not None else None
    if said is not None and (size > 0) is not (said is Side.BUY):
        raise Ask(
            f"You are {'long' if size > 0 else 'short'} {coins(market, size)}. Flip that?",
            (f"flip my {market.base}",),
        )
    turned = frame.turn_to.side if frame.turn_to is not None else None
    if turned is not None and (size > 0) is (turned is Side.BUY):
        raise Ask(
            f"You are {'long' if size > 0 else 'short'} {coins(market, size)} already. Flip it?",
            (f"flip my {market.base}",),
        )
    return market, size


def flatten(desk: Desk, frame: Frame) -> Step:
    """Cancel all orders, then close all positions; in one market when one is named."""
    desk.require_positions()
    named = desk.market_or_none(frame)
    symbols = [each for each in desk.held() if named is None or each == named.symbol]
    resting = (
        None if desk.orders is None else [o for o in desk.orders if named is None or o.market == named.symbol]
    )
    if not symbols and resting is not None and not resting:
        where = f" in {named.base}" if named is not None else ""
        raise Tell(f"You have no open orders and no positions{where}: nothing to flatten. Nothing was done.")
    where = f" in {named.base}" if named is not None else ""
    cancel: Action = {"instruction": "cancel-all"}
    if named is not None:
        cancel["market"] = named.symbol
    # the exchange refuses to cancel nothing: left out only when it is known that nothing rests
    first = [] if resting is not None and not resting else [Step([cancel], f"cancel all your orders{where}")]
    closing = [_close_one(desk, Frame(verb=frame.verb, market=frame.market), symbol) for symbol in symbols]
    steps = [*first, *closing]
    return Step(
        [action for step in steps for action in step.actions],
        "; then ".join(step.sentence for step in steps),
        [note for step in steps for note in step.notes],
    )
