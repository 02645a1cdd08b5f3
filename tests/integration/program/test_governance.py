"""Changes wait out the timelock, obey bounds and leave time to go; markets are restricted at once."""

from __future__ import annotations

from typing import Any

import pytest
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from integration.program import invariants
from integration.program.exchange import USDC, Exchange, Result, Trader, machine, market_params
from integration.program.scenes import FEES, UNUSED

DAY = 86_400


def signed(
    exchange: Exchange, name: str, key: Keypair, args: dict[str, Any] | None = None, **more: Pubkey
) -> Result:
    """An instruction of which ``key`` is the authority."""
    return exchange.run(exchange.build(name, args, authority=key.pubkey(), **more), signers=[key])


def status(exchange: Exchange, key: Keypair, word: str, market: int = 0) -> Result:
    return signed(exchange, "set_market_status", key, {"market": market, "status": word})


def pause(exchange: Exchange, key: Keypair, bits: int) -> Result:
    return signed(exchange, "set_pause", key, {"paused": bits})


def cancel(exchange: Exchange, key: Keypair, seq: int) -> Result:
    more = {"change": exchange.change(seq), "rent_receiver": exchange.vm.payer.pubkey()}
    return signed(exchange, "cancel_change", key, **more)


def params(exchange: Exchange, **changes: Any) -> dict[str, Any]:
    """Parameters of market 0 as they are, but for ``changes``."""
    symbol = bytes(exchange.market()["symbol"])
    return market_params(exchange.authority.pubkey(), **({"symbol": symbol} | changes))


def market_change(exchange: Exchange, **changes: Any) -> dict[str, Any]:
    return {"Market": {"market": 0, "params": params(exchange, **changes)}}


def fees(taker: int, maker: int = 0) -> dict[str, Any]:
    return {"Fees": {"tiers": [{"min_volume": 0, "maker": maker, "taker": taker}] + [UNUSED] * 7}}


def source(exchange: Exchange, authority: Pubkey) -> dict[str, Any]:
    return {
        "PriceSource": {"market": 0, "source": 0, "price_authority": authority, "feed_id": bytes(32)},
    }


@pytest.fixture
def fresh() -> Exchange:
    """Nothing exists yet."""
    return Exchange(machine())


@pytest.fixture
def guardian(exchange: Exchange) -> Keypair:
    key = exchange.vm.fund(90)
    exchange.ok(signed(exchange, "set_guardian", exchange.admin, {"guardian": key.pubkey()}))
    return key


def test_a_change_waits_out_the_timelock_and_then_anyone_applies_it(exchange: Exchange) -> None:
    queued = exchange.ok(exchange.queue(FEES)).event
    assert (queued["change_seq"], queued["change"]) == (1, FEES)
    assert queued["eta"] == exchange.vm.unix + DAY
    exchange.vm.advance(seconds=DAY - 1)
    assert exchange.apply(1).error == "ChangeNotDue"
    exchange.vm.advance(seconds=1)
    lamports = exchange.vm.svm.get_balance(exchange.vm.payer.pubkey())
    applied = exchange.ok(exchange.apply(1)).event
    assert (applied["change_seq"], applied["change"]) == (1, FEES)
    assert exchange.state()["fee_tiers"][0]["taker"] == 400
    assert exchange.vm.data(exchange.change(1)) == b""
    assert exchange.vm.svm.get_balance(exchange.vm.payer.pubkey()) > lamports, "the rent came back"
    assert exchange.apply(1).error is not None


def test_a_change_that_nobody_applies_expires_and_anyone_may_clear_it(exchange: Exchange) -> None:
    exchange.ok(exchange.queue(FEES))
    outsider = exchange.vm.fund(91)
    exchange.vm.advance(seconds=8 * DAY)
    assert cancel(exchange, outsider, 1).error == "NotAuthorised"
    exchange.vm.advance(seconds=1)
    assert exchange.apply(1).error == "ChangeExpired"
    assert exchange.ok(cancel(exchange, outsider, 1)).event["by"] == outsider.pubkey()


def test_before_opening_a_change_applies_at_once(fresh: Exchange) -> None:
    fresh.ok(fresh.init())
    fresh.grow_fully("Exchange", fresh.address)
    fresh.ok(fresh.queue(FEES))
    fresh.ok(fresh.queue(FEES))
    fresh.ok(fresh.apply(1))
    assert fresh.state()["fee_tiers"][0]["taker"] == 400
    fresh.grow_fully("Ledger", fresh.ledger)
    fresh.ok(fresh.add_usdc())
    fresh.ok(fresh.open())
    assert fresh.apply(2).error == "ChangeNotDue", "what was queued before waits once it is open"


