"""A delegate's key in a thief's hands: what it can do, and every attempt to do more."""

from __future__ import annotations

from typing import Any

import pytest
from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from integration.program import invariants
from integration.program.exchange import USDC, Exchange, Result, Trader, delegate_terms, order, quote

DAY = 86_400
BATCH = {"self_trade": "CancelMaker", "expiry_kind": "Never", "expiry": 0, "nonce": 0, "valid_until_slot": 0}


@pytest.fixture
def owner(exchange: Exchange) -> Trader:
    return exchange.funded(1, 10_000)


@pytest.fixture
def bot(exchange: Exchange, owner: Trader) -> Keypair:
    key = exchange.vm.fund(99)
    exchange.ok(delegate(exchange, owner, key.pubkey()))
    return key


def delegate(
    exchange: Exchange, owner: Trader, key: Pubkey, signer: Keypair | None = None, **terms: Any
) -> Result:
    by = signer or owner.key
    instruction = exchange.build(
        "set_delegate", {"terms": delegate_terms(key, **terms)}, trader=owner.address, owner=by.pubkey()
    )
    return exchange.run(instruction, signers=[by])


def trade(exchange: Exchange, owner: Trader, bot: Keypair, name: str, **args: Any) -> Result:
    """A trading instruction of the owner's account, signed by the bot."""
    more = {"book": exchange.book(0), "trader": owner.address, "signer": bot.pubkey()}
    return exchange.run(exchange.build(name, {"market": 0} | args, **more), signers=[bot])


def bid(exchange: Exchange, owner: Trader, bot: Keypair, lots: int) -> Result:
    """At $149; it counts at the mark of $150."""
    return trade(exchange, owner, bot, "place_order", **order("Bid", 14_900, lots))


def test_a_delegate_places_changes_and_cancels_for_the_owner(
    exchange: Exchange, owner: Trader, bot: Keypair
) -> None:
    event = exchange.ok(bid(exchange, owner, bot, 50)).event
    assert event["signer"] == bot.pubkey()
    seq = event["orders"][0]["seq"]
    changes = {"new_ticks": 14_900, "new_lots": 20, "nonce": 0, "valid_until_slot": 0}
    exchange.ok(trade(exchange, owner, bot, "modify_order", ticks=14_900, seq=seq, **changes))
    exchange.ok(trade(exchange, owner, bot, "cancel_order", ticks=14_900, seq=seq))
    exchange.ok(trade(exchange, owner, bot, "place_many", **BATCH, quotes=[quote("Bid", 14_900, 20)]))
    exchange.ok(trade(exchange, owner, bot, "cancel_all", side="Both"))
    used = exchange.trader_state(owner)["delegates"][0]["daily_used"]
    assert used == 150 * USDC * 70 // 100
    invariants.check(exchange)


def test_attack_a_delegate_withdraws(exchange: Exchange, owner: Trader, bot: Keypair) -> None:
    """Whatever its bits say, and whichever account it names as the owner."""
    exchange.ok(delegate(exchange, owner, bot.pubkey(), flags=2))
    purse = Keypair.from_seed(bytes([77] * 32)).pubkey()
    exchange.put_tokens(purse, bot.pubkey(), 0)
    more = {"owner": bot.pubkey(), "trader": owner.address, "destination": purse}
    taking = exchange.build("withdraw", {"collateral": 0, "amount": USDC}, **more)
    assert exchange.run(taking, signers=[bot]).error == "NotAuthorised"
    named = exchange.build(
        "withdraw", {"collateral": 0, "amount": USDC}, **(more | {"owner": owner.key.pubkey()})
    )
    metas = [AccountMeta(meta.pubkey, False, meta.is_writable) for meta in named.accounts]
    unsigned = Instruction(named.program_id, bytes(named.data), metas)
    assert exchange.run(unsigned).error == "MissingSignature"
    assert exchange.tokens(purse) == 0


