"""Collateral other than USDC in the VM: in and out, as margin, and sold for its owner's debt."""

from __future__ import annotations

import pytest

from integration.program import invariants, pyth
from integration.program.exchange import (
    USDC,
    Exchange,
    Result,
    Trader,
    deposit_sol,
    machine,
    sol_vault,
    sol_wallet,
    withdraw_sol,
)
from integration.program.scenes import in_debt
from integration.program.test_refusals import refuse

SOL = 10**9
ALL = 2**64 - 1


def priced_sol(exchange: Exchange, dollars: float = 150) -> None:
    """A Pyth price of SOL, published now."""
    account = pyth.put(exchange.vm, pyth.dollars(dollars, exchange.vm))
    built = exchange.build("update_collateral_price", {"collateral": 1}, price_update=account)
    exchange.ok(exchange.run(built))


def convert(exchange: Exchange, payer: Trader, debtor: Trader, amount: int) -> Result:
    """convert_collateral of SOL."""
    state = exchange.trader_state(debtor)
    args = {"slot": state["slot_index"], "generation": state["generation"], "collateral": 1, "amount": amount}
    accounts = {"owner": payer.key.pubkey(), "trader": payer.address}
    return exchange.run(exchange.build("convert_collateral", args, **accounts), signers=[payer.key])


@pytest.fixture
def box() -> Exchange:
    """One market and SOL, both at $150."""
    exchange = Exchange(machine())
    exchange.set_up(sol=True)
    exchange.ok(exchange.post({0: 1_500_000}))
    priced_sol(exchange)
    return exchange


def test_sol_goes_in_and_out_parked_and_active(box: Exchange) -> None:
    trader = box.open_trader(1)
    box.ok(deposit_sol(box, trader, 3 * SOL))
    assert box.trader_state(trader)["parked"][1] == 3 * SOL
    box.ok(withdraw_sol(box, trader, SOL))
    box.ok(box.deposit(trader, 100 * USDC))
    box.ok(box.activate(trader))
    assert box.slot(trader)["collaterals"][0] == 2 * SOL
    box.ok(deposit_sol(box, trader, SOL))
    refuse(box, "ExceedsWithdrawable", lambda: withdraw_sol(box, trader, 3 * SOL + 1))
    box.ok(withdraw_sol(box, trader, ALL))
    assert box.tokens(sol_vault(box)) == 0
    assert box.tokens(sol_wallet(box, trader)) == 1_000 * SOL
    assert box.state()["collaterals"][1]["total_deposits"] == 0
    refuse(box, "DepositCapReached", lambda: deposit_sol(box, trader, 1_000 * SOL + 1))


def test_sol_is_margin_by_its_weight_while_its_price_is_fresh(box: Exchange) -> None:
    trader = box.funded(2, 10)
    refuse(box, "InsufficientMargin", lambda: box.place(trader, "Bid", 14_990, 10_000))
    box.ok(deposit_sol(box, trader, 10 * SOL))
    # 10,000 lots of $15,000 take $750; 10 SOL count $1,200.
    box.ok(box.place(trader, "Bid", 14_990, 10_000))
    # $460 of $1,210 is spare: at $120 a SOL, 3.8333 of them.
    refuse(box, "ExceedsWithdrawable", lambda: withdraw_sol(box, trader, 3_833_333_334))
    box.ok(withdraw_sol(box, trader, 3_833_333_333))
    box.ok(box.cancel_all(trader))
    box.vm.advance(slots=100, seconds=61)
    box.ok(box.post({0: 1_500_000}))
    refuse(box, "InsufficientMargin", lambda: box.place(trader, "Bid", 14_990, 10_000))
    priced_sol(box)
    box.ok(box.place(trader, "Bid", 14_990, 9_000))


def test_an_outflow_bucket_holds_sol_back() -> None:
    exchange = Exchange(machine())
    exchange.set_up(sol=True, sol_changes={"bucket_capacity": 2 * SOL, "bucket_refill": SOL})
    trader = exchange.funded(1, 100)
    exchange.ok(deposit_sol(exchange, trader, 9 * SOL))
    exchange.ok(withdraw_sol(exchange, trader, 2 * SOL))
    refuse(exchange, "OutflowLimited", lambda: withdraw_sol(exchange, trader, 1))
    exchange.vm.advance(slots=2, seconds=1)
    exchange.ok(withdraw_sol(exchange, trader, SOL))


