"""What the random sequences found in the program, each as short as it still failed then."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from model.exact import EVERYTHING
from model.plan import Plan
from model.run import first_prices, opening
from model.settings import BACKED, FED, PLAIN, USDC, Setting, feed
from model.unwind import order
from model.world import Step, World, pyth_account

BEGUN = 1_790_000_000
"""When a world begins, unix seconds."""


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


def agreed(steps: Iterable[Step], setting: Setting = PLAIN) -> World:
    """The world after steps on which both agreed."""
    world = World(setting)
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


def priced(at: int, seconds: int, market: int = 0) -> Step:
    """The price of a plain market once more, ``seconds`` later, at ``at``."""
    args = {"updates": [{"market": market, "price": 1_500_000, "confidence": 0, "publish_ms": at * 1_000}]}
    return Step("update_price", args, signer="authority", slots=1, seconds=seconds)


def settling(market: int = 0) -> Iterator[Step]:
    """A market of which one hour's prices are gathered after a day of notice."""
    yield Step("set_market_status", {"market": market, "status": "ReduceOnly"}, signer="admin")
    change = {"Status": {"market": market, "status": 4}}
    yield Step("queue_change", {"seq": 1, "change": change}, signer="admin")
    yield Step("apply_change", {}, signer="admin", change=1, seconds=86_401)
    for minute in range(1, 62):
        yield priced(BEGUN + 86_401 + 60 * minute, 60, market)


def test_a_market_that_settles_at_one_price_accrues_no_more_funding() -> None:
    """Sixteen positions close in a call. While the others wait, those of them that receive funding went on
    receiving what nobody paid any more, for as long as the next call was late: the pool went below zero."""
    opposite = [((2 * pair, 0), (2 * pair + 1, 0)) for pair in range(9)]
    steps = funded(owners=18, usdc=2_000)
    for long, short in opposite:
        steps.append(Step("place_order", order(0, "Bid", "Limit", 15_000, 100), long))
        steps.append(Step("place_order", order(0, "Ask", "Limit", 15_000, 100), short))
    world = agreed([*steps, *settling(), Step("settle_slots", {"market": 0}, (0, 0))])
    before = world.state.rows["market", 0].funding_index
    assert before > 0
    at = world.clock[1]
    for step in (priced(at + 60, 60), priced(at + 3_660, 3_600), Step("settle_slots", {"market": 0}, (0, 0))):
        assert world.run(step).error is None
    after = world.state.rows["market", 0]
    assert (after.status, after.funding_index) == (5, before)
    assert after.funding_pool >= 0


def from_pyth(price: int, at: int, seconds: int) -> Step:
    """The price of market 0 of FED, quote atoms per lot, ``seconds`` later, at ``at``."""
    said = pyth_account(feed(0), price * 100, at, exponent=-6)
    return Step("update_price_pyth", {"market": 0}, signer=0, pyth=said, slots=1, seconds=seconds)


def test_an_average_of_a_price_a_thousand_times_as_high_does_not_push_the_mark_the_other_way() -> None:
    """The book's average distance, of while the price stood a thousandfold, was larger than the price after:
    their sum below zero was read as the largest number there is, and the mark stood above the index."""
    bid, ask = order(0, "Bid", "PostOnly", 14_999, 10_000), order(0, "Ask", "PostOnly", 15_200, 10_000)
    steps = [
        *funded(owners=1, usdc=5_000),
        Step("place_order", bid, (0, 0)),
        Step("place_order", ask, (0, 0)),
        from_pyth(1_500_000_000, BEGUN + 1, 1),
        from_pyth(1_500_000_000, BEGUN + 2, 1),
        from_pyth(1_490_000, BEGUN + 32, 30),
        from_pyth(1_490_000, BEGUN + 33, 1),
    ]
    market = agreed(steps, FED).state.rows["market", 0]
    assert (market.index_price, market.mark_price) == (1_490_000, 1_490_000)
    assert market.premium_ema < -1_490_000 * 10**6


def test_no_price_of_a_collateral_stops_its_account() -> None:
    """A price with too large an exponent: the collateral's worth overflowed, and whoever held a unit of it
    could neither withdraw USDC nor be liquidated. It counts for 2^53 quote atoms at most."""
    owner, unix = (0, 0), BEGUN
    steps = [*funded(owners=1, usdc=100), Step("deposit", {"collateral": 2, "amount": 10**12}, owner)]
    for _ in range(2):
        unix += 2
        said = pyth_account(feed(53), 10**9, unix, exponent=2)
        args = {"collateral": 2}
        steps.append(Step("update_collateral_price", args, signer=0, pyth=said, slots=1, seconds=2))
    world = agreed([*steps, Step("withdraw", {"collateral": 0, "amount": EVERYTHING}, owner)], BACKED)
    assert world.state.rows["collateral", 2].price == 10**18
    assert world.slot_of(owner).usdc == 0  # type: ignore[union-attr]
