"""Amounts in words: ``2 sol``, ``$500``, ``10% of my equity``, ``half``, ``5x``."""

from __future__ import annotations

from fractions import Fraction

from quantdesk.domain.units import decimal_text
from quantdesk.mikey.grammar.conditions import subject_of
from quantdesk.mikey.grammar.cursor import Cursor, Figure
from quantdesk.mikey.grammar.exact import rounded
from quantdesk.mikey.grammar.outcome import Ask
from quantdesk.mikey.grammar.phrases import Amount, Basis, Leveraged, Phrase, Role, Slippage, Unit
from quantdesk.mikey.grammar.senses import Sense


def read_amount(cursor: Cursor, figure: Figure) -> list[Phrase]:
    """The amount that ``figure`` begins, and the market when its unit names one."""
    plain = not figure.dollar and not figure.share
    if figure.suffix == "x" or (plain and cursor.sense() is Sense.LEVERAGE):
        return [_times(cursor, figure)]
    if figure.suffix == "%" or cursor.accept(Sense.PERCENT):
        return [_share(cursor, figure, figure.value / 100)]
    if cursor.accept(Sense.BASIS_POINT):
        return [_share(cursor, figure, figure.value / 10_000)]
    if figure.dollar or cursor.sense() is Sense.CURRENCY:
        cursor.accept(Sense.CURRENCY)
        return [_quote(cursor, figure)]
    if figure.share and not figure.of_one:
        loose = cursor.sense() is Sense.MARKET
        return [_share(cursor, figure, figure.value, loose=loose)]
    return _base(cursor, figure)


def _base(cursor: Cursor, figure: Figure) -> list[Phrase]:
    """``2 sol``, ``half a sol``, ``2 of this``, ``2 of my sol``. In ``500 of sol`` the unit is not said."""
    if cursor.sense() is Sense.LINK and cursor.sense(1) is Sense.MY and cursor.sense(2) is Sense.MARKET:
        # the scan still has to see "my"
        return [Amount(figure.start, figure.end, figure.value, Unit.BASE)]
    of = cursor.sense() is Sense.LINK and cursor.sense(1) is Sense.THIS
    units = cursor.sense() is Sense.MARKET or figure.of_one
    if not of and not units:
        return [Amount(figure.start, figure.end, figure.value, Unit.BARE)]
    cursor.at += 1 if of else 0
    name = cursor.take()
    return [Amount(figure.start, name.end, figure.value, Unit.BASE), subject_of(name)]


def _quote(cursor: Cursor, figure: Figure) -> Amount:
    role = read_role(cursor)
    return Amount(figure.start, cursor.end(), figure.value, Unit.QUOTE, role=role)


def read_role(cursor: Cursor) -> Role | None:
    """``worth``, ``notional``, ``margin`` after an amount of money. ``worth`` says no more than the
    unit does.
    """
    start = cursor.at
    cursor.skip(Sense.LINK, Sense.IN)
    word = cursor.accept(Sense.MARGIN, Sense.NOTIONAL, Sense.WORTH)
    if word is None:
        cursor.at = start
        return None
    roles: dict[Sense, Role | None] = {Sense.MARGIN: "margin", Sense.NOTIONAL: "notional"}
    return roles.get(word.sense)


def _share(cursor: Cursor, figure: Figure, share: Fraction, *, loose: bool = False) -> Amount | Slippage:
    start = cursor.at
    cursor.skip(Sense.LINK, Sense.MY, Sense.ALL)
    basis: Basis | None = None
    if cursor.accept(Sense.SLIPPAGE):
        return Slippage(figure.start, cursor.end(), share)
    if cursor.accept(Sense.EQUITY):
        basis = "equity"
    elif cursor.accept(Sense.FREE_COLLATERAL):
        basis = "free collateral"
    elif (word := cursor.peek()) is not None and word.sense is Sense.VAGUE_FUNDS:
        raise Ask(
            f"{word.text!r} can mean your equity or your free collateral. Which one?",
            (f"{_percent(share)} of my equity", f"{_percent(share)} of my free collateral"),
        )
    else:
        cursor.at = start
    role = read_role(cursor) if basis else None
    return Amount(figure.start, cursor.end(), share, Unit.SHARE, basis=basis, role=role, loose=loose)


def _times(cursor: Cursor, figure: Figure) -> Amount | Leveraged:
    """``5x``, ``5x leverage``; ``10x my free collateral`` is a size."""
    cursor.accept(Sense.LEVERAGE)
    end, start = cursor.end(), cursor.at
    cursor.skip(Sense.LINK, Sense.MY)
    if cursor.accept(Sense.FREE_COLLATERAL):
        return Amount(
            figure.start, cursor.end(), figure.value, Unit.SHARE, basis="free collateral", role="notional"
        )
    if cursor.accept(Sense.EQUITY):
        return Amount(figure.start, cursor.end(), figure.value, Unit.SHARE, basis="equity", role="notional")
    cursor.at = start
    return Leveraged(figure.start, end, figure.value)


def _percent(share: Fraction) -> str:
    return f"{decimal_text(rounded(share * 100, 4))}%"
