"""What a simulated transaction would change in the Exchange account, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from quantdesk.cli.admin import units
from quantdesk.cli.admin.proposals import Row, words_of
from quantdesk.program import parameters
from quantdesk.program.layouts import Exchange, Market
from quantdesk.program.parameters import collateral_params_of, collateral_values, market_values, params_of

MONEY = frozenset({"insurance", "fees_collected", "deficit"})
"""Quote atoms of the exchange itself."""
TOTALS = ("total_deposits", "total_parked", "bucket_level")
"""Amounts of a collateral that are no parameters."""
COUNTERS = frozenset({"event_seq"})
"""Change with every instruction and say nothing."""


def differences(before: Exchange, after: Exchange) -> list[Row]:
    """Every field that differs; a table's rows by their own names."""
    old, new = _words(before), _words(after)
    names = [*old, *(name for name in new if name not in old)]
    rows = [(name, old.get(name, "-"), new.get(name, "-")) for name in names]
    return [row for row in rows if row[1] != row[2]]


def _words(exchange: Exchange) -> dict[str, str]:
    return dict(_flat("", exchange))


def _flat(prefix: str, value: Any) -> Iterator[tuple[str, str]]:
    for field in fields(value):
        name, found = field.name, getattr(value, field.name)
        if name in COUNTERS:
            continue
        if isinstance(found, tuple):
            for number, each in enumerate(found):
                label = getattr(each, "symbol", f"{name.removesuffix('s')} {number}")
                yield from _entry(f"{prefix}{label} ", each)
        else:
            yield f"{prefix}{name}", _text(name, found)


def _entry(prefix: str, value: Any) -> Iterator[tuple[str, str]]:
    """A table's entry: parameters in words, the rest as it is."""
    named: dict[str, str] = {}
    if isinstance(value, Market):
        named = words_of(market_values(params_of(value))) | {"status": value.status_name}
    elif hasattr(value, "deposit_cap"):
        named = words_of(collateral_values(collateral_params_of(value), value.decimals))
        amount = parameters.tokens(value.decimals)
        named |= {name: amount.show(getattr(value, name)) for name in TOTALS}
    for name, text in named.items():
        yield f"{prefix}{name}", text
    if is_dataclass(value):
        yield from ((f"{prefix}{name}", text) for name, text in _flat("", value) if name not in named)


def _text(name: str, value: Any) -> str:
    if name == "paused":
        return units.paused(value)
    if name in units.TIMES:
        return units.moment(value)
    if name in MONEY:
        return parameters.USDC.show(value)
    if name in parameters.EXCHANGE:
        return parameters.EXCHANGE[name].show(value)
    return value.hex() if isinstance(value, bytes) else str(value)
