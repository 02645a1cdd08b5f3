"""Venue prices and sizes as integers of 1e-8 (of the quote or base asset), and their exact text forms."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import NewType

PriceE8 = NewType("PriceE8", int)
"""Quote asset per base asset, in 1e-8."""
SizeE8 = NewType("SizeE8", int)
"""Base asset, in 1e-8."""

SCALE = 8
ONE = 10**SCALE
MOST_DIGITS = 18
"""Longest number taken: keeps every value within 64 bits."""


class BadQuantity(ValueError):
    """Text that is no exact number of 1e-8: shows the text."""


def parse_e8(text: str) -> int:
    """``"87232.01"`` -> 8723201000000. Raises BadQuantity for what is no number, or finer than 1e-8."""
    whole, _, fraction = text.partition(".")
    digits = whole + fraction.ljust(SCALE, "0")
    if not text.isascii() or len(fraction) > SCALE or len(digits) > MOST_DIGITS or not whole.isdigit():
        return _parse_unusual(text)
    if fraction and not fraction.isdigit():
        return _parse_unusual(text)
    return int(digits)


def _parse_unusual(text: str) -> int:
    """Exponents, signs and trailing zeros beyond 1e-8."""
    if not text.isascii():
        raise BadQuantity(f"{text!r} is not a number")
    try:
        scaled = Decimal(text).scaleb(SCALE)
        exact = int(scaled)
    except (InvalidOperation, ValueError, OverflowError) as error:
        raise BadQuantity(f"{text!r} is not a number") from error
    if exact != scaled or abs(exact) >= 10**MOST_DIGITS:
        raise BadQuantity(f"{text!r} is finer than 1e-8 or too large")
    return exact


def format_e8(value: int) -> str:
    """8723201000000 -> ``"87232.01"``: exact, without trailing zeros."""
    sign = "-" if value < 0 else ""
    whole, fraction = divmod(abs(value), ONE)
    return f"{sign}{whole}.{fraction:08d}".rstrip("0").rstrip(".")