def test_changes_are_numbered_one_after_the_other(exchange: Exchange) -> None:
    late = exchange.build("queue_change", {"seq": 2, "change": FEES}, change=exchange.change(2))
    assert exchange.run(late, signers=[exchange.admin]).error == "WrongAddress"
    exchange.ok(exchange.queue(FEES))
    exchange.ok(exchange.queue(FEES))
    assert exchange.state()["change_seq"] == 2
    assert exchange.queue(FEES, exchange.vm.fund(92)).error == "NotAuthorised"


@pytest.mark.parametrize(
    "change",
    [
        fees(10_001),
        fees(100, -101),
        {"Collateral": {"collateral": 0, "status": 3, "params": {}}},
        {"Exchange": {"timelock_s": 3_599, "min_slot_equity": 1, "client_data_limit": 1 << 24}},
        {"Exchange": {"timelock_s": 29 * DAY, "min_slot_equity": 1, "client_data_limit": 1 << 24}},
        {"Exchange": {"timelock_s": DAY, "min_slot_equity": 0, "client_data_limit": 1 << 24}},
        {"Exchange": {"timelock_s": DAY, "min_slot_equity": 1, "client_data_limit": 1_000}},
        {"Guardian": {"guardian": Pubkey(bytes(32))}},
        {"Status": {"market": 0, "status": 0}},
        {"Status": {"market": 0, "status": 5}},
    ],
)
def test_what_no_key_may_set_cannot_even_be_queued(exchange: Exchange, change: dict[str, Any]) -> None:
    if "Collateral" in change:
        change["Collateral"]["params"] = usdc()
    assert exchange.queue(change).error == "ParameterOutOfBounds"
    assert exchange.state()["change_seq"] == 0


def usdc(**changes: Any) -> dict[str, Any]:
    params = {"feed_id": bytes(32), "max_age_s": 0, "initial_weight": 10**6, "maintenance_weight": 10**6}
    more = {"convert_discount_min": 0, "convert_discount_max": 0, "deposit_cap": 10**15}
    return params | more | {"bucket_capacity": 0, "bucket_refill": 0, "jump_band": 20_000} | changes


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("mark_band", 12_501),
        ("maintenance_fraction", 90_000),
        ("maintenance_fraction", 800_000),
        ("max_position", 2**53 // 1_500_000 + 1),
        ("minute_band", 500_001),
        ("symbol", b"OTHER".ljust(16, b"\0")),
        ("tick_size", 101),
        ("lots_per_base", 101),
        ("book_capacity", 257),
        ("price_authority", Pubkey(bytes([1] * 32))),
        ("source", 1),
    ],
)
def test_a_market_keeps_its_steps_and_its_parameters_their_bounds(
    exchange: Exchange, field: str, value: Any
) -> None:
    """A maintenance fraction of 80 % leaves 1 % between initial and maintenance: less than the mark band."""
    assert exchange.queue(market_change(exchange, **{field: value})).error == "ParameterOutOfBounds"


def test_bounds_are_checked_again_when_a_change_is_applied(exchange: Exchange) -> None:
    most = 2**53 // 1_500_000
    exchange.ok(exchange.queue(market_change(exchange, max_position=most)))
    exchange.vm.advance(seconds=DAY)
    for price in (1_520_000, 1_540_000):
        exchange.vm.advance(slots=3, seconds=2)
        exchange.ok(exchange.post({0: price}))
    assert exchange.apply(1).error == "ParameterOutOfBounds"


def test_closing_never_costs_the_margin_that_it_frees_whichever_of_the_two_is_changed(
    exchange: Exchange,
) -> None:
    """2.5 % of maintenance: a liquidation fee of 2.4 % leaves less than 0.1 % for the taker fee."""
    fees = [{"min_volume": 0, "maker": 0, "taker": 999}] + [{"min_volume": 0, "maker": 0, "taker": 0}] * 7
    refused = market_change(exchange, liquidation_fee=24_500)
    assert exchange.queue(refused).error == "FeesExceedMaintenance"
    exchange.ok(exchange.queue({"Fees": {"tiers": fees}}))
    exchange.ok(exchange.queue(market_change(exchange, liquidation_fee=24_001)))
    exchange.vm.advance(seconds=DAY)
    exchange.ok(exchange.apply(2))
    assert exchange.apply(1).error == "FeesExceedMaintenance"
    exchange.ok(exchange.enact(market_change(exchange, liquidation_fee=24_000)))
    exchange.ok(exchange.apply(1))
    assert exchange.queue(market_change(exchange, liquidation_fee=24_001)).error == "FeesExceedMaintenance"


