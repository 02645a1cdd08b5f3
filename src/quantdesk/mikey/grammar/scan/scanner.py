"""Which reader takes which lexeme."""

from __future__ import annotations

from collections.abc import Callable

from quantdesk.mikey.grammar.conditions import read_condition
from quantdesk.mikey.grammar.cursor import Cursor, read_figure
from quantdesk.mikey.grammar.exits import read_exit, read_stop
from quantdesk.mikey.grammar.lexicon import Lexeme
from quantdesk.mikey.grammar.outcome import Ask
from quantdesk.mikey.grammar.phrases import (
    Every,
    Holding,
    Lasting,
    Owned,
    Phrase,
    PostOnlyWord,
    ReduceOnlyWord,
    Separator,
    TakeOff,
)
from quantdesk.mikey.grammar.scan import nouns, numbers, prepositions, terms
from quantdesk.mikey.grammar.scan.state import NOT_UNDERSTOOD, SIDES, Scan
from quantdesk.mikey.grammar.senses import Sense
from quantdesk.mikey.grammar.timing import read_until, refuse_start_time

Handler = Callable[[Scan, Lexeme], None]


def _only_binds(scan: Scan, word: Lexeme) -> None:
    """Nothing of its own."""


_HANDLERS: dict[Sense, Handler] = {
    Sense.VERB: nouns.on_verb,
    Sense.MARKET: nouns.on_market,
    Sense.THIS: nouns.on_market,
    Sense.IT: nouns.on_market,
    Sense.MY: lambda scan, word: scan.say(Owned(word.start, word.end)),
    Sense.ALL: lambda scan, word: scan.say(Every(word.start, word.end)),
    Sense.EVERYTHING: lambda scan, word: scan.say(Every(word.start, word.end, True)),
    Sense.POSITION: lambda scan, word: scan.say(Holding(word.start, word.end, None, word.value == "many")),
    Sense.SIDE_NOUN: lambda scan, word: scan.say(Holding(word.start, word.end, SIDES[word.value], True)),
    Sense.ORDER: nouns.on_order_noun,
    Sense.ORDER_SIDE_NOUN: nouns.on_order_side_noun,
    Sense.AT: terms.on_at,
    Sense.LIMIT: terms.on_limit,
    Sense.PRICE_WORD: terms.on_price_word,
    Sense.MARKET_ORDER: terms.on_market_order,
    Sense.POST_ONLY: lambda scan, word: scan.say(PostOnlyWord(word.start, word.end, word.value)),
    Sense.REDUCE_ONLY: lambda scan, word: scan.say(ReduceOnlyWord(word.start, word.end)),
    Sense.TIME_IN_FORCE: lambda scan, word: scan.say(Lasting(word.start, word.end, word.value)),
    Sense.GOOD_FOR: prepositions.on_lasting,
    Sense.EXPIRES: prepositions.on_lasting,
    Sense.UNTIL: lambda scan, word: scan.say(read_until(scan.cursor, word)),
    Sense.TAKE_PROFIT: lambda scan, word: scan.say_all(read_exit(scan.cursor, word)),
    Sense.STOP_LOSS: lambda scan, word: scan.say_all(read_exit(scan.cursor, word)),
    Sense.STOP: lambda scan, word: scan.say_all(read_stop(scan.cursor, word)),
    Sense.SLIPPAGE: terms.on_slippage,
    Sense.LEVERAGE: terms.on_leverage,
    Sense.MARGIN: terms.on_role,
    Sense.NOTIONAL: terms.on_role,
    Sense.WORTH: terms.on_role,
    Sense.RISK: terms.on_risk,
    Sense.IF: lambda scan, word: scan.say(read_condition(scan.cursor, word)),
    Sense.UP: prepositions.on_shift,
    Sense.DOWN: prepositions.on_shift,
    Sense.TO: prepositions.on_to,
    Sense.BY: prepositions.on_by,
    Sense.FOR: prepositions.on_for,
    Sense.IN: prepositions.on_in,
    Sense.OFF: lambda scan, word: scan.say(TakeOff(word.start, word.end)),
    Sense.AND: lambda scan, word: scan.say(Separator(word.start, word.end)),
    Sense.VAGUE: numbers.on_vague,
    Sense.CLOCK: numbers.on_clock,
    Sense.ACCOUNT: nouns.on_sub,
    Sense.CURRENCY: numbers.on_currency,
    Sense.VAGUE_FUNDS: nouns.on_funds,
    Sense.OTHER_PRICE: nouns.on_other_price,
}

_HANDLERS |= dict.fromkeys(
    (Sense.LINK, Sense.OPERATOR, Sense.COURTESY, Sense.ARTICLE, Sense.COLON), _only_binds
)


def phrases_of(lexemes: list[Lexeme]) -> list[Phrase]:
    """All phrases in order. Raises ``Ask`` or ``Refuse`` at the first thing that has no meaning here."""
    scan = Scan(Cursor(lexemes))
    while scan.cursor.peek() is not None:
        refuse_start_time(scan.cursor)
        figure = read_figure(scan.cursor)
        if figure is not None:
            numbers.on_figure(scan, figure)
            continue
        word = scan.cursor.take()
        handler = _HANDLERS.get(word.sense)
        if handler is None:
            raise Ask(NOT_UNDERSTOOD.format(word.text))
        handler(scan, word)
    return scan.out