def test_sol_collateral_never_sold(box: Exchange) -> None:
    """The attack: lose USDC against SOL, keep the SOL, let others carry the debt. Anyone sells it."""
    debtor, payer = in_debt(box, 5), box.funded(9, 10_000)
    owed = -box.slot(debtor)["usdc"]
    assert owed > 50 * USDC
    refuse(box, "ExceedsWithdrawable", lambda: withdraw_sol(box, debtor, 10 * SOL))
    refuse(box, "TraderNotEmpty", lambda: box.run(_park(box, debtor), signers=[debtor.key]))
    event = box.ok(convert(box, payer, debtor, ALL)).event
    invariants.check(box)
    used = owed * 10**6 // (1_350 * USDC)
    assert event["discount"] == 5_000 + 45_000 * used // 10**6
    after = box.slot(debtor)
    assert 0 >= after["usdc"] > -10, "until net USDC is 0, to the smallest unit of SOL"
    assert (event["debtor_usdc"], event["debtor_left"]) == (after["usdc"], after["collaterals"][0])
    assert box.slot(payer)["collaterals"][0] == event["amount"] == 10 * SOL - after["collaterals"][0]
    worth = event["amount"] * 150 * USDC // SOL
    assert event["paid"] == pytest.approx(worth * (1 - event["discount"] / 10**6), rel=1e-5)
    refuse(box, "ConversionNotDue", lambda: convert(box, payer, debtor, ALL))
    box.ok(withdraw_sol(box, payer, ALL))


def test_a_jump_of_sol_waits_for_its_confirmation_and_counts_against_whoever_it_would_help(
    box: Exchange,
) -> None:
    trader = box.funded(2, 10)
    box.ok(deposit_sol(box, trader, 10 * SOL))
    box.vm.advance(slots=3, seconds=2)
    account = pyth.put(box.vm, pyth.dollars(300, box.vm))
    built = box.build("update_collateral_price", {"collateral": 1}, price_update=account)
    event = box.ok(box.run(built)).event
    assert (event["flags"], event["price"]) == (2, 150_000)
    box.ok(box.post({0: 1_500_000}))
    # $1,210 at $150 and $2,410 at $300: 10,000 lots of $15,000 take $750, 20,000 $1,500.
    refuse(box, "InsufficientMargin", lambda: box.place(trader, "Bid", 14_990, 20_000))
    box.ok(box.place(trader, "Bid", 14_990, 10_000))
    box.vm.advance(slots=3, seconds=2)
    priced_sol(box, 301)
    assert box.state()["collaterals"][1]["price"] == 301_000
    box.ok(box.post({0: 1_500_000}))
    box.ok(box.place(trader, "Bid", 14_980, 10_000))
    # A fall counts at once for new risk, and for a liquidation only when it is confirmed.
    box.vm.advance(slots=3, seconds=2)
    priced_sol(box, 100)
    box.ok(box.post({0: 1_500_000}))
    refuse(box, "InsufficientMargin", lambda: box.place(trader, "Bid", 14_970, 10))


def test_a_bankrupt_account_is_converted_however_little_it_owes_and_only_then_written_off(
    box: Exchange,
) -> None:
    """Long $375, out 7.3 % lower: $20 are gone and $7.86 owed; $3 of SOL would otherwise stay for ever."""
    keeper, maker, debtor = box.funded(8, 10_000), box.funded(7, 50_000), box.funded(6, 20)
    box.ok(deposit_sol(box, debtor, SOL // 50))
    box.ok(box.place(maker, "Ask", 15_000, 250))
    box.ok(box.place(debtor, "Bid", 15_000, 250))
    for price in (1_475_000, 1_450_000, 1_430_000, 1_410_000, 1_390_000):
        box.vm.advance(slots=3, seconds=2)
        box.ok(box.post({0: price}))
    box.ok(box.place(maker, "Bid", 13_900, 250))
    box.ok(box.place(debtor, "Ask", 13_900, 250))
    owed = -box.slot(debtor)["usdc"]
    assert 7_800_000 < owed < 7_900_000, "far under $50"
    refuse(box, "CollateralLeft", lambda: box.against("resolve_bankruptcy", keeper, debtor))
    event = box.ok(convert(box, keeper, debtor, ALL)).event
    assert (event["amount"], event["debtor_left"], event["discount"]) == (SOL // 50, 0, 50_000)
    assert event["paid"] == 2_850_000
    written_off = box.ok(box.against("resolve_bankruptcy", keeper, debtor)).event
    assert written_off["unpaid"] == owed - event["paid"]
    assert box.slot(debtor)["usdc"] == 0
    invariants.check(box)


def _park(exchange: Exchange, trader: Trader) -> object:
    return exchange.build("park", trader=trader.address, signer=trader.key.pubkey())


def test_new_risk_on_negative_usdc_stops_past_a_tenth_of_the_vault(box: Exchange) -> None:
    debtor = in_debt(box, 5)
    maker = box.traders[0]
    box.ok(box.place(debtor, "Bid", 14_800, 10))
    keep = 9 * -box.slot(debtor)["usdc"]
    box.ok(box.withdraw(maker, box.tokens(box.vault) - keep))
    refuse(box, "NegativeUsdcLimit", lambda: box.place(debtor, "Bid", 14_790, 10))
