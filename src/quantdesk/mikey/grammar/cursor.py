"""A place in the lexemes, and numbers read from there."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from quantdesk.mikey.grammar.lexer import Flaw
from quantdesk.mikey.grammar.lexicon import Lexeme
from quantdesk.mikey.grammar.outcome import Ask, Refuse
from quantdesk.mikey.grammar.senses import Sense

LARGEST, FINEST = 10**15, Fraction(1, 10**15)
_BEGINS_A_NUMBER = (Sense.NUMBER, Sense.CARDINAL, Sense.FRACTION, Sense.MAGNITUDE, Sense.POINT, Sense.ARTICLE)


class Cursor:
    """Walks over lexemes; ``accept`` moves on only where the sense fits."""

    def __init__(self, lexemes: list[Lexeme]) -> None:
        self._lexemes = lexemes
        self.at = 0

    def peek(self, ahead: int = 0) -> Lexeme | None:
        """The lexeme ``ahead`` of here, None past the end (and before the beginning)."""
        place = self.at + ahead
        return self._lexemes[place] if 0 <= place < len(self._lexemes) else None

    def sense(self, ahead: int = 0) -> Sense | None:
        """Its sense."""
        lexeme = self.peek(ahead)
        return lexeme.sense if lexeme else None

    def take(self) -> Lexeme:
        """This lexeme; the cursor moves on."""
        lexeme = self._lexemes[self.at]
        self.at += 1
        return lexeme

    def accept(self, *senses: Sense) -> Lexeme | None:
        """This lexeme if it has one of ``senses``."""
        return self.take() if self.sense() in senses else None

    def skip(self, *senses: Sense) -> None:
        """Move past every lexeme with one of ``senses``."""
        while self.sense() in senses:
            self.at += 1

    def end(self) -> int:
        """Where the last lexeme taken ends in the text."""
        return self._lexemes[self.at - 1].end


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as it was said. ``share``: a fraction (half, 1/3); ``of_one``: of one unit ("half a sol")."""

    value: Fraction
    digits: Fraction
    start: int
    end: int
    suffix: str = ""
    dollar: bool = False
    share: bool = False
    of_one: bool = False


def read_figure(cursor: Cursor) -> Figure | None:
    """The number here, in digits or words; None when there is none.

    Raises ``Refuse`` for zero and negative numbers and ``Ask`` for ones that can be read in two ways.
    """
    start = cursor.at
    if cursor.sense() not in _BEGINS_A_NUMBER:
        return None
    figure = _in_digits(cursor) or _in_words(cursor)
    if figure is None:
        cursor.at = start
        return None
    if figure.value <= 0:
        raise Refuse("An amount or price must be above zero. Nothing was done.")
    if not FINEST <= figure.value <= LARGEST:
        raise Ask("That number is too large or too fine for any market here. Which number did you mean?")
    return figure


def _in_digits(cursor: Cursor) -> Figure | None:
    first = cursor.accept(Sense.NUMBER)
    if first is None or first.numeral is None:
        return None
    numeral = first.numeral
    if numeral.flaw is Flaw.NEGATIVE:
        raise Refuse(f"{first.text} is negative: amounts and prices are above zero. Nothing was done.")
    if numeral.flaw is Flaw.AMBIGUOUS:
        raise Ask(
            f"{first.text!r} can be read in two ways. Write it with a point for decimals and commas for "
            "thousands, such as 1,000.50."
        )
    after = cursor.peek()
    if after is not None and after.sense is Sense.NUMBER and len(after.text) == 3 and after.text.isdigit():
        raise Ask(
            f"'{first.text} {after.text}' can be read in two ways. Write thousands with a "
            "comma, such as 1,000."
        )
    value, share = numeral.value, False
    if cursor.sense() is Sense.SLASH and cursor.sense(1) is Sense.NUMBER:
        cursor.take()
        below = cursor.take().numeral
        if below is None or below.flaw or below.value <= numeral.value or numeral.suffix or below.suffix:
            raise Ask("A slash between two numbers is only read as a fraction below one, such as 1/2.")
        value, share = numeral.value / below.value, True
    value = _with_tail(cursor, value, numeral.suffix)
    return Figure(
        value,
        numeral.digits,
        first.start,
        cursor.end(),
        numeral.suffix,
        numeral.dollar,
        share,
        _of_one(cursor, share),
    )


