"""Stop and take-profit orders in the VM: who fires them, what moves, and that no money is lost on the way."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from solders.keypair import Keypair

from integration.program import invariants
from integration.program.exchange import USDC, Exchange, Trader, trigger_terms

FEE = USDC // 10
PROFIT = trigger_terms(index=1, kind=2, trigger_price=1_520_000, pair=0)


@dataclass
class Floor:
    """A trader that is long 100 lots at $150 from a maker, and a passer-by with a slot of its own."""

    exchange: Exchange
    trader: Trader
    maker: Trader
    keeper: Trader

    def price(self, price: int) -> None:
        """A newer index price, two seconds later."""
        self.exchange.vm.advance(slots=5, seconds=2)
        self.exchange.ok(self.exchange.post({0: price}))

    def free(self, index: int) -> bool:
        """Whether an entry is free."""
        return bool(self.exchange.trader_state(self.trader)["triggers"][index]["market"] == 255)


@pytest.fixture
def floor(exchange: Exchange) -> Floor:
    trader, maker, keeper = exchange.funded(1, 1_000), exchange.funded(2, 50_000), exchange.funded(3, 100)
    exchange.ok(exchange.place(maker, "Ask", 15_000, 100))
    exchange.ok(exchange.place(trader, "Bid", 15_000, 100))
    return Floor(exchange, trader, maker, keeper)


def test_anyone_fires_a_stop_once_the_mark_is_there_and_earns_what_was_reserved(floor: Floor) -> None:
    exchange = floor.exchange
    placed = exchange.ok(exchange.trigger(floor.trader, trigger_terms())).event
    assert placed["after"]["usdc"] == exchange.slot(floor.trader)["usdc"]
    assert exchange.trader_state(floor.trader)["executor_fees"] == FEE
    invariants.check(exchange)
    executor = floor.keeper.key
    assert exchange.fire(floor.trader, 0, executor, floor.keeper).error == "TriggerNotReached"
    floor.price(1_475_000)
    exchange.ok(exchange.place(floor.maker, "Bid", 14_700, 500))
    event = exchange.ok(exchange.fire(floor.trader, 0, executor, floor.keeper)).event
    assert (event["kind"], event["orders"][0]["filled"], event["orders"][0]["index"]) == (10, 100, 0)
    assert exchange.slot(floor.keeper)["usdc"] == 100 * USDC + FEE
    assert floor.free(0)
    invariants.check(exchange)


def test_of_a_pair_the_one_that_fires_ends_the_other(floor: Floor) -> None:
    exchange = floor.exchange
    exchange.ok(exchange.trigger(floor.trader, trigger_terms()))
    exchange.ok(exchange.trigger(floor.trader, PROFIT))
    floor.price(1_525_000)
    exchange.ok(exchange.place(floor.maker, "Bid", 15_250, 500))
    exchange.ok(exchange.fire(floor.trader, 1, floor.keeper.key, floor.keeper))
    assert floor.free(0)
    assert floor.free(1)
    assert exchange.trader_state(floor.trader)["executor_fees"] == 0
    invariants.check(exchange)


def test_a_manual_close_orphans_no_trigger(floor: Floor) -> None:
    """It neither fires at the next position nor keeps the account from closing."""
    exchange, trader = floor.exchange, floor.trader
    exchange.ok(exchange.trigger(trader, trigger_terms()))
    exchange.ok(exchange.trigger(trader, PROFIT))
    exchange.ok(exchange.place(floor.maker, "Bid", 15_000, 100))
    exchange.ok(exchange.place(trader, "Ask", 15_000, 100))
    before = exchange.slot(trader)["usdc"]
    event = exchange.ok(exchange.fire(trader, 1, floor.keeper.key, floor.keeper)).event
    assert (event["fills"], exchange.slot(trader)["usdc"]) == ([], before + FEE)
    seated = {"trader": trader.address, "signer": trader.key.pubkey()}
    parked = exchange.ok(exchange.run(exchange.build("park", **seated), signers=[trader.key])).event
    assert parked["after"]["parked"][0] == before + 2 * FEE
    invariants.check(exchange)
    exchange.ok(exchange.withdraw(trader, 2**64 - 1))
    exchange.ok(exchange.close(trader))
    invariants.check(exchange)


def test_attack_a_stranger_places_or_cancels_a_trigger(floor: Floor) -> None:
    exchange, trader = floor.exchange, floor.trader
    exchange.ok(exchange.trigger(trader, trigger_terms()))
    thief: Keypair = exchange.vm.fund(77)
    seated = {"trader": trader.address, "signer": thief.pubkey()}
    for name, args in (
        ("place_trigger", {"terms": trigger_terms(index=1)}),
        ("cancel_trigger", {"index": 0}),
    ):
        result = exchange.run(exchange.build(name, args, **seated), signers=[thief])
        assert result.error == "NotAuthorised"


def test_a_cancelled_trigger_gives_its_fee_back(floor: Floor) -> None:
    exchange, trader = floor.exchange, floor.trader
    before = exchange.slot(trader)["usdc"]
    exchange.ok(exchange.trigger(trader, trigger_terms()))
    seated = {"trader": trader.address, "signer": trader.key.pubkey()}
    cancel = exchange.build("cancel_trigger", {"index": 0}, **seated)
    event = exchange.ok(exchange.run(cancel, signers=[trader.key])).event
    assert (event["after"]["usdc"], event["index"]) == (before, 0)
    assert exchange.run(cancel, signers=[trader.key]).error == "TriggerNotFound"
    invariants.check(exchange)
