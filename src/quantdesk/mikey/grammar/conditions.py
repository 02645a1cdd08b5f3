"""Conditions on a price: ``if sol hits 130``. Any other condition is refused, with what exists instead."""

from __future__ import annotations

from quantdesk.mikey.grammar.cursor import Cursor, read_figure
from quantdesk.mikey.grammar.lexicon import Lexeme
from quantdesk.mikey.grammar.outcome import Ask, Refuse
from quantdesk.mikey.grammar.phrases import Absolute, Condition, InMarket, PriceSpec, Relative
from quantdesk.mikey.grammar.prices import read_offset, read_price
from quantdesk.mikey.grammar.senses import Sense

ONLY_PRICES = (
    "An order can wait only for a price of its own market, such as 'if sol hits 130 sell 2 sol'. "
    "It cannot wait for another market, for a time, for news or for anything else. Nothing was done."
)
_MOTIONS = (
    *("rises", "climbs", "pumps", "rallies", "jumps", "goes up", "is up"),
    *("drops", "falls", "dips", "dumps", "goes down", "is down", "tanks"),
)
_WORDS_OF_A_PRICE_CONDITION = (
    "if",
    "when",
    "once",
    "as soon as",
    "in case",
    "the moment",
    "provided",
)
_MORE_WORDS = (
    "assuming",
    "should the price",
    "when the",
    "if the",
    "if and when",
    "only if",
    "only when",
    "if ever",
)


def read_condition(cursor: Cursor, word: Lexeme) -> Condition:
    """After ``if``: a market, a way to reach, a price. Raises ``Refuse`` for every other condition."""
    if word.text not in (*_WORDS_OF_A_PRICE_CONDITION, *_MORE_WORDS):
        raise Refuse(ONLY_PRICES)
    market = _subject(cursor)
    direction, by = _direction(cursor)
    spec = _level(cursor, direction, by)
    return Condition(word.start, cursor.end(), market, direction, spec)


def _subject(cursor: Cursor) -> InMarket | None:
    """Whose price: a market, ``it``, ``this``; None for ``the price``, whose market is said elsewhere."""
    cursor.skip(Sense.LINK, Sense.ARTICLE, Sense.PRICE_WORD, Sense.MARK_PRICE, Sense.COURTESY)
    found: InMarket | None = None
    name = cursor.accept(Sense.MARKET, Sense.THIS, Sense.IT)
    if name is not None:
        found = subject_of(name)
        cursor.accept(Sense.PERP)
    before = cursor.peek(-1)
    priced = before is not None and before.sense in (Sense.PRICE_WORD, Sense.MARK_PRICE)
    cursor.skip(Sense.PRICE_WORD, Sense.MARK_PRICE)
    if found is None and not priced:
        raise Refuse(ONLY_PRICES)
    return found


def subject_of(name: Lexeme) -> InMarket:
    """The market that a name, ``this`` or ``it`` stands for, as a phrase."""
    if name.sense is Sense.THIS:
        return InMarket(name.start, name.end, "", "this")
    if name.sense is Sense.IT:
        return InMarket(name.start, name.end, "", "it")
    return InMarket(name.start, name.end, name.value)


def _direction(cursor: Cursor) -> tuple[int, bool]:
    """Which way the price goes, and whether the number says how far (``falls by $5``, ``drops 5%``)."""
    word = cursor.accept(Sense.REACHES, Sense.ABOVE, Sense.BELOW, Sense.AT, Sense.UP, Sense.DOWN)
    if word is None:
        raise Refuse(ONLY_PRICES)
    direction = {"up": 1, "down": -1}.get(word.value, 0)
    direction = {Sense.ABOVE: 1, Sense.UP: 1, Sense.BELOW: -1, Sense.DOWN: -1}.get(word.sense, direction)
    more = cursor.accept(Sense.ABOVE, Sense.BELOW, Sense.UP, Sense.DOWN)
    if more is not None:
        said = 1 if more.sense in (Sense.ABOVE, Sense.UP) else -1
        if direction and said != direction:
            raise Ask("The condition says up and down at once. Which way should the price go?")
        direction = said
    by = word.text.endswith(" by") or cursor.accept(Sense.BY) is not None
    to = cursor.sense() in (Sense.TO, Sense.AT)
    cursor.skip(Sense.TO, Sense.AT, Sense.LINK, Sense.ARTICLE, Sense.PRICE_WORD)
    return direction, by or (word.text in _MOTIONS and more is None and not to)


def _level(cursor: Cursor, direction: int, by: bool) -> PriceSpec:
    start = cursor.at
    figure = read_figure(cursor)
    if figure is None:
        raise Refuse(ONLY_PRICES)
    distance = read_offset(cursor, figure)
    if distance is not None and not distance.side and (by or distance.unit == "percent"):
        if not direction:
            raise Ask("A percentage up or down? Say 'if sol drops 5%' or 'if sol rises 5%'.")
        cursor.accept(Sense.CURRENCY)
        return Relative(distance.value, distance.unit, direction, "mark")
    if by:
        raise Ask("To that price, or by that much? Say 'drops to 130' or 'drops by $5'.")
    cursor.at = start
    spec = read_price(cursor)
    if spec is None:
        raise Refuse(ONLY_PRICES)
    if isinstance(spec, Absolute) and figure.share:
        raise Refuse(ONLY_PRICES)
    return spec