def _with_tail(cursor: Cursor, value: Fraction, suffix: str) -> Fraction:
    """``2 thousand``, ``2 and a half``."""
    while not suffix and cursor.sense() is Sense.MAGNITUDE:
        value *= int(cursor.take().value)
    if cursor.sense() is Sense.AND and cursor.sense(1) is Sense.ARTICLE and cursor.sense(2) is Sense.FRACTION:
        cursor.take()
        cursor.take()
        value += Fraction(cursor.take().value)
    return value


def _in_words(cursor: Cursor) -> Figure | None:
    first = cursor.peek()
    if first is None:
        return None
    if first.sense is Sense.ARTICLE:
        if cursor.sense(1) not in (Sense.MAGNITUDE, Sense.FRACTION):
            return None
        cursor.take()
    value = _cardinal(cursor)
    fraction = cursor.accept(Sense.FRACTION)
    if fraction is not None:
        part = (value if value is not None else Fraction(1)) * Fraction(fraction.value)
        return _finish_fraction(cursor, first, part)
    if value is None:
        return None
    value = _with_tail(cursor, value, "")
    return Figure(value, value, first.start, cursor.end())


def _finish_fraction(cursor: Cursor, first: Lexeme, part: Fraction) -> Figure:
    """After ``half``: ``a dozen`` makes 6, ``a sol`` makes half of one."""
    magnitude_at = 1 if cursor.sense() is Sense.ARTICLE else 0
    if cursor.sense(magnitude_at) is Sense.MAGNITUDE:
        cursor.at += magnitude_at
        value = part * int(cursor.take().value)
        return Figure(value, value, first.start, cursor.end())
    return Figure(part, part, first.start, cursor.end(), share=True, of_one=_of_one(cursor, True))


def _of_one(cursor: Cursor, share: bool) -> bool:
    """``half a sol``, ``a quarter of a bitcoin``: the article tells a coin from a holding."""
    if not share:
        return False
    ahead = 1 if cursor.sense() is Sense.LINK else 0
    if cursor.sense(ahead) is Sense.ARTICLE and cursor.sense(ahead + 1) is Sense.MARKET:
        cursor.at += ahead + 1
        return True
    return False


def _cardinal(cursor: Cursor) -> Fraction | None:
    """``two``, ``twenty five``, ``one hundred and five``, ``a thousand``, ``one point five``."""
    total, group, room, seen = 0, 0, 1_000, False
    while (word := cursor.peek()) is not None:
        if word.sense is Sense.CARDINAL and int(word.value) < room and not (seen and word.value == "0"):
            number = int(word.value)
            group, room = group + number, 10 if number >= 20 else 0
        elif word.sense is Sense.MAGNITUDE:
            group, total, room = _magnify(int(word.value), group, total)
        elif not (word.sense is Sense.AND and room in (100, 1_000) and _continues(cursor, seen)):
            break
        seen = True
        cursor.take()
    decimals = _decimals(cursor)
    if not seen and decimals is None:
        return None
    return Fraction(total + group) + (decimals or 0)


def _continues(cursor: Cursor, seen: bool) -> bool:
    """Whether ``and`` stands inside a number: ``one hundred and five``, but not ``a hundred and 1 eth``."""
    word = cursor.peek()
    return seen and word is not None and word.text == "and" and cursor.sense(1) is Sense.CARDINAL


def _magnify(magnitude: int, group: int, total: int) -> tuple[int, int, int]:
    if magnitude >= 1_000:
        return 0, total + (group or 1) * magnitude, 1_000
    return (group or 1) * magnitude, total, magnitude if magnitude == 100 else 0


def _decimals(cursor: Cursor) -> Fraction | None:
    """``point five``; None when no digit follows the point."""
    if cursor.sense() is not Sense.POINT or cursor.sense(1) is not Sense.CARDINAL:
        return None
    cursor.take()
    digits = ""
    while cursor.sense() is Sense.CARDINAL:
        digits += cursor.take().value
    return Fraction(int(digits), 10 ** len(digits))
