"""How a person writes each parameter, and back: ``5%`` or ``0.05``, ``1_000_000`` USDC, base units, ``2d``.

What does not come out whole in the program's units is refused, never rounded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

MILLION = 1_000_000
SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


class WordsInvalid(ValueError):
    """A parameter that cannot be read: says which, the value, and what would be right."""


@dataclass(frozen=True)
class Unit:
    """A way to write a number: ``scale`` program units in one of what the person writes."""

    what: str
    scale: Decimal = Decimal(1)
    suffix: str = ""

    def read(self, name: str, text: str) -> int:
        """The program's integer. Raises ``WordsInvalid``."""
        number, scale = _split(text.strip(), self)
        try:
            value = Decimal(number.replace("_", "").replace(",", "")) * scale
        except InvalidOperation:
            raise WordsInvalid(f"{name} is {text!r}: {self.what} is wanted") from None
        if value != value.to_integral_value():
            raise WordsInvalid(f"{name} is {text!r}: finer than the program's unit ({self.what})")
        return int(value)

    def show(self, value: int) -> str:
        """The integer as a person reads it."""
        if self.what == RATE.what:
            return f"{_plain(Decimal(value) / 10_000)} %"
        return f"{_plain(Decimal(value) / self.scale)}{self.suffix}"


RATE = Unit("a rate such as 5% or 0.05", Decimal(MILLION))
USDC = Unit("an amount of USDC", Decimal(MILLION), " USDC")
DURATION = Unit("a time such as 600, 10m, 12h or 2d", suffix=" s")
MILLISECONDS = Unit("milliseconds", suffix=" ms")
COUNT = Unit("a whole number")


def base(lots_per_base: int, symbol: str = "") -> Unit:
    """Sizes in base units of a market."""
    return Unit("a size in base units", Decimal(lots_per_base), f" {symbol}".rstrip())


def tokens(decimals: int, symbol: str = "") -> Unit:
    """Amounts of a collateral."""
    return Unit("an amount of the token", Decimal(10) ** decimals, f" {symbol}".rstrip())


MARKET: Mapping[str, Unit] = {
    "maintenance_fraction": RATE,
    "profit_weight": RATE,
    "surcharge_start": RATE,
    "surcharge_rate": RATE,
    "mark_band": RATE,
    "trade_band": RATE,
    "vesting_s": DURATION,
    "funding_cap": RATE,
    "interest": RATE,
    "liquidation_fee": RATE,
    "impact_notional": USDC,
    "min_order_notional": USDC,
    "insurance_budget": USDC,
    "open_max_age_ms": MILLISECONDS,
    "liquidate_max_age_ms": MILLISECONDS,
    "open_confidence": RATE,
    "liquidate_confidence": RATE,
    "jump_band": RATE,
    "minute_band": RATE,
}
"""Parameters of a market that may change, but for ``tiers`` and the sizes ``oi_cap`` and ``max_position``."""
SIZES = ("oi_cap", "max_position")
COLLATERAL: Mapping[str, Unit] = {
    "max_age_s": DURATION,
    "initial_weight": RATE,
    "maintenance_weight": RATE,
    "convert_discount_min": RATE,
    "convert_discount_max": RATE,
    "jump_band": RATE,
}
AMOUNTS = ("deposit_cap", "bucket_capacity", "bucket_refill")
EXCHANGE: Mapping[str, Unit] = {
    "timelock_s": DURATION,
    "min_slot_equity": USDC,
    "client_data_limit": COUNT,
}
TIMES = frozenset(
    {"resume_at", "notice_at", "withdrawals_paused_since", "withdrawals_paused_until", "withdraw_rest_until"}
)
FLAGS = ((1, "trading"), (2, "withdrawals"), (4, "admission"), (8, "liquidation"))


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
        rows.append([unit.read(name, cell) for unit, cell in zip(columns, cells, strict=True)])
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


def _plain(value: Decimal) -> str:
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
