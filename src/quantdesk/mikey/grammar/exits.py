"""Take-profit and stop words: a price to leave at, or the kind of an order."""

from __future__ import annotations

from quantdesk.mikey.grammar.cursor import Cursor
from quantdesk.mikey.grammar.lexicon import Lexeme
from quantdesk.mikey.grammar.outcome import Ask
from quantdesk.mikey.grammar.phrases import AsStop, ExitAt, ExitKind, Phrase
from quantdesk.mikey.grammar.prices import read_exit_price
from quantdesk.mikey.grammar.senses import Sense


def read_exit(cursor: Cursor, word: Lexeme) -> list[Phrase]:
    """``tp 160``, ``sl at 5%``; without a price when it stands elsewhere ("stop loss on my sol at 130")."""
    kind: ExitKind = "take_profit" if word.sense is Sense.TAKE_PROFIT else "stop_loss"
    if cursor.sense() is Sense.SLASH:
        raise Ask("Say take-profit and stop apart, such as 'tp 160 sl 130'.")
    cursor.accept(Sense.ORDER)
    spec = read_exit_price(cursor)
    if cursor.sense() is Sense.SLASH:
        raise Ask("Say take-profit and stop apart, such as 'tp 160 sl 130'.")
    return [ExitAt(word.start, cursor.end(), kind, spec)]


def read_stop(cursor: Cursor, word: Lexeme) -> list[Phrase]:
    """``stop buy 2 sol at 150`` and ``buy stop 2 sol at 150`` are trigger orders, ``stop at 130`` is
    a stop-loss.
    """
    cursor.accept(Sense.ORDER)
    if cursor.sense() is Sense.VERB:
        return [AsStop(word.start, cursor.end())]
    here = cursor.at
    before = cursor.peek(-2)
    exit_phrases = read_exit(cursor, word)
    has_price = isinstance(exit_phrases[0], ExitAt) and exit_phrases[0].spec is not None
    after_verb = (
        before is not None and before.sense is Sense.VERB and before.value in ("buy", "sell", "long", "short")
    )
    if after_verb and has_price:
        raise Ask(
            "Is that the price at which the order wakes up, or its stop-loss? Say 'sl 130' "
            "or 'if sol hits 130'."
        )
    if after_verb:
        cursor.at = here
        return [AsStop(word.start, cursor.end())]
    return exit_phrases
