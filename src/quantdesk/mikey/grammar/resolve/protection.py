"""Take-profits and stops on a position that is held (rule 8)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from quantdesk.domain.orders import Side
from quantdesk.mikey.grammar.desk import Desk, Step, coins, text_of
from quantdesk.mikey.grammar.draft import Draft
from quantdesk.mikey.grammar.exact import floor_to, shown
from quantdesk.mikey.grammar.frames import Frame
from quantdesk.mikey.grammar.outcome import Action, Ask, Tell
from quantdesk.mikey.grammar.phrases import ExitAt, Unit
from quantdesk.mikey.grammar.pricing import check_exit_side, exit_name, exit_price
from quantdesk.mikey.grammar.view import MarketView


def protect(desk: Desk, frame: Frame) -> Step:
    """Trigger orders that leave a position at a profit or at a loss."""
    desk.require_positions()
    market, held = _position(desk, frame)
    side = Side.BUY if held > 0 else Side.SELL
    size = _size(market, frame, held)
    draft = Draft(desk, frame, market, side)
    actions: list[Action] = []
    words: list[str] = []
    for said in _said(frame):
        price = exit_price(draft, side, said, draft.entry())
        check_exit_side(market, side, said.kind, price, draft.mark_or_none())
        actions.append(_trigger(draft, said, price, size))
        words.append(f"{exit_name(said.kind)} at {shown(price)}")
    desk.rely_on(market.symbol)
    trade = "long" if held > 0 else "short"
    sentence = f"set {' and '.join(words)} for {coins(market, size)} of your {market.base} {trade}"
    return Step(actions, sentence, draft.notes)


def _said(frame: Frame) -> list[ExitAt]:
    """The exits; a price that stands apart ("stop on my sol at 130") belongs to the only one."""
    said = [each for each in (frame.take_profit, frame.stop_loss) if each is not None]
    if frame.price is None:
        return said
    if len(said) != 1 or said[0].spec is not None:
        raise Ask("I read more prices than exits. Which price is for what?")
    first = said[0]
    return [ExitAt(first.start, frame.price.end, first.kind, frame.price.spec)]


def _position(desk: Desk, frame: Frame) -> tuple[MarketView, Decimal]:
    named = desk.market_or_none(frame)
    if named is None:
        pointed = frame.holding is not None or frame.owned is not None
        held = desk.held()
        if not held:
            raise Tell("You have no open position to protect. Nothing was done.")
        if not pointed or len(held) > 1:
            raise Ask("For which position?", [f"{desk.view.market(each).base}" for each in held])  # type: ignore[union-attr]
        named = desk.view.market(held[0])
    assert named is not None
    size = desk.size(named.symbol)
    if size == 0:
        raise Tell(f"You have no open {named.base} position to protect. Nothing was done.")
    said = frame.holding.side if frame.holding is not None else None
    if said is not None and (size > 0) is not (said is Side.BUY):
        raise Ask(
            f"You are {'long' if size > 0 else 'short'} {coins(named, size)}. Is that the position you mean?"
        )
    return named, size


def _size(market: MarketView, frame: Frame, held: Decimal) -> Decimal:
    whole, amount = Fraction(abs(held)), frame.amount
    if amount is None:
        return abs(held)
    if amount.unit is Unit.BASE:
        exact = amount.value
    elif amount.unit is Unit.SHARE and amount.basis is None:
        exact = amount.value * whole
    else:
        raise Ask(f"For how much of your {shown(whole)} {market.base}?")
    size = floor_to(min(exact, whole), market.lot)
    if size <= 0:
        raise Ask(f"That part is less than the smallest size, {coins(market, market.lot)}. For how much?")
    return size


def _trigger(draft: Draft, said: ExitAt, price: Decimal, size: Decimal) -> Action:
    return {
        "instruction": "place-trigger",
        "market": draft.market.symbol,
        "kind": "stop" if said.kind == "stop_loss" else "take_profit",
        "trigger_price": text_of(price),
        "side": draft.side.opposite.value,
        "type": "market",
        "size": text_of(size),
        "reduce_only": True,
    }
