"""Deposits, activation, withdrawals and closing of flat accounts."""

from __future__ import annotations

from dataclasses import replace

from solders.keypair import Keypair

from integration.program.exchange import USDC, Exchange, machine

EVERYTHING = 2**64 - 1


def test_a_deposit_is_parked_until_the_trader_takes_a_slot(exchange: Exchange) -> None:
    trader = exchange.open_trader(1)
    event = exchange.ok(exchange.deposit(trader, 7 * USDC)).event
    assert (event["parked"], event["after"]["parked"][0]) == (True, 7 * USDC)
    assert exchange.state()["collaterals"][0]["total_parked"] == 7 * USDC
    event = exchange.ok(exchange.activate(trader)).event
    assert (event["after"]["usdc"], event["after"]["parked"]) == (7 * USDC, [0] * 5)
    assert exchange.state()["collaterals"][0]["total_parked"] == 0
    event = exchange.ok(exchange.deposit(trader, USDC)).event
    assert (event["parked"], event["after"]["usdc"]) == (False, 8 * USDC)
    assert exchange.tokens(exchange.vault) == 8 * USDC


def test_parked_and_flat_balances_leave_in_full_without_any_price() -> None:
    exchange = Exchange(machine())
    exchange.set_up()
    parked, active = exchange.open_trader(1), exchange.funded(2, 50)
    exchange.ok(exchange.deposit(parked, 9 * USDC))
    assert exchange.withdraw(parked, 9 * USDC + 1).error == "InsufficientParked"
    assert exchange.ok(exchange.withdraw(parked, 4 * USDC)).event["parked"] is True
    assert exchange.ok(exchange.withdraw(parked, EVERYTHING)).event["amount"] == 5 * USDC
    assert exchange.withdraw(active, 50 * USDC + 1).error == "ExceedsWithdrawable"
    assert exchange.ok(exchange.withdraw(active, EVERYTHING)).event["amount"] == 50 * USDC
    assert exchange.tokens(exchange.vault) == 0
    assert exchange.withdraw(active, EVERYTHING).error == "ZeroAmount"
    assert exchange.deposit(active, 0).error == "ZeroAmount"


def test_a_slot_costs_more_the_fuller_the_ledger(exchange: Exchange) -> None:
    for index in range(16):
        exchange.funded(100 + index, 5)
    late = exchange.open_trader(50)
    exchange.ok(exchange.deposit(late, 10 * USDC - 1))
    assert exchange.activate(late).error == "BelowSlotEquity"
    exchange.ok(exchange.deposit(late, 1))
    exchange.ok(exchange.activate(late))
    assert exchange.activate(late).error == "TraderAlreadyActive"


def test_a_full_ledger_refuses_and_a_freed_slot_goes_to_the_next() -> None:
    exchange = Exchange(machine(), slots=4)
    exchange.set_up()
    traders = [exchange.funded(10 + index, 40) for index in range(4)]
    late = exchange.open_trader(50)
    exchange.ok(exchange.deposit(late, 40 * USDC))
    assert exchange.activate(late).error == "LedgerFull"
    assert exchange.close(traders[2]).error == "TraderNotEmpty"
    exchange.ok(exchange.withdraw(traders[2], EVERYTHING))
    freed = exchange.ok(exchange.close(traders[2])).event
    assert (freed["slot_index"], freed["generation"]) == (2, 0)
    taken = exchange.ok(exchange.activate(late)).event
    assert (taken["slot_index"], taken["generation"]) == (2, 1)
    assert exchange.vm.data(traders[2].address) == b""


def test_a_trader_account_of_an_earlier_generation_reaches_nothing() -> None:
    exchange = Exchange(machine(), slots=4)
    exchange.set_up()
    first = exchange.funded(1, 40)
    stale = exchange.vm.svm.get_account(first.address)
    assert stale is not None
    exchange.ok(exchange.withdraw(first, EVERYTHING))
    exchange.ok(exchange.close(first))
    second = exchange.funded(2, 40)
    assert exchange.trader_state(second)["slot_index"] == 0
    exchange.vm.svm.set_account(first.address, stale)
    assert exchange.withdraw(first, 1).error == "StaleGeneration"
    assert exchange.deposit(first, 1).error == "StaleGeneration"
    assert exchange.close(first).error == "StaleGeneration"


