"""2,400 random instructions on two seeds: the invariants hold after each, and everyone can leave."""

from __future__ import annotations

import pytest

from integration.program import invariants
from integration.program.exchange import USDC
from integration.program.random_run import RandomRun


@pytest.mark.parametrize("seed", [1, 2])
def test_the_invariants_hold_after_every_one_of_1200_random_instructions(seed: int) -> None:
    run = RandomRun(seed)
    for _ in range(1_200):
        run.step()
    done = {name for name, outcome in run.outcomes if outcome == "ok"}
    assert done >= {
        "place_order",
        "place_many",
        "replace_many",
        "cancel_order",
        "cancel_by_client_id",
        "cancel_all",
        "deposit",
        "withdraw",
        "update_price",
    }
    assert run.fills > 200
    run.unwind()
    books = invariants.check(run.exchange)
    assert all(not len(side) for _, bids, asks in books.books for side in (bids, asks))
    assert all(market["open_long"] == 0 for market in books.exchange["markets"][:2])
    run.exchange.vm.advance(seconds=86_400)
    for trader in run.exchange.traders:
        if run.exchange.slot(trader)["usdc"] > 0:
            run.exchange.ok(run.exchange.withdraw(trader, 2**64 - 1))
    left = run.exchange.tokens(run.exchange.vault)
    state = run.exchange.state()
    pools = sum(market["funding_pool"] for market in state["markets"][:2])
    assert left == state["fees_collected"] + pools - state["negative_usdc"]
    assert 0 <= pools < 0.01 * USDC
