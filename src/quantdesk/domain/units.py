"""The exchange's units: whole numbers whose type names what they count.

==================  =======================================================================================
``QuoteAtoms``      1e-6 USDC, signed
``BaseLots``        a market's smallest size; signed where it is a position
``Ticks``           order price; ``tick_size`` = quote atoms per base lot per tick
``LotPrice``        oracle and mark price: quote atoms per base lot
``FundingIndex``    cumulative funding: micro quote atoms per base lot, signed
==================  =======================================================================================

They are ``NewType``s: checked by the type checker, plain ``int`` when running.
"""

from __future__ import annotations

import re
from decimal import Decimal
from enum import Enum
from typing import NewType

QuoteAtoms = NewType("QuoteAtoms", int)
BaseLots = NewType("BaseLots", int)
Ticks = NewType("Ticks", int)
LotPrice = NewType("LotPrice", int)
FundingIndex = NewType("FundingIndex", int)
UnixMs = NewType("UnixMs", int)

QUOTE_DECIMALS = 6
ATOMS_PER_USDC = 10**QUOTE_DECIMALS
FUNDING_SCALE = 10**6
"""Micro quote atoms per quote atom."""
RATE_SCALE = 10**6
"""Rates on chain (fees, margin) are in 1e-6."""

_PLAIN = re.compile(r"[+-]?[0-9]{1,40}(\.[0-9]{1,40})?")
_LARGEST_EXPONENT = 18
"""Decimals beyond 1e18, or finer than 1e-18, are refused before any arithmetic: nothing here needs them."""


class Rounding(Enum):
    """What becomes of the part that does not fit."""

    EXACT = "exact"
    """Refuse: the caller's value must fit."""
    FLOOR = "floor"
    CEIL = "ceil"


def divide(numerator: int, denominator: int, rounding: Rounding) -> int | None:
    """``numerator / denominator`` (> 0) as a whole number; None if ``EXACT`` and it is not one."""
    quotient, rest = divmod(numerator, denominator)
    if rest == 0 or rounding is Rounding.FLOOR:
        return quotient
    return quotient + 1 if rounding is Rounding.CEIL else None


def floor_div(numerator: int, denominator: int) -> int:
    """Towards minus infinity: what a trader receives."""
    return numerator // denominator


def ceil_div(numerator: int, denominator: int) -> int:
    """Towards plus infinity: what a trader pays."""
    return -(-numerator // denominator)


def parse_decimal(text: str | int | Decimal) -> Decimal | None:
    """A finite decimal of sane magnitude, or None. Text is plain: ``-12.5``, no exponent, ASCII digits.

    Floats are not accepted anywhere: pass text.
    """
    if isinstance(text, bool) or not isinstance(text, str | int | Decimal):
        return None
    if isinstance(text, str) and not _PLAIN.fullmatch(text):
        return None
    value = Decimal(text)
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -_LARGEST_EXPONENT or value.adjusted() > _LARGEST_EXPONENT:
        return None
    return value


def decimal_text(value: Decimal) -> str:
    """Plain decimal text: no exponent, no trailing zeros, ``0`` for zero."""
    if value == 0:
        return "0"
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def scaled_text(units: int, decimals: int) -> str:
    """``units`` x 10^-decimals as plain decimal text."""
    return decimal_text(Decimal(units).scaleb(-decimals))