def test_new_parameters_of_a_market_hold_from_the_moment_they_apply(exchange: Exchange) -> None:
    change = market_change(
        exchange, min_order_notional=100 * USDC, impact_notional=200 * USDC, oi_cap=7, vesting_s=60
    )
    exchange.ok(exchange.enact(change))
    market = exchange.market()
    assert (market["min_order_notional"], market["oi_cap"], market["vesting_s"]) == (100 * USDC, 7, 60)
    assert market["symbol"] == bytes(params(exchange)["symbol"])
    invariants.check(exchange)


def test_a_collateral_may_become_withdraw_only(exchange: Exchange) -> None:
    trader = exchange.funded(1, 50)
    exchange.ok(exchange.enact({"Collateral": {"collateral": 0, "status": 2, "params": usdc(deposit_cap=1)}}))
    assert exchange.deposit(trader, 1).error == "CollateralInactive"
    exchange.ok(exchange.withdraw(trader, 2**64 - 1))


def test_a_market_of_an_open_exchange_is_created_as_it_was_announced_and_starts_small(
    exchange: Exchange,
) -> None:
    late = {"symbol": b"LATE".ljust(16, b"\0"), "oi_cap": 50_000_000}
    wanted = market_params(exchange.authority.pubkey(), **late)
    assert exchange.queue({"NewMarket": {"params": wanted | {"mark_band": 1}}}).error is None
    exchange.ok(exchange.enact({"NewMarket": {"params": wanted}}))
    assert exchange.state()["market_count"] == 1
    assert exchange.create_market(1, **late, minute_band=90_000).error == "ExchangeAlreadyOpen"
    exchange.add_market(1, **late)
    start = 10**12 // 1_500_000
    assert (exchange.market(1)["oi_cap"], exchange.market(1)["later_oi_cap"]) == (start, 50_000_000)
    symbol = b"ANOTHER".ljust(16, b"\0")
    assert exchange.create_market(2, symbol=symbol).error == "ExchangeAlreadyOpen", "leave is for one market"
    exchange.vm.advance(seconds=7 * DAY - 1)
    exchange.ok(exchange.post({1: 1_500_000}))
    assert exchange.market(1)["oi_cap"] == start
    exchange.vm.advance(seconds=3_600)
    exchange.ok(exchange.post({1: 1_500_000}))
    assert (exchange.market(1)["oi_cap"], exchange.market(1)["later_oi_cap"]) == (50_000_000, 0)


