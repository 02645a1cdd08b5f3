"""Small words whose meaning hangs on the verb before them and the number behind."""

from __future__ import annotations

from dataclasses import replace

from quantdesk.mikey.grammar.cursor import read_figure
from quantdesk.mikey.grammar.lexicon import Lexeme
from quantdesk.mikey.grammar.outcome import Ask, Refuse
from quantdesk.mikey.grammar.phrases import (
    Amount,
    Does,
    Lasting,
    Priced,
    ReduceOnlyWord,
    Relative,
    Shift,
    TurnTo,
    Unit,
)
from quantdesk.mikey.grammar.prices import read_offset, read_price
from quantdesk.mikey.grammar.quantities import read_amount
from quantdesk.mikey.grammar.scan.state import NOT_UNDERSTOOD, REDUCING, SIDES, Scan
from quantdesk.mikey.grammar.senses import Sense, Verb
from quantdesk.mikey.grammar.timing import NO_SCHEDULE, read_duration_ms


def on_shift(scan: Scan, word: Lexeme) -> None:
    """``up 50`` from an order's own price."""
    cursor = scan.cursor
    if scan.verb is not Verb.MOVE:
        raise Ask(NOT_UNDERSTOOD.format(word.text))
    cursor.skip(Sense.BY, Sense.ARTICLE)
    say_shift(scan, word, 1 if word.sense is Sense.UP else -1)


def say_shift(scan: Scan, word: Lexeme, side: int) -> None:
    """``up 50``: a bare number is in the price's own unit."""
    cursor = scan.cursor
    figure = read_figure(cursor)
    if figure is None or figure.share or figure.suffix == "x":
        raise Ask("By how much should the order move? Say 'up 50' or 'down 1%'.")
    offset = read_offset(cursor, figure)
    cursor.accept(Sense.CURRENCY)
    unit = offset.unit if offset is not None else "quote"
    value = offset.value if offset is not None else figure.value
    scan.say(Shift(word.start, cursor.end(), Relative(value, unit, side, "order")))


def on_lasting(scan: Scan, word: Lexeme) -> None:
    """``good for an hour``."""
    ms = read_duration_ms(scan.cursor)
    if ms is None:
        raise Ask("For how long? Say 'good for an hour' or 'good for 30 minutes'.")
    scan.say(Lasting(word.start, scan.cursor.end(), "gtt", for_ms=ms))


def on_for(scan: Scan, word: Lexeme) -> None:
    """``for an hour`` is an expiry; before anything else it only binds."""
    here = scan.cursor.at
    ms = read_duration_ms(scan.cursor)
    if ms is not None and ms > 0:
        scan.say(Lasting(word.start, scan.cursor.end(), "gtt", for_ms=ms))
        return
    scan.cursor.at = here


def on_in(scan: Scan, word: Lexeme) -> None:
    """``in half`` is a part; ``in an hour`` is a start, which is refused."""
    cursor = scan.cursor
    here = cursor.at
    if cursor.sense() is Sense.FRACTION and scan.verb in REDUCING:
        part = read_figure(cursor)
        if part is not None:
            scan.say(Amount(word.start, cursor.end(), part.value, Unit.SHARE))
            return
    if read_duration_ms(cursor) is not None:
        raise Refuse(NO_SCHEDULE)
    cursor.at = here


def on_by(scan: Scan, word: Lexeme) -> None:
    """``raise my bid by 50``: the sign is the verb's; ``reduce my sol by half`` needs nothing."""
    if scan.verb is not Verb.MOVE:
        return
    verb = next((each for each in reversed(scan.out) if isinstance(each, Does)), None)
    sign = {"raise": 1, "bump": 1, "lower": -1}.get(verb.word if verb else "", 0)
    if not sign:
        raise Ask("Up or down? Say 'move my bid up 50' or 'down 50'.")
    say_shift(scan, word, sign)


def on_to(scan: Scan, word: Lexeme) -> None:
    """``to 140`` for an order, ``to 1 sol`` for a position, ``to close``, ``to short``."""
    cursor = scan.cursor
    after = cursor.peek()
    if scan.verb is Verb.MOVE:
        cursor.skip(Sense.AT, Sense.PRICE_WORD, Sense.ARTICLE)
        if cursor.sense() is Sense.MARKET_ORDER:
            return
        spec = read_price(cursor)
        if spec is not None:
            scan.say(Priced(word.start, cursor.end(), spec))
        return
    if scan.verb in (Verb.REDUCE, Verb.CLOSE, Verb.ADD):
        figure = read_figure(cursor)
        if figure is not None:
            said = read_amount(cursor, figure)
            scan.say_all([replace(each, target=True) if isinstance(each, Amount) else each for each in said])
        return
    if scan.verb is Verb.FLIP and after is not None and after.value in ("long", "short"):
        cursor.take()
        scan.say(TurnTo(word.start, cursor.end(), SIDES[after.value]))
        return
    closing = after is not None and after.sense is Sense.VERB and after.value == "close"
    if closing and scan.verb in (Verb.BUY, Verb.SELL):
        cursor.take()
        scan.say(ReduceOnlyWord(word.start, cursor.end()))
