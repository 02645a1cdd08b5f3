"""Numbers in the text: amounts, prices that stand alone, vague words before them."""

from __future__ import annotations

from dataclasses import replace

from quantdesk.mikey.grammar.cursor import Figure, read_figure
from quantdesk.mikey.grammar.lexicon import Lexeme
from quantdesk.mikey.grammar.outcome import Ask
from quantdesk.mikey.grammar.phrases import (
    Absolute,
    Does,
    Priced,
    Slippage,
)
from quantdesk.mikey.grammar.prices import read_offset
from quantdesk.mikey.grammar.quantities import read_amount
from quantdesk.mikey.grammar.scan.state import NOT_UNDERSTOOD, ON_ORDERS, Scan
from quantdesk.mikey.grammar.senses import Sense, Verb


def on_figure(scan: Scan, figure: Figure) -> None:
    """A number: a price where it stands as one, else an amount."""
    cursor = scan.cursor
    here = cursor.at
    if scan.verb is not Verb.MOVE or cursor.sense() not in (Sense.UP, Sense.DOWN):
        offset = read_offset(cursor, figure)
        if offset is not None and offset.side:
            scan.say(Priced(figure.start, cursor.end(), offset))
            return
        cursor.at = here
    if cursor.sense() in (Sense.ABOVE, Sense.BELOW):
        raise Ask("Above or below by what? Say percent or dollars, such as '2% below' or '$2 below'.")
    if cursor.sense() is Sense.LIMIT and not figure.share and not figure.suffix:
        scan.say(Priced(figure.start, figure.end, read_plain(figure)))
        return
    if _is_quoted_for(scan, figure):
        scan.say(Priced(figure.start, figure.end, read_plain(figure)))
        return
    scan.say_all(read_amount(cursor, figure))


def _is_quoted_for(scan: Scan, figure: Figure) -> bool:
    """``bid 140 for 2 sol``; ``cancel the 140 bid``."""
    cursor, last = scan.cursor, scan.last()
    after = cursor.peek()
    if figure.share or figure.suffix in ("x", "%"):
        return False
    if isinstance(last, Does) and last.limit and after is not None and after.sense is Sense.FOR:
        return True
    names_order = after is not None and (
        after.sense in (Sense.ORDER, Sense.ORDER_SIDE_NOUN) or after.text in ("bid", "offer")
    )
    return scan.verb in ON_ORDERS and names_order


def on_vague(scan: Scan, word: Lexeme) -> None:
    """Only ``max 0.5% slippage`` is exact; every other vague word is asked back."""
    cursor = scan.cursor
    here = cursor.at
    figure = read_figure(cursor)
    if figure is not None:
        said = read_amount(cursor, figure)[0]
        if isinstance(said, Slippage):
            scan.say(replace(said, start=word.start))
            return
    cursor.at = here
    raise Ask(vague_question(word))


def on_clock(scan: Scan, word: Lexeme) -> None:
    """A clock time that nothing asked for."""
    raise Ask(f"What is to happen at {word.text}? An order can end at a time: 'until {word.text} UTC'.")


def on_currency(scan: Scan, word: Lexeme) -> None:
    """``withdraw all my usdc``: the only asset there is."""
    if scan.verb not in (Verb.DEPOSIT, Verb.WITHDRAW, Verb.TRANSFER):
        raise Ask(NOT_UNDERSTOOD.format(word.text))


def read_plain(figure: Figure) -> Absolute:
    """``figure`` as a price."""
    return Absolute(figure.value)


def vague_question(word: Lexeme) -> str:
    """What to ask back for a vague amount."""
    return f"{word.text!r} is not an exact amount. How much exactly? Say it such as '2 sol' or '$500 of sol'."