def test_a_change_of_a_young_market_does_not_lift_its_starting_cap(exchange: Exchange) -> None:
    late = {"symbol": b"LATE".ljust(16, b"\0")}
    exchange.ok(exchange.enact({"NewMarket": {"params": market_params(exchange.authority.pubkey(), **late)}}))
    exchange.add_market(1, **late)
    larger = market_params(exchange.authority.pubkey(), **late, oi_cap=80_000_000)
    exchange.ok(exchange.enact({"Market": {"market": 1, "params": larger}}))
    market = exchange.market(1)
    assert (market["oi_cap"], market["later_oi_cap"]) == (10**12 // 1_500_000, 80_000_000)


def test_a_collateral_of_an_open_exchange_is_added_as_it_was_announced(exchange: Exchange) -> None:
    sol = Keypair.from_seed(bytes([78] * 32)).pubkey()
    exchange._put_mint(sol, decimals=9)
    weights = {
        "feed_id": bytes([7] * 32),
        "max_age_s": 60,
        "initial_weight": 800_000,
        "maintenance_weight": 900_000,
    }
    terms = usdc(**weights)
    exchange.ok(exchange.enact({"NewCollateral": {"mint": sol, "params": terms}}))
    first, exchange.mint = exchange.mint, sol
    exchange.vault, old_vault = exchange.pda(b"vault", bytes(exchange.address), bytes(sol)), exchange.vault
    assert exchange.add_usdc(**weights | {"initial_weight": 700_000}).error == "ExchangeAlreadyOpen"
    exchange.ok(exchange.add_usdc(**weights))
    assert exchange.state()["collateral_count"] == 2
    assert exchange.state()["collaterals"][1]["decimals"] == 9
    exchange.mint, exchange.vault = first, old_vault


def test_restricting_a_market_takes_one_signature_loosening_it_the_timelock(
    exchange: Exchange, guardian: Keypair
) -> None:
    maker, trader = exchange.funded(1, 10_000), exchange.funded(2, 1_000)
    exchange.ok(exchange.place(maker, "Ask", 15_000, 100))
    exchange.ok(exchange.place(trader, "Bid", 15_000, 100))
    assert status(exchange, exchange.vm.fund(93), "ReduceOnly").error == "NotAuthorised"
    assert status(exchange, guardian, "Settling").error == "ParameterOutOfBounds"
    event = exchange.ok(status(exchange, guardian, "ReduceOnly")).event
    assert (event["status"], event["by"]) == (3, guardian.pubkey())
    assert exchange.place(maker, "Bid", 14_990, 100).error == "MarketNotActive"
    exchange.ok(exchange.place(trader, "Ask", 15_010, 100, reduce_only=True))
    for word in ("Active", "PostOnly"):
        assert status(exchange, exchange.admin, word).error == "ExchangeAlreadyOpen"
    exchange.ok(exchange.enact({"Status": {"market": 0, "status": 2}}))
    exchange.ok(exchange.post({0: 1_500_000}))
    assert exchange.place(maker, "Bid", 14_990, 100).error == "MatchingPaused"
    exchange.ok(exchange.place(maker, "Bid", 14_990, 100, kind="PostOnly"))
    exchange.vm.advance(seconds=60)
    exchange.ok(exchange.post({0: 1_500_000}))
    exchange.ok(exchange.place(maker, "Bid", 14_990, 100))
    invariants.check(exchange)


def test_a_market_settles_only_after_a_day_of_reduce_only(exchange: Exchange) -> None:
    settle = {"Status": {"market": 0, "status": 4}}
    exchange.ok(exchange.queue(settle))
    exchange.vm.advance(seconds=DAY)
    assert exchange.apply(1).error == "NoticeTooShort"
    exchange.ok(status(exchange, exchange.admin, "ReduceOnly"))
    exchange.vm.advance(seconds=DAY - 1)
    assert exchange.apply(1).error == "NoticeTooShort"
    exchange.vm.advance(seconds=1)
    exchange.ok(exchange.apply(1))
    assert exchange.market()["status"] == 4
    assert status(exchange, exchange.admin, "ReduceOnly").error == "MarketNotActive"


# The attacks of program.md about keys, by name.


def test_attack_stolen_admin_key_within_the_timelock(exchange: Exchange, guardian: Keypair) -> None:
    """The thief queues what would pay him; the guardian drops it and cannot be removed; traders leave."""
    thief, trader = exchange.admin, exchange.funded(1, 1_000)
    exchange.ok(exchange.queue(source(exchange, exchange.vm.fund(94).pubkey()), thief))
    assert exchange.apply(1).error == "ChangeNotDue"
    nobody = {"guardian": thief.pubkey()}
    assert signed(exchange, "set_guardian", thief, nobody).error == "ExchangeAlreadyOpen"
    exchange.ok(exchange.queue({"Guardian": nobody}, thief))
    for seq in (1, 2):
        exchange.ok(cancel(exchange, guardian, seq))
    exchange.vm.advance(seconds=DAY)
    assert exchange.apply(1).error is not None
    assert exchange.market()["price_authority"] == exchange.authority.pubkey()
    exchange.ok(exchange.withdraw(trader, 2**64 - 1))


def test_attack_stolen_admin_key_pauses_withdrawals_until_its_change_is_due(exchange: Exchange) -> None:
    """The wait begins anew when withdrawals are possible again: nobody is held until it is too late."""
    trader = exchange.funded(1, 1_000)
    exchange.ok(exchange.queue(source(exchange, exchange.vm.fund(94).pubkey())))
    exchange.ok(pause(exchange, exchange.admin, 2))
    exchange.vm.advance(seconds=DAY)
    assert exchange.apply(1).error == "Paused"
    exchange.ok(pause(exchange, exchange.admin, 0))
    assert exchange.apply(1).error == "ChangeNotDue"
    exchange.vm.advance(seconds=DAY - 1)
    assert exchange.apply(1).error == "ChangeNotDue"
    exchange.ok(exchange.withdraw(trader, 2**64 - 1))


def test_attack_stolen_price_authority(exchange: Exchange, guardian: Keypair) -> None:
    """It moves the market 10 % a minute at most; a guardian stops new risk at once; the key is replaced."""
    for _ in range(3):
        exchange.vm.advance(slots=3, seconds=2)
        exchange.ok(exchange.post({0: 3_000_000}))
    assert exchange.market()["index_price"] <= 1_650_000
    exchange.ok(status(exchange, guardian, "ReduceOnly"))
    heir = exchange.vm.fund(95)
    exchange.ok(exchange.enact(source(exchange, heir.pubkey())))
    assert exchange.post({0: 1_500_000}).error == "NotAuthorised"
    exchange.authority = heir
    exchange.ok(exchange.post({0: 1_500_000}))


def test_attack_pause_that_traps_funds(exchange: Exchange, guardian: Keypair) -> None:
    """Withdrawals pause for three days of seven at most, whoever signs; orders come out, positions close."""
    maker, trader = exchange.funded(1, 10_000), exchange.funded(2, 1_000)
    exchange.ok(exchange.place(maker, "Ask", 15_000, 100))
    exchange.ok(exchange.place(trader, "Bid", 15_000, 100))
    exchange.ok(exchange.place(maker, "Bid", 14_990, 100))
    exchange.ok(pause(exchange, guardian, 1 | 2 | 4 | 8))
    exchange.ok(exchange.place(trader, "Ask", 14_990, 100, reduce_only=True))
    exchange.ok(exchange.cancel_all(maker))
    exchange.vm.advance(seconds=3 * DAY - 1)
    assert exchange.withdraw(trader, 1).error == "Paused"
    exchange.vm.advance(seconds=1)
    exchange.ok(exchange.withdraw(trader, 1))
    for key in (guardian, exchange.admin):
        assert pause(exchange, key, 1 | 2 | 4 | 8).error == "PauseUsedUp"
    exchange.ok(pause(exchange, guardian, 1 | 4 | 8))
    exchange.ok(exchange.withdraw(trader, 2**64 - 1))
    exchange.vm.advance(seconds=4 * DAY)
    exchange.ok(pause(exchange, guardian, 1 | 2 | 4 | 8))
    assert exchange.withdraw(maker, 1).error == "Paused"
    invariants.check(exchange)


def test_attack_pause_that_is_lifted_again_and_again_keeps_nobody_in(exchange: Exchange) -> None:
    """Each lift rests matching for a minute, but not twice in ten minutes."""
    maker, trader = exchange.funded(1, 10_000), exchange.funded(2, 1_000)
    exchange.ok(exchange.place(maker, "Ask", 15_000, 100))
    exchange.ok(exchange.place(trader, "Bid", 15_000, 100))
    exchange.ok(exchange.place(maker, "Bid", 14_990, 100))
    for _ in range(2):
        exchange.ok(pause(exchange, exchange.admin, 1))
        exchange.ok(pause(exchange, exchange.admin, 0))
        exchange.vm.advance(slots=140, seconds=60)
        exchange.ok(exchange.post({0: 1_500_000}))
    exchange.ok(pause(exchange, exchange.admin, 1))
    exchange.ok(pause(exchange, exchange.admin, 0))
    exchange.ok(exchange.place(trader, "Ask", 14_990, 100, reduce_only=True))


def test_attack_post_only_that_traps_positions(exchange: Exchange, guardian: Keypair) -> None:
    """After an hour of post-only, positions can be reduced again."""
    maker, trader = exchange.funded(1, 10_000), exchange.funded(2, 1_000)
    exchange.ok(exchange.place(maker, "Ask", 15_000, 100))
    exchange.ok(exchange.place(trader, "Bid", 15_000, 100))
    exchange.ok(exchange.place(maker, "Bid", 14_990, 100))
    exchange.ok(status(exchange, guardian, "PostOnly"))
    assert closing(exchange, trader).error == "MarketNotActive"
    exchange.vm.advance(seconds=3_600)
    exchange.ok(exchange.post({0: 1_500_000}))
    exchange.vm.advance(seconds=60)
    exchange.ok(exchange.post({0: 1_500_000}))
    assert exchange.place(trader, "Ask", 14_990, 100).error == "MarketNotActive"
    exchange.ok(closing(exchange, trader))
    assert exchange.position(trader) is None or exchange.position(trader)["base"] == 0


def closing(exchange: Exchange, trader: Trader) -> Result:
    return exchange.place(trader, "Ask", 14_990, 100, reduce_only=True)
