"""How a person writes each parameter: ``5%`` or ``0.05``, ``1_000_000`` USDC, base units, ``2d``.

What does not come out whole in the program's units is refused, never rounded.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from quantdesk.program.parameters import DURATION, RATE, Unit

SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


class WordsInvalid(ValueError):
    """A parameter that cannot be read: says which, the value, and what would be right."""


def read(unit: Unit, name: str, text: str) -> int:
    """The program's integer for what a person wrote of parameter ``name``. Raises ``WordsInvalid``."""
    number, scale = _split(text.strip(), unit)
    try:
        value = Decimal(number.replace("_", "").replace(",", "")) * scale
    except InvalidOperation:
        raise WordsInvalid(f"{name} is {text!r}: {unit.what} is wanted") from None
    if value != value.to_integral_value():
        raise WordsInvalid(f"{name} is {text!r}: finer than the program's unit ({unit.what})")
    return int(value)


TIMES = frozenset(
    {"resume_at", "notice_at", "withdrawals_paused_since", "withdrawals_paused_until", "withdraw_rest_until"}
)
FLAGS = ((1, "trading"), (2, "withdrawals"), (4, "admission"), (8, "liquidation"), (16, "migration"))


def paused(bits: int) -> str:
    """The bits of a pause in words."""
    return ", ".join(word for bit, word in FLAGS if bits & bit) or "nothing"


def moment(unix: int) -> str:
    """A time on the chain's clock; a dash where there is none."""
    return f"{datetime.fromtimestamp(unix, UTC):%Y-%m-%d %H:%M:%S} UTC" if unix else "-"


def steps(name: str, text: str, *columns: Unit) -> list[list[int]]:
    """``250000:5%,1000000:10%`` as rows of integers, one unit a column. Raises ``WordsInvalid``."""
    rows = []
    for row in text.split(","):
        cells = row.split(":")
        if len(cells) != len(columns):
            wanted = ":".join(unit.what for unit in columns)
            raise WordsInvalid(f"{name} has the step {row!r}; each is {wanted}")
        rows.append([read(unit, name, cell) for unit, cell in zip(columns, cells, strict=True)])
    return rows


def known(name: str, allowed: Mapping[str, Any] | tuple[str, ...]) -> None:
    """Refuses a parameter that does not exist, naming those that do."""
    if name not in allowed:
        raise WordsInvalid(f"there is no parameter {name!r}; there are {', '.join(sorted(allowed))}")


def _split(text: str, unit: Unit) -> tuple[str, Decimal]:
    if unit is RATE and text.endswith("%"):
        return text[:-1].strip(), unit.scale / 100
    if unit is DURATION and text[-1:] in SECONDS:
        return text[:-1].strip(), Decimal(SECONDS[text[-1]])
    return text, unit.scale
