"""Errors of the domain: each says what was wrong, the value, and what would be right.

DomainError
├── PriceInvalid    not a positive decimal, or not on a tick
├── SizeInvalid     not a positive decimal, or not a whole number of lots
├── AmountInvalid   not a decimal with the asset's decimals
├── SymbolUnknown   no such market or asset
└── MarketInvalid   parameters that cannot be
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class DomainError(ValueError):
    """A caller's value breaks a rule of the venue. ``code`` is stable and goes to API clients."""

    code = "invalid"

    def __init__(self, message: str, *, value: object, expected: str) -> None:
        super().__init__(f"{message}: {value!s:.80}; expected {expected}")
        self.value = str(value)
        self.expected = expected


class PriceInvalid(DomainError):
    """Not a positive decimal, or not on a tick."""

    code = "price_invalid"


class SizeInvalid(DomainError):
    """Not a positive decimal, or not a whole number of lots."""

    code = "size_invalid"


class AmountInvalid(DomainError):
    """Not a decimal with the asset's decimals."""

    code = "amount_invalid"


class SymbolUnknown(DomainError):
    """No such market or asset."""

    code = "symbol_unknown"


class MarketInvalid(DomainError):
    """Market parameters that cannot be."""

    code = "market_invalid"


def said(mistake: Mapping[str, Any]) -> str:
    """What pydantic says of one ``mistake``, without the name of Python's exception that it begins with."""
    raised = mistake.get("ctx", {}).get("error")
    return str(raised) if isinstance(raised, ValueError) else str(mistake["msg"])
