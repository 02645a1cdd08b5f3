"""Prices, order types, leverage, risk and slippage."""

from __future__ import annotations

from dataclasses import replace

from quantdesk.mikey.grammar.cursor import read_figure
from quantdesk.mikey.grammar.lexicon import Lexeme
from quantdesk.mikey.grammar.outcome import Ask
from quantdesk.mikey.grammar.phrases import (
    Amount,
    AsLimit,
    AtMarket,
    Leveraged,
    Priced,
    Risking,
    Slippage,
    Unit,
)
from quantdesk.mikey.grammar.prices import read_bound_price, read_offset, read_price
from quantdesk.mikey.grammar.quantities import read_amount, read_role
from quantdesk.mikey.grammar.scan.state import NOT_UNDERSTOOD, ON_ORDERS, Scan
from quantdesk.mikey.grammar.senses import Sense, Verb
from quantdesk.mikey.grammar.timing import refuse_start_time


def on_at(scan: Scan, word: Lexeme) -> None:
    """After ``at``: a price, a leverage; a time is refused."""
    cursor = scan.cursor
    cursor.skip(Sense.LINK, Sense.ARTICLE, Sense.PRICE_WORD, Sense.COLON)
    if cursor.sense() in (Sense.MARKET_ORDER, Sense.LIMIT):
        return
    refuse_start_time(cursor)
    here = cursor.at
    spec = read_price(cursor)
    if spec is not None:
        scan.say(Priced(word.start, cursor.end(), spec))
        return
    cursor.at = here
    figure = read_figure(cursor)
    if figure is not None and (figure.suffix == "x" or cursor.sense() is Sense.LEVERAGE):
        scan.say_all(read_amount(cursor, figure))
        return
    after = cursor.peek()
    shown = after.text if after is not None and figure is None else "that"
    raise Ask(f"At which price? I do not understand {shown!r} as a price; say 'at 142.5' or 'at market'.")


def on_limit(scan: Scan, word: Lexeme) -> None:
    """A word for a limit order, and its price when it follows."""
    cursor = scan.cursor
    if scan.verb in ON_ORDERS and cursor.sense() in (Sense.ORDER, Sense.ORDER_SIDE_NOUN):
        return
    cursor.accept(Sense.ORDER)
    scan.say(AsLimit(word.start, cursor.end()))
    here = cursor.at
    spec = read_bound_price(cursor)
    if spec is None:
        return
    if cursor.sense() in (Sense.MARKET, Sense.LINK, Sense.WORTH) and _no_price_word(scan, here):
        # "limit 2 sol at 140": the number is the size
        cursor.at = here
        return
    scan.say(Priced(word.start, cursor.end(), spec))


def _no_price_word(scan: Scan, place: int) -> bool:
    word = scan.cursor.peek(place - scan.cursor.at)
    said = word is not None and word.sense in (Sense.AT, Sense.PRICE_WORD, Sense.COLON, Sense.LINK)
    return not said


def on_price_word(scan: Scan, word: Lexeme) -> None:
    """``price 142.5``."""
    cursor = scan.cursor
    if scan.verb is Verb.MOVE and cursor.sense() is not Sense.NUMBER:
        return
    spec = read_bound_price(cursor)
    if spec is None:
        raise Ask(NOT_UNDERSTOOD.format(word.text))
    scan.say(Priced(word.start, cursor.end(), spec))


def on_market_order(scan: Scan, word: Lexeme) -> None:
    """A word for a market order."""
    scan.cursor.accept(Sense.ORDER)
    scan.say(AtMarket(word.start, scan.cursor.end()))


def on_role(scan: Scan, word: Lexeme) -> None:
    """``margin $100``, ``worth 500 usdc``, or the role of the amount just said."""
    cursor, last = scan.cursor, scan.last()
    here = cursor.at
    cursor.skip(Sense.LINK, Sense.COLON)
    figure = read_figure(cursor)
    if figure is not None and (figure.dollar or cursor.sense() is Sense.CURRENCY):
        amount = read_amount(cursor, figure)[0]
        if isinstance(amount, Amount) and amount.role is None:
            roles = {Sense.MARGIN: "margin", Sense.NOTIONAL: "notional"}
            role = roles.get(word.sense)
            scan.say(replace(amount, start=word.start, role=role))  # type: ignore[arg-type]
            return
    cursor.at = here - 1
    if isinstance(last, Amount) and last.unit is Unit.QUOTE and last.role is None:
        role_said = read_role(cursor)
        scan.out[-1] = replace(last, end=cursor.end(), role=role_said)
        return
    raise Ask(NOT_UNDERSTOOD.format(word.text))


def on_leverage(scan: Scan, word: Lexeme) -> None:
    """``leverage 5``; after ``5x`` it says nothing more."""
    cursor = scan.cursor
    cursor.skip(Sense.LINK, Sense.COLON)
    figure = read_figure(cursor)
    if figure is None:
        if isinstance(scan.last(), Leveraged) or word.text.startswith("cross"):
            return
        raise Ask("Which leverage? Say '5x'.")
    if figure.suffix not in ("x", "") or figure.dollar or figure.share or cursor.sense() is Sense.MARKET:
        raise Ask("Which leverage? Say '5x'.")
    scan.say(Leveraged(word.start, cursor.end(), figure.value))


def on_risk(scan: Scan, word: Lexeme) -> None:
    """``risk 1%``, ``risking $50``."""
    cursor = scan.cursor
    cursor.skip(Sense.LINK, Sense.COLON)
    figure = read_figure(cursor)
    amount = read_amount(cursor, figure)[0] if figure is not None else None
    if not isinstance(amount, Amount) or amount.unit not in (Unit.SHARE, Unit.QUOTE):
        raise Ask("How much may be lost? Say it as a share of your equity or in dollars, such as 'risk 1%'.")
    if amount.unit is Unit.SHARE and amount.basis == "free collateral":
        raise Ask("Risk is a share of your equity. Say 'risk 1% of my equity' or an amount in dollars.")
    scan.say(Risking(word.start, cursor.end(), amount.value, amount.unit))


def on_slippage(scan: Scan, word: Lexeme) -> None:
    """``max slippage 0.5%``."""
    cursor = scan.cursor
    cursor.skip(Sense.LINK, Sense.COLON)
    figure = read_figure(cursor)
    offset = read_offset(cursor, figure) if figure is not None else None
    if offset is None or offset.unit != "percent":
        raise Ask("How much slippage at most? Say it in percent, such as 'max slippage 0.5%'.")
    scan.say(Slippage(word.start, cursor.end(), offset.value))
