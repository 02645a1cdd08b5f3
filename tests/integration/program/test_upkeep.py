"""Parking, the dead-man switch, transfers between own accounts; admin, guardian and pause."""

from __future__ import annotations

from typing import Any

from solders.keypair import Keypair

from integration.program import invariants
from integration.program.exchange import USDC, Exchange, Result, Trader

EVERYTHING = 2**64 - 1


def park(exchange: Exchange, trader: Trader, signer: Keypair | None = None) -> Result:
    key = signer or trader.key
    return exchange.run(exchange.build("park", trader=trader.address, signer=key.pubkey()), signers=[key])


def dead_man(exchange: Exchange, trader: Trader, slot: int) -> Result:
    more = {"trader": trader.address, "signer": trader.key.pubkey()}
    return exchange.run(
        exchange.build("set_dead_man", {"cancel_after_slot": slot}, **more), signers=[trader.key]
    )


def transfer(exchange: Exchange, source: Trader, target: Trader, amount: int) -> Result:
    more = {"signer": source.key.pubkey(), "trader": source.address, "to_trader": target.address}
    args = {"collateral": 0, "amount": amount}
    return exchange.run(exchange.build("transfer", args, **more), signers=[source.key])


def governed(exchange: Exchange, name: str, key: Keypair, args: dict[str, Any] | None = None) -> Result:
    return exchange.run(exchange.build(name, args, admin=key.pubkey(), authority=key.pubkey()), signers=[key])


def test_parking_frees_the_slot_and_keeps_the_money(exchange: Exchange) -> None:
    trader = exchange.funded(1, 50)
    parked = exchange.ok(park(exchange, trader)).event
    assert (parked["slot_index"], parked["after"]["parked"][0]) == (0, 50 * USDC)
    assert exchange.active_slots() == []
    invariants.check(exchange)
    assert park(exchange, trader).error == "TraderNotActive"
    exchange.ok(exchange.activate(trader))
    assert exchange.slot(trader)["generation"] == 1
    exchange.ok(park(exchange, trader))
    exchange.ok(exchange.withdraw(trader, EVERYTHING))


def test_nobody_parks_another_before_a_week_of_silence_or_under_the_minimum(exchange: Exchange) -> None:
    trader, other = exchange.funded(1, 50), exchange.vm.fund(9)
    assert park(exchange, trader, other).error == "NotAuthorised"
    exchange.vm.advance(seconds=7 * 86_400 + 1)
    exchange.ok(park(exchange, trader, other))
    poor = exchange.funded(2, 5)
    exchange.ok(exchange.withdraw(poor, 1))
    exchange.ok(park(exchange, poor, other))


def test_orders_positions_and_vesting_profit_keep_a_slot(exchange: Exchange) -> None:
    maker, trader = exchange.funded(1, 10_000), exchange.funded(2, 1_000)
    exchange.ok(exchange.place(trader, "Bid", 14_900, 10))
    assert park(exchange, trader).error == "TraderNotEmpty"
    exchange.ok(exchange.cancel_all(trader))
    exchange.ok(exchange.place(maker, "Ask", 14_990, 100))
    exchange.ok(exchange.place(trader, "Bid", 14_990, 100))
    assert park(exchange, trader).error == "TraderNotEmpty"
    exchange.ok(exchange.place(maker, "Bid", 15_100, 100))
    exchange.ok(exchange.place(trader, "Ask", 15_100, 100))
    assert park(exchange, trader).error == "ExceedsWithdrawable"
    exchange.vm.advance(seconds=600)
    exchange.ok(park(exchange, trader))
    invariants.check(exchange)


def test_past_the_dead_mans_slot_an_order_is_removed_not_filled(exchange: Exchange) -> None:
    maker, taker = exchange.funded(1, 10_000), exchange.funded(2, 1_000)
    exchange.ok(exchange.place(maker, "Ask", 15_000, 100))
    exchange.ok(dead_man(exchange, maker, exchange.vm.slot + 5))
    assert dead_man(exchange, maker, exchange.vm.slot - 1).error == "InstructionExpired"
    exchange.vm.advance(slots=6)
    event = exchange.ok(exchange.place(taker, "Bid", 15_000, 50)).event
    assert (event["fills"], event["removed"][0]["reason"]) == ([], 7)
    exchange.ok(dead_man(exchange, maker, 0))
    exchange.ok(exchange.place(maker, "Ask", 15_000, 100))
    assert len(exchange.orders("Bid")) == 0
    invariants.check(exchange)


