"""Prices of the words against the market: computed, put on a tick, and held to the right side."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Literal

from quantdesk.domain.orders import Side
from quantdesk.mikey.grammar.desk import Desk
from quantdesk.mikey.grammar.exact import shown, to_tick
from quantdesk.mikey.grammar.outcome import Ask
from quantdesk.mikey.grammar.phrases import Absolute, ExitAt, Leveraged, PriceSpec, Relative
from quantdesk.mikey.grammar.view import MarketView


def order_price(
    desk: Desk, market: MarketView, side: Side, spec: PriceSpec, entry: Decimal | None, notes: list[str]
) -> Decimal:
    """The order's price on its tick. What was computed or rounded is noted."""
    if isinstance(spec, Absolute):
        exact, how = spec.value, ""
    else:
        exact, how = _from_base(desk, market, spec, entry)
    return on_tick(market, side, exact, how, notes)


def on_tick(market: MarketView, side: Side, exact: Fraction, how: str, notes: list[str]) -> Decimal:
    """``exact`` rounded away from the market's side of the user. Raises ``Ask`` when nothing is left of it."""
    price = to_tick(exact, market.tick, side)
    if price <= 0:
        raise Ask(
            f"{shown(exact)} is no price of {market.base}: its step is {shown(market.tick)}. At which price?"
        )
    if how:
        notes.append(f"{how} is {shown(price)}.")
    elif Fraction(price) != exact:
        way = "down" if side is Side.BUY else "up"
        notes.append(
            f"{shown(exact)} is off the tick of {shown(market.tick)}: rounded {way} to {shown(price)}."
        )
    return price


def _from_base(desk: Desk, market: MarketView, spec: Relative, entry: Decimal | None) -> tuple[Fraction, str]:
    if spec.base == "entry":
        if entry is None:
            raise Ask(f"I know no entry price of a {market.base} position. At which price?")
        base, named = Fraction(entry), f"your entry of {shown(entry)}"
    else:
        base = desk.mark(market, "a price relative to it")
        named = f"the mark of {shown(base)}"
    return moved(market, base, spec), f"{distance(spec)} {'above' if spec.side > 0 else 'below'} {named}"


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


def exit_price(
    desk: Desk,
    market: MarketView,
    held: Side,
    said: ExitAt,
    entry: Fraction | None,
    leverage: Leveraged | None,
    notes: list[str],
) -> Decimal:
    """Price of a take-profit or stop of a position that was entered by ``held``, on the tick of the closing side."""
    spec = said.spec
    name = exit_name(said.kind)
    if spec is None:
        raise Ask(f"At which price should the {name} be?")
    if isinstance(spec, Absolute):
        return on_tick(market, held.opposite, spec.value, "", notes)
    profit = held.sign if said.kind == "take_profit" else -held.sign
    if spec.side and spec.side != profit:
        raise Ask(
            f"A {name} {'above' if spec.side > 0 else 'below'} is on the wrong side of the position. At which price?"
        )
    value = spec.value
    if spec.roe:
        if leverage is None:
            raise Ask(f"The {name} is in ROE: at which leverage? Say it, such as '50% roe at 10x'.")
        value /= leverage.times
    if spec.base == "mark":
        base, named = desk.mark(market, f"the {name}"), "the mark"
    elif entry is None:
        raise Ask(f"The entry price is unknown, and a {name} in percent counts from it. At which price?")
    else:
        base, named = entry, "the entry"
    exact = moved(market, base, Relative(value, spec.unit, profit))
    way = "above" if profit > 0 else "below"
    how = f"The {name}, {distance(Relative(value, spec.unit, profit))} {way} {named} of {shown(base)},"
    return on_tick(market, held.opposite, exact, how, notes)


def check_exit_side(
    market: MarketView,
    held: Side,
    kind: Literal["take_profit", "stop_loss"],
    price: Decimal,
    base: Fraction | None,
) -> None:
    """Raise ``Ask`` for an exit on the wrong side of ``base`` (entry of a new order, mark for a position)."""
    name = exit_name(kind)
    if base is None:
        raise Ask(
            f"The price of {market.base} is unknown, so I cannot tell on which side the {name} of {shown(price)} is."
        )
    above = (held is Side.BUY) == (kind == "take_profit")
    if (Fraction(price) > base) is not above or Fraction(price) == base:
        should = "above" if above else "below"
        trade = "long" if held is Side.BUY else "short"
        raise Ask(
            f"The {name} of a {trade} must be {should} {shown(base)}, not at {shown(price)}. At which price?"
        )


def exit_name(kind: Literal["take_profit", "stop_loss"]) -> str:
    """For reading."""
    return "take-profit" if kind == "take_profit" else "stop"