def test_attack_a_delegate_sets_delegates_parks_closes_or_flips_the_dead_mans_switch(
    exchange: Exchange, owner: Trader, bot: Keypair
) -> None:
    thief = exchange.vm.fund(98).pubkey()
    assert delegate(exchange, owner, thief, signer=bot).error == "NotAuthorised"
    assert delegate(exchange, owner, bot.pubkey(), signer=bot, max_order=0).error == "NotAuthorised"
    seated = {"trader": owner.address, "signer": bot.pubkey()}
    assert exchange.run(exchange.build("park", **seated), signers=[bot]).error == "NotAuthorised"
    switch = exchange.build("set_dead_man", {"cancel_after_slot": exchange.vm.slot + 1}, **seated)
    assert exchange.run(switch, signers=[bot]).error == "NotAuthorised"
    closing = exchange.build(
        "close_trader", owner=bot.pubkey(), trader=owner.address, rent_receiver=bot.pubkey()
    )
    assert exchange.run(closing, signers=[bot]).error == "NotAuthorised"


def test_attack_a_delegate_exceeds_its_order_position_and_day(
    exchange: Exchange, owner: Trader, bot: Keypair
) -> None:
    assert bid(exchange, owner, bot, 68).error == "DelegateLimit"
    exchange.ok(bid(exchange, owner, bot, 60))
    quotes = [quote("Bid", 14_900, 60)]
    assert trade(exchange, owner, bot, "place_many", **BATCH, quotes=quotes).error == "DelegateLimit"
    replaced = trade(exchange, owner, bot, "replace_many", **BATCH, cancels=[], quotes=quotes)
    assert replaced.error == "DelegateLimit"
    for _ in range(3):
        exchange.ok(trade(exchange, owner, bot, "cancel_all", side="Both"))
        exchange.ok(bid(exchange, owner, bot, 60))
    exchange.ok(trade(exchange, owner, bot, "cancel_all", side="Both"))
    assert bid(exchange, owner, bot, 60).error == "DelegateLimit"
    exchange.vm.advance(seconds=DAY)
    exchange.ok(exchange.post({0: 1_500_000}))
    exchange.vm.advance(seconds=61)
    exchange.ok(exchange.post({0: 1_500_000}))
    exchange.ok(bid(exchange, owner, bot, 60))
    invariants.check(exchange)


def test_attack_a_delegate_opens_risk_with_a_reduce_only_right_or_in_a_foreign_market(
    exchange: Exchange, owner: Trader, bot: Keypair
) -> None:
    exchange.ok(delegate(exchange, owner, bot.pubkey(), flags=1))
    assert bid(exchange, owner, bot, 50).error == "DelegateLimit"
    exchange.ok(delegate(exchange, owner, bot.pubkey(), market_bitmap=2))
    assert bid(exchange, owner, bot, 50).error == "DelegateLimit"
    exchange.ok(trade(exchange, owner, bot, "cancel_all", side="Both"))


def test_attack_a_revoked_or_expired_delegate_goes_on(
    exchange: Exchange, owner: Trader, bot: Keypair
) -> None:
    exchange.ok(delegate(exchange, owner, bot.pubkey(), expires=exchange.vm.unix + 5))
    exchange.ok(bid(exchange, owner, bot, 50))
    exchange.vm.advance(seconds=5)
    assert bid(exchange, owner, bot, 50).error == "DelegateExpired"
    exchange.ok(delegate(exchange, owner, bot.pubkey(), expires=1))
    assert trade(exchange, owner, bot, "cancel_all", side="Both").error == "NotAuthorised"


def test_a_delegate_transfers_only_with_the_right_and_only_to_the_owners_other_account(
    exchange: Exchange, owner: Trader, bot: Keypair
) -> None:
    own, foreign = exchange.open_trader(1, sub=1), exchange.open_trader(2)

    def transfer(to: Trader) -> Result:
        more = {"signer": bot.pubkey(), "trader": owner.address, "to_trader": to.address}
        return exchange.run(exchange.build("transfer", {"collateral": 0, "amount": 5}, **more), signers=[bot])

    assert transfer(own).error == "DelegateLimit"
    exchange.ok(delegate(exchange, owner, bot.pubkey(), flags=2))
    assert transfer(foreign).error == "NotAuthorised"
    exchange.ok(transfer(own))
    invariants.check(exchange)
