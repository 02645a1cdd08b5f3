"""Prices in words: ``65k``, ``$142.5``, ``5% below``, ``2 bucks above entry``."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Literal

from quantdesk.mikey.grammar.cursor import Cursor, Figure, read_figure
from quantdesk.mikey.grammar.outcome import Ask
from quantdesk.mikey.grammar.phrases import Absolute, PriceSpec, Relative
from quantdesk.mikey.grammar.senses import Sense

_BINDERS = (Sense.LINK, Sense.COLON, Sense.PRICE_WORD, Sense.AT)
RelativeUnit = Literal["percent", "quote", "tick"]
_DISTANCES: dict[Sense, tuple[int, RelativeUnit]] = {
    Sense.PERCENT: (100, "percent"),
    Sense.BASIS_POINT: (10_000, "percent"),
    Sense.TICK: (1, "tick"),
    Sense.CENT: (100, "quote"),
}


def read_price(cursor: Cursor) -> PriceSpec | None:
    """A price here, absolute or relative; None (and the cursor where it was) when there is none."""
    start = cursor.at
    figure = read_figure(cursor)
    if figure is None:
        return None
    relative = read_offset(cursor, figure)
    if relative is not None and relative.side:
        return relative
    if relative is not None and relative.unit != "quote":
        cursor.at = start
        return None
    if figure.share or figure.suffix in ("x", "%"):
        cursor.at = start
        return None
    cursor.accept(Sense.CURRENCY)
    if cursor.sense() in (Sense.ABOVE, Sense.BELOW):
        unit = "the number's unit: say percent or dollars, such as '2% below' or '$2 below'"
        raise Ask(f"{figure.value} above or below in what? I need {unit}.")
    return Absolute(figure.value)


def read_offset(cursor: Cursor, figure: Figure) -> Relative | None:
    """What follows ``figure`` as a distance: its unit, and above or below what. None without a unit."""
    start = cursor.at
    value, unit = _unit(cursor, figure)
    if unit is None:
        return None
    side = {Sense.ABOVE: 1, Sense.BELOW: -1}.get(cursor.sense() or Sense.UNKNOWN, 0)
    if not side:
        cursor.at = start if unit == "quote" and not figure.dollar else cursor.at
        return Relative(value, unit, 0)
    cursor.take()
    return Relative(value, unit, side, _reference(cursor))


def _unit(cursor: Cursor, figure: Figure) -> tuple[Fraction, RelativeUnit | None]:
    if figure.suffix == "%":
        return figure.value / 100, "percent"
    word = cursor.accept(*_DISTANCES)
    if word is not None:
        divisor, unit = _DISTANCES[word.sense]
        return figure.value / divisor, unit
    moves = cursor.sense() is Sense.CURRENCY and cursor.sense(1) in (Sense.ABOVE, Sense.BELOW)
    if not figure.dollar and not moves:
        return figure.value, None
    cursor.accept(Sense.CURRENCY)
    return figure.value, "quote"


def _reference(cursor: Cursor) -> Literal["mark", "entry", "unsaid"]:
    start = cursor.at
    cursor.skip(Sense.LINK, Sense.MY)
    word = cursor.peek()
    if word is None:
        cursor.at = start
        return "unsaid"
    if word.sense is Sense.ENTRY:
        cursor.take()
        return "entry"
    if word.sense is Sense.OTHER_PRICE:
        raise Ask(f"I measure prices from the mark or from your entry, not from {word.text!r}. Which one?")
    if word.sense is Sense.MARK_PRICE or (word.sense is Sense.MARKET_ORDER and "market" in word.text):
        cursor.take()
        return "mark"
    if word.sense in (Sense.MARKET, Sense.IT) and cursor.sense(1) in (Sense.MARK_PRICE, Sense.PRICE_WORD):
        cursor.at += 2
        return "mark"
    cursor.at = start
    cursor.accept(Sense.PRICE_WORD)
    return "unsaid"


def read_bound_price(cursor: Cursor) -> PriceSpec | None:
    """A price after words that bind it (``at``, ``of``, ``:``); the cursor stays when none follows."""
    start = cursor.at
    cursor.skip(*_BINDERS, Sense.ARTICLE)
    spec = read_price(cursor)
    if spec is None:
        cursor.at = start
    return spec


def read_exit_price(cursor: Cursor) -> PriceSpec | None:
    """The price of a take-profit or stop: as above, or a bare distance (``10%``, ``50% roe``) from entry."""
    start = cursor.at
    cursor.skip(*_BINDERS, Sense.ARTICLE, Sense.TO)
    before = cursor.at
    figure = read_figure(cursor)
    if figure is None or figure.share:
        cursor.at = start
        return None
    distance = read_offset(cursor, figure)
    if distance is None or (distance.unit == "quote" and not distance.side):
        cursor.at = before
        return _plain_exit(cursor, start)
    if cursor.accept(Sense.ROE):
        return replace(distance, roe=True)
    if _is_a_share(cursor) and not distance.side:
        cursor.at = start
        return None
    return distance


def _plain_exit(cursor: Cursor, start: int) -> PriceSpec | None:
    spec = read_price(cursor)
    if spec is None or cursor.sense() is Sense.MARKET:
        # "tp 2 sol at 160": the number is a size; the price comes elsewhere
        cursor.at = start
        return None
    return spec


def _is_a_share(cursor: Cursor) -> bool:
    """``tp 50% of my sol at 160``: a share of the position, not a distance."""
    word = cursor.peek()
    return (
        word is not None
        and word.text == "of"
        and cursor.sense(1)
        in (
            Sense.MY,
            Sense.MARKET,
            Sense.POSITION,
            Sense.IT,
        )
    )