def test_money_moves_between_own_accounts_as_far_as_it_could_leave(exchange: Exchange) -> None:
    main, other = exchange.funded(1, 100), exchange.open_trader(1, sub=1)
    event = exchange.ok(transfer(exchange, main, other, 30 * USDC)).event
    assert (event["from_after"]["usdc"], event["to_after"]["parked"][0]) == (70 * USDC, 30 * USDC)
    exchange.ok(exchange.place(main, "Bid", 14_900, 500))
    assert transfer(exchange, main, other, 70 * USDC).error == "ExceedsWithdrawable"
    exchange.ok(exchange.activate(other))
    exchange.ok(transfer(exchange, other, main, EVERYTHING))
    assert exchange.slot(main)["usdc"] == 100 * USDC
    assert transfer(exchange, other, main, EVERYTHING).error == "ZeroAmount"
    assert transfer(exchange, main, main, 1).error == "DuplicateAccount"
    assert transfer(exchange, main, exchange.open_trader(2), 1).error == "NotAuthorised"
    invariants.check(exchange)


def test_the_admins_office_passes_only_to_who_accepts(exchange: Exchange) -> None:
    heir, outsider = exchange.vm.fund(70), exchange.vm.fund(71)
    offer = {"admin": heir.pubkey()}
    assert governed(exchange, "propose_authority", outsider, offer).error == "NotAuthorised"
    assert governed(exchange, "accept_authority", heir).error == "NotAuthorised"
    exchange.ok(governed(exchange, "propose_authority", exchange.admin, offer))
    assert governed(exchange, "accept_authority", outsider).error == "NotAuthorised"
    exchange.ok(governed(exchange, "accept_authority", heir))
    assert exchange.state()["admin"] == heir.pubkey()
    assert governed(exchange, "accept_authority", heir).error == "NotAuthorised"
    guardian = {"guardian": outsider.pubkey()}
    assert governed(exchange, "set_guardian", heir, guardian).error == "ExchangeAlreadyOpen"
    assert governed(exchange, "set_guardian", outsider, guardian).error == "NotAuthorised"
    exchange.ok(governed(exchange, "set_guardian", exchange.admin, guardian))


def test_the_guardian_only_restricts_and_a_pause_traps_no_order(exchange: Exchange) -> None:
    maker, trader, guardian = exchange.funded(1, 10_000), exchange.funded(2, 1_000), exchange.vm.fund(72)
    exchange.ok(governed(exchange, "set_guardian", exchange.admin, {"guardian": guardian.pubkey()}))
    exchange.ok(exchange.place(maker, "Ask", 15_000, 100))
    exchange.ok(exchange.place(trader, "Bid", 15_000, 100))
    exchange.ok(exchange.place(trader, "Bid", 14_900, 10))
    exchange.ok(governed(exchange, "set_pause", guardian, {"paused": 1 | 2 | 4}))
    assert governed(exchange, "set_pause", guardian, {"paused": 1}).error == "NotAuthorised"
    assert governed(exchange, "set_pause", exchange.admin, {"paused": 16}).error == "ParameterOutOfBounds"
    assert exchange.place(trader, "Bid", 14_900, 10).error == "Paused"
    assert exchange.withdraw(trader, 1).error == "Paused"
    exchange.ok(exchange.cancel_all(trader))
    exchange.ok(exchange.deposit(trader, USDC))
    exchange.ok(exchange.place(trader, "Ask", 15_050, 100, kind="PostOnly", reduce_only=True))
    lifted = exchange.ok(governed(exchange, "set_pause", exchange.admin, {"paused": 0})).event
    assert lifted["resume_at"] == exchange.vm.unix + 60
    assert exchange.place(maker, "Bid", 14_990, 10).error == "MatchingPaused"
    exchange.ok(exchange.place(maker, "Bid", 14_990, 10, kind="PostOnly"))
    exchange.ok(exchange.withdraw(trader, 1))
