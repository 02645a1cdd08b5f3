"""Exact arithmetic: whole numbers and fractions, every rounding by name, and how a rule refuses."""

from __future__ import annotations

from typing import NoReturn

MILLION = 1_000_000
LARGEST_NOTIONAL = 2**53
EVERYTHING = 2**64 - 1
"""The amount that means all that may leave."""


class Refused(Exception):
    """An instruction fails by the error of this name; nothing of it stays."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def refuse(name: str) -> NoReturn:
    """Fail with the error of this name."""
    raise Refused(name)


def require(holds: bool, name: str) -> None:
    """Fail with ``name`` unless it holds."""
    if not holds:
        raise Refused(name)


def floor(amount: int, times: int, by: int) -> int:
    """``amount * times / by`` towards minus infinity."""
    return amount * times // by


def ceil(amount: int, times: int, by: int) -> int:
    """``amount * times / by`` towards plus infinity."""
    return -(-amount * times // by)


def toward_zero(amount: int, times: int, by: int) -> int:
    """``amount * times / by`` (positive ``by``) without its fraction, the sign kept apart."""
    product = amount * times
    return product // by if product >= 0 else -(-product // by)


def clamp(value: int, low: int, high: int) -> int:
    """``value`` held between the two."""
    return max(low, min(high, value))


def middle(*values: int) -> int:
    """The median of an odd number of values."""
    return sorted(values)[len(values) // 2]


def notional(lots: int, price: int) -> int:
    """Worth of ``lots``, which nobody may hold above 2^53 quote atoms."""
    worth = lots * price
    require(worth <= LARGEST_NOTIONAL, "NotionalTooLarge")
    return worth
