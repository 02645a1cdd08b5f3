"""Verbs and nouns: what is to be done, and to what."""

from __future__ import annotations

from dataclasses import replace

from quantdesk.domain.orders import Side
from quantdesk.mikey.grammar.conditions import subject_of
from quantdesk.mikey.grammar.cursor import read_figure
from quantdesk.mikey.grammar.lexicon import Lexeme
from quantdesk.mikey.grammar.outcome import Ask
from quantdesk.mikey.grammar.phrases import (
    Does,
    Every,
    Holding,
    InMarket,
    Owned,
    Resting,
    ToSub,
)
from quantdesk.mikey.grammar.scan.state import NOT_UNDERSTOOD, ON_ORDERS, REDUCING, SIDES, Scan
from quantdesk.mikey.grammar.senses import Sense, Verb


def on_verb(scan: Scan, word: Lexeme) -> None:
    """Something to be done, or the side of something that is there."""
    verb = Verb(word.value)
    if _is_noun(scan, verb):
        on_side_as_noun(scan, word, verb)
        return
    if verb is Verb.ADD and _adds_an_exit(scan):
        return
    if verb in (Verb.LONG, Verb.SHORT):
        # "open a long position of 2 sol"
        scan.cursor.accept(Sense.POSITION)
    scan.verb = verb
    scan.say(Does(word.start, word.end, verb, word.text))


def _adds_an_exit(scan: Scan) -> bool:
    """``add a stop at 130``: the verb carries no meaning of its own."""
    ahead = 1 if scan.cursor.sense() in (Sense.ARTICLE, Sense.LINK) else 0
    return scan.cursor.sense(ahead) in (Sense.TAKE_PROFIT, Sense.STOP_LOSS, Sense.STOP)


def _is_noun(scan: Scan, verb: Verb) -> bool:
    """``my long``, ``sell order``, ``my sol short``: the word names something that is there."""
    after = scan.cursor.sense()
    if verb in (Verb.BID, Verb.OFFER) and scan.verb in ON_ORDERS:
        return True
    if verb in (Verb.LONG, Verb.SHORT, Verb.BUY, Verb.SELL) and scan.verb in ON_ORDERS:
        return after in (Sense.ORDER, Sense.LIMIT)
    if verb not in (Verb.LONG, Verb.SHORT):
        return False
    last = scan.last()
    if isinstance(last, Owned | Every | Holding):
        return True
    before = scan.cursor.peek(-2)
    pointed = before is not None and before.text in ("the", "this", "that")
    if after is Sense.POSITION and (pointed or scan.verb in REDUCING):
        return True
    return (pointed or isinstance(last, InMarket)) and scan.verb in REDUCING


def on_side_as_noun(scan: Scan, word: Lexeme, verb: Verb) -> None:
    """``my long``, ``sell orders``."""
    cursor = scan.cursor
    if scan.verb in ON_ORDERS:
        cursor.accept(Sense.LIMIT)
        noun = cursor.accept(Sense.ORDER)
        side = Side.BUY if verb in (Verb.BID, Verb.BUY, Verb.LONG) else Side.SELL
        scan.say(Resting(word.start, cursor.end(), side, noun is not None and noun.value == "many"))
        return
    noun = cursor.accept(Sense.POSITION)
    scan.say(Holding(word.start, cursor.end(), SIDES[verb.value], noun is not None and noun.value == "many"))


def on_order_noun(scan: Scan, word: Lexeme) -> None:
    """``order``: what is cancelled or moved; elsewhere it says nothing more."""
    if scan.verb in ON_ORDERS:
        number = _order_number(scan) if word.value == "one" else None
        scan.say(Resting(word.start, scan.cursor.end(), None, word.value == "many", number))


def _order_number(scan: Scan) -> str | None:
    """``cancel order 1001``: an identifier, not an amount."""
    after = scan.cursor.peek()
    if after is None or after.sense is not Sense.NUMBER or not after.text.isdigit():
        return None
    return scan.cursor.take().text


def on_order_side_noun(scan: Scan, word: Lexeme) -> None:
    """``bids``, ``asks``: only where orders are cancelled or moved."""
    if scan.verb not in ON_ORDERS:
        raise Ask(NOT_UNDERSTOOD.format(word.text))
    scan.say(Resting(word.start, word.end, SIDES[word.value], word.text != "ask"))


def on_market(scan: Scan, word: Lexeme) -> None:
    """A market by name, or by "this" or "it"."""
    if word.sense is Sense.THIS and scan.cursor.sense() is Sense.MARKET:
        return
    scan.cursor.accept(Sense.PERP)
    scan.say(replace(subject_of(word), end=scan.cursor.end()))


def on_other_price(scan: Scan, word: Lexeme) -> None:
    """``move the bid``: an order of one's own where orders are moved or cancelled."""
    side = {"the bid": Side.BUY, "the offer": Side.SELL, "the ask": Side.SELL}.get(word.text)
    if scan.verb not in ON_ORDERS or side is None:
        raise Ask(NOT_UNDERSTOOD.format(word.text))
    scan.say(Resting(word.start, word.end, side))


def on_funds(scan: Scan, word: Lexeme) -> None:
    """``flatten my account``, ``withdraw ... to my wallet``: there the word says nothing more."""
    own = word.text in ("wallet", "account") and scan.verb in (Verb.DEPOSIT, Verb.WITHDRAW)
    if scan.verb is not Verb.FLATTEN and not own:
        raise Ask(NOT_UNDERSTOOD.format(word.text))


def on_sub(scan: Scan, word: Lexeme) -> None:
    """``sub 1``: where a transfer goes."""
    figure = read_figure(scan.cursor)
    if (
        scan.verb is not Verb.TRANSFER
        or figure is None
        or figure.value.denominator != 1
        or figure.value > 255
    ):
        raise Ask(NOT_UNDERSTOOD.format(word.text))
    scan.say(ToSub(word.start, scan.cursor.end(), int(figure.value)))
