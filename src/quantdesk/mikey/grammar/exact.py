"""Exact arithmetic between fractions, decimals and a market's steps. Every rounding is named."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

from quantdesk.domain.orders import Side
from quantdesk.domain.units import decimal_text

_WIDE = Context(prec=60)


def floor_to(value: Fraction, step: Decimal) -> Decimal:
    """The largest multiple of ``step`` that is not above ``value``."""
    return _WIDE.multiply(Decimal(value // Fraction(step)), step)


def ceil_to(value: Fraction, step: Decimal) -> Decimal:
    """The smallest multiple of ``step`` that is not below ``value``."""
    return _WIDE.multiply(Decimal(-((-value) // Fraction(step))), step)


def to_tick(price: Fraction, tick: Decimal, side: Side) -> Decimal:
    """An order's price on its tick, away from the market's side of the user: a buy down, a sell up."""
    return floor_to(price, tick) if side is Side.BUY else ceil_to(price, tick)


def rounded(value: Fraction, places: int) -> Decimal:
    """For showing only: half to even at ``places`` decimals."""
    exact = _WIDE.divide(Decimal(value.numerator), Decimal(value.denominator))
    return exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN, context=_WIDE)


def shown(value: Fraction | Decimal, places: int = 8) -> str:
    """Plain text without trailing zeros, thousands grouped: ``65,000.5``."""
    number = rounded(Fraction(value), places)
    whole, _, rest = decimal_text(number).partition(".")
    grouped = f"{int(whole):,}"
    if whole.startswith("-") and int(whole) == 0:
        grouped = f"-{grouped}"
    return f"{grouped}.{rest}" if rest else grouped


def dollars(value: Fraction | Decimal) -> str:
    """Money for reading, to the cent: ``$1,234.50``."""
    number = rounded(Fraction(value), 2)
    sign = "-" if number < 0 else ""
    return f"{sign}${abs(number):,.2f}"
