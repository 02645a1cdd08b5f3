"""What the random sequences found in the program, each as short as it still failed then."""

from __future__ import annotations

import random
from itertools import chain
from typing import Any

from model.plan import Plan
from model.run import first_prices, opening
from model.settings import PLAIN, USDC
from model.unwind import order
from model.world import Step, World


def funded(owners: int, usdc: int) -> list[Step]:
    """So many owners with an active account each."""
    steps = []
    for owner in range(owners):
        steps += [
            Step("open_trader", {"sub": 0}, (owner, 0)),
            Step("deposit", {"collateral": 0, "amount": usdc * USDC}, (owner, 0)),
            Step("activate", {}, (owner, 0)),
        ]
    return steps


def quote(side: str, ticks: int, lots: int) -> dict[str, Any]:
    """An order of a batch."""
    plain = {"kind": "Limit", "reduce_only": False, "client_id": 0}
    return plain | {"side": side, "ticks": ticks, "lots": lots}


def batch(*quotes: dict[str, Any]) -> dict[str, Any]:
    """Arguments of place_many."""
    plain = order(0, "Bid", "Limit", 0, 0)
    shared = {
        name: plain[name] for name in ("self_trade", "expiry_kind", "expiry", "nonce", "valid_until_slot")
    }
    return {"market": 0} | shared | {"quotes": list(quotes)}


def agreed(steps: list[Step]) -> World:
    """The world after steps on which both agreed."""
    world = World(PLAIN)
    plan = Plan(world, random.Random(0))
    for step in chain(opening(world, plan), first_prices(world, plan), steps):
        world.run(step)
    world.compare_everything()
    return world


def test_an_order_that_the_slots_total_cannot_count_never_rests() -> None:
    """2^32 - 1 lots behind another order: the total overflowed once the order was in the book. A batch
    took that for a code: the order stayed, without margin, whoever met it failed, the market stood still."""
    trader, other = (0, 0), (1, 0)
    steps = [
        *funded(owners=2, usdc=500),
        Step("place_many", batch(quote("Bid", 15_000, 10), quote("Bid", 15_001, 2**32 - 1)), trader),
        Step("place_order", order(0, "Ask", "ImmediateOrCancel", 15_000, 10), other),
    ]
    world = agreed(steps)
    assert world.state.rows["trader", other].active
    assert world.slot_of(other).positions[0].base == -10  # type: ignore[union-attr]
    assert not world.state.rows["book", 0].bids
