"""States that random sequences seldom reach, counted so that a soak shows which it met."""

from __future__ import annotations

from collections.abc import Iterator

from model.report import MOST_FILLS, MOST_REMOVALS, REASONS
from model.state import Event, State

NAMES = {number: name for name, number in REASONS.items()}


def states(state: State, event: Event) -> Iterator[str]:
    """What an instruction that succeeded did or met."""
    name, told = event
    exchange = state.rows["exchange", 0]
    if name == "OrdersProcessed":
        yield from orders(told)
    elif name == "PositionsTransferred":
        yield ("taken over", "deleveraged", "settled at one price")[told["kind"]]
    elif name == "BankruptcyResolved":
        yield "insurance paid" if told["paid"] else "nothing paid"
        if told["unpaid"]:
            yield "deficit grew"
    elif name == "Withdrawn" and told["cut"]:
        yield "withdrawal cut by the deficit"
    if exchange.deficit:
        yield "while there is a deficit"
    if exchange.paused:
        yield "while something is paused"


def orders(told: dict[str, object]) -> Iterator[str]:
    """Of an instruction on a book."""
    fills, removed = told["fills"], told["removed"]
    assert isinstance(fills, list)
    assert isinstance(removed, list)
    for why in {NAMES[one.reason] for one in removed}:
        yield f"removed: {why}"
    if len(fills) == MOST_FILLS or len(removed) >= MOST_REMOVALS:
        yield "match limit"
    if told["kind"] == 10:
        yield "trigger fired" if fills else "trigger without a fill"
