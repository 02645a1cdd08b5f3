"""Prices of the words against the market: computed, put on a tick, and held to the right side."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from quantdesk.domain.orders import Side
from quantdesk.mikey.grammar.draft import Draft
from quantdesk.mikey.grammar.exact import shown, to_tick
from quantdesk.mikey.grammar.outcome import Ask
from quantdesk.mikey.grammar.phrases import Absolute, ExitAt, ExitKind, PriceSpec, Relative
from quantdesk.mikey.grammar.view import MarketView


def order_price(draft: Draft, spec: PriceSpec) -> Decimal:
    """The order's price on its tick. What was computed or rounded is noted."""
    if isinstance(spec, Absolute):
        return on_tick(draft, draft.side, spec.value)
    exact, how = _from_base(draft, spec)
    return on_tick(draft, draft.side, exact, how)


def on_tick(draft: Draft, side: Side, exact: Fraction, how: str = "") -> Decimal:
    """``exact`` rounded away from the market's side of the user. Raises ``Ask`` when nothing is left
    of it.
    """
    tick = draft.market.tick
    price = to_tick(exact, tick, side)
    if price <= 0:
        raise Ask(
            f"{shown(exact)} is no price of {draft.market.base}: its step is {shown(tick)}. At which price?"
        )
    if how:
        draft.notes.append(f"{how} is {shown(price)}.")
    elif Fraction(price) != exact:
        way = "down" if side is Side.BUY else "up"
        draft.notes.append(
            f"{shown(exact)} is off the tick of {shown(tick)}: rounded {way} to {shown(price)}."
        )
    return price


def _from_base(draft: Draft, spec: Relative) -> tuple[Fraction, str]:
    if spec.base == "entry":
        entry = draft.entry()
        if entry is None:
            raise Ask(f"I know no entry price of a {draft.market.base} position. At which price?")
        base, named = entry, f"your entry of {shown(entry)}"
    else:
        base = draft.mark("a price relative to it")
        named = f"the mark of {shown(base)}"
    way = "above" if spec.side > 0 else "below"
    return moved(draft.market, base, spec), f"{distance(spec)} {way} {named}"


def moved(market: MarketView, base: Fraction, spec: Relative) -> Fraction:
    """``base`` moved by the distance of ``spec``."""
    if spec.unit == "percent":
        return base * (1 + spec.side * spec.value)
    step = Fraction(market.tick) if spec.unit == "tick" else Fraction(1)
    return base + spec.side * spec.value * step


def distance(spec: Relative) -> str:
    """``5%``, ``$2``, ``3 ticks`` for reading."""
    if spec.unit == "percent":
        return f"{shown(spec.value * 100)}%"
    return f"{shown(spec.value)} ticks" if spec.unit == "tick" else f"${shown(spec.value)}"


def exit_price(draft: Draft, held: Side, said: ExitAt, entry: Fraction | None) -> Decimal:
    """Price of a take-profit or stop of a position that was entered by ``held``, on the closing
    side's tick.
    """
    spec, name = said.spec, exit_name(said.kind)
    if spec is None:
        raise Ask(f"At which price should the {name} be?")
    if isinstance(spec, Absolute):
        return on_tick(draft, held.opposite, spec.value)
    profit = held.sign if said.kind == "take_profit" else -held.sign
    way = "above" if profit > 0 else "below"
    if spec.side and spec.side != profit:
        raise Ask(f"The {name} of that position must be {way} its entry. At which price?")
    step = Relative(_price_distance(draft, spec, name), spec.unit, profit)
    if spec.base == "mark":
        base, named = draft.mark(f"the {name}"), "the mark"
    elif entry is None:
        raise Ask(f"The entry price is unknown, and a {name} in percent counts from it. At which price?")
    else:
        base, named = entry, "the entry"
    how = f"The {name}, {distance(step)} {way} {named} of {shown(base)},"
    return on_tick(draft, held.opposite, moved(draft.market, base, step), how)


def _price_distance(draft: Draft, spec: Relative, name: str) -> Fraction:
    """The distance in price; one in ROE is divided by the stated leverage."""
    if not spec.roe:
        return spec.value
    leverage = draft.frame.leverage
    if leverage is None:
        raise Ask(f"The {name} is in ROE: at which leverage? Say it, such as '50% roe at 10x'.")
    return spec.value / leverage.times


def check_exit_side(
    market: MarketView, held: Side, kind: ExitKind, price: Decimal, base: Fraction | None
) -> None:
    """Raise ``Ask`` for an exit on the wrong side of ``base`` (a new order's entry, a position's mark)."""
    name = exit_name(kind)
    if base is None:
        raise Ask(f"The price of {market.base} is unknown, so I cannot tell on which side that {name} is.")
    above = (held is Side.BUY) == (kind == "take_profit")
    if (Fraction(price) > base) is not above or Fraction(price) == base:
        should = "above" if above else "below"
        trade = "long" if held is Side.BUY else "short"
        raise Ask(
            f"The {name} of a {trade} must be {should} {shown(base)}, not at {shown(price)}. At which price?"
        )


def exit_name(kind: ExitKind) -> str:
    """For reading."""
    return "take-profit" if kind == "take_profit" else "stop"