def test_a_closed_trader_may_be_opened_again(exchange: Exchange) -> None:
    trader = exchange.funded(1, 40)
    exchange.ok(exchange.withdraw(trader, EVERYTHING))
    exchange.ok(exchange.close(trader))
    again = exchange.funded(1, 40)
    assert exchange.slot(again)["generation"] == 1


def test_sub_accounts_of_an_owner_are_apart(exchange: Exchange) -> None:
    main, other = exchange.funded(1, 40), exchange.funded(1, 60, sub=1)
    exchange.ok(exchange.withdraw(main, EVERYTHING))
    assert exchange.slot(other)["usdc"] == 60 * USDC
    exchange.ok(exchange.withdraw(other, 1))


def test_tokens_sent_straight_to_the_vault_are_nobodys_deposit(exchange: Exchange) -> None:
    trader = exchange.funded(1, 40)
    exchange.put_tokens(exchange.vault, exchange.address, 40 * USDC + 1_000_000 * USDC)
    assert exchange.state()["collaterals"][0]["total_deposits"] == 40 * USDC
    assert exchange.withdraw(trader, 40 * USDC + 1).error == "ExceedsWithdrawable"


def test_the_vault_cannot_pay_itself(exchange: Exchange) -> None:
    trader = exchange.funded(1, 40)
    assert exchange.withdraw(trader, USDC, destination=exchange.vault).error == "DuplicateAccount"
    assert exchange.deposit(trader, USDC, source=exchange.vault).error == "DuplicateAccount"


def test_only_token_accounts_of_the_collaterals_mint_take_part(exchange: Exchange) -> None:
    trader = exchange.funded(1, 40)
    other_mint, foreign = (
        Keypair.from_seed(bytes([3] * 32)).pubkey(),
        Keypair.from_seed(bytes([4] * 32)).pubkey(),
    )
    exchange.put_tokens(foreign, trader.key.pubkey(), 10 * USDC, mint=other_mint)
    assert exchange.deposit(trader, USDC, source=foreign).error == "WrongMint"
    assert exchange.withdraw(trader, USDC, destination=foreign).error == "WrongMint"
    assert exchange.deposit(trader, USDC, source=exchange.mint).error == "WrongMint"


def test_a_stranger_cannot_withdraw_or_close(exchange: Exchange) -> None:
    victim, thief = exchange.funded(1, 40), exchange.funded(2, 40)
    stolen = replace(thief, address=victim.address)
    assert exchange.withdraw(stolen, USDC).error == "NotAuthorised"
    assert exchange.close(stolen).error == "NotAuthorised"


def test_deposits_stop_at_the_cap() -> None:
    exchange = Exchange(machine())
    exchange.ok(exchange.init())
    exchange.grow_fully("Exchange", exchange.address)
    exchange.grow_fully("Ledger", exchange.ledger)
    exchange.ok(exchange.add_usdc(deposit_cap=100 * USDC))
    exchange.ok(exchange.open())
    trader = exchange.open_trader(1)
    exchange.ok(exchange.deposit(trader, 100 * USDC))
    assert exchange.deposit(trader, 1).error == "DepositCapReached"
    exchange.ok(exchange.withdraw(trader, 1))
    exchange.ok(exchange.deposit(trader, 1))


def test_outflow_passes_a_bucket_that_deposits_and_time_refill() -> None:
    exchange = Exchange(machine())
    exchange.ok(exchange.init())
    exchange.grow_fully("Exchange", exchange.address)
    exchange.grow_fully("Ledger", exchange.ledger)
    exchange.ok(exchange.add_usdc(bucket_capacity=50 * USDC, bucket_refill=USDC))
    exchange.ok(exchange.open())
    trader = exchange.open_trader(1)
    exchange.ok(exchange.deposit(trader, 100 * USDC))
    assert exchange.withdraw(trader, 51 * USDC).error == "OutflowLimited"
    exchange.ok(exchange.withdraw(trader, 50 * USDC))
    assert exchange.withdraw(trader, 1).error == "OutflowLimited"
    exchange.vm.advance(seconds=3)
    assert exchange.ok(exchange.withdraw(trader, EVERYTHING)).event["amount"] == 3 * USDC
    exchange.ok(exchange.deposit(trader, 7 * USDC))
    exchange.ok(exchange.withdraw(trader, 7 * USDC))
