"""Creating an exchange: growth, pre-funded addresses, what is refused before and after the opening."""

from __future__ import annotations

import pytest
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from integration.program import idl
from integration.program.exchange import HEADER_BYTES, USDC, Exchange, machine


@pytest.fixture
def fresh() -> Exchange:
    return Exchange(machine())


def test_accounts_grow_in_steps_and_are_usable_only_at_full_size(fresh: Exchange) -> None:
    fresh.ok(fresh.init())
    assert fresh.add_usdc().error == "WrongAccountKind"
    steps = 0
    while not fresh.grow_ready(fresh.ok(fresh.grow("Exchange", fresh.address))):
        steps += 1
        assert fresh.add_usdc().error == "WrongAccountKind"
    assert steps == -(-(8 + idl.size_of("Exchange") - 10_240) // 10_240) - 1
    fresh.ok(fresh.add_usdc())
    assert fresh.grow("Exchange", fresh.address).error == "GrowthLimit"


def test_a_ledger_grows_to_its_target_and_later_past_it(fresh: Exchange) -> None:
    fresh.ok(fresh.init(slot_capacity=20))
    fresh.grow_fully("Exchange", fresh.address)
    fresh.grow_fully("Ledger", fresh.ledger)
    assert fresh.ledger_bytes() == HEADER_BYTES["Ledger"] + 20 * idl.size_of("Slot")
    fresh.grow_fully("Ledger", fresh.ledger, target=50)
    assert fresh.ledger_bytes() == HEADER_BYTES["Ledger"] + 50 * idl.size_of("Slot")
    assert fresh.state()["slot_capacity"] == 50
    assert fresh.grow("Ledger", fresh.ledger, target=8_001).error == "GrowthLimit"


def test_growth_never_passes_the_published_data_limit(fresh: Exchange) -> None:
    bytes_of_30_slots = HEADER_BYTES["Ledger"] + 30 * idl.size_of("Slot")
    assert fresh.init(slot_capacity=31, client_data_limit=bytes_of_30_slots).error == "GrowthLimit"
    fresh.ok(fresh.init(slot_capacity=30, client_data_limit=bytes_of_30_slots))
    fresh.grow_fully("Exchange", fresh.address)
    fresh.grow_fully("Ledger", fresh.ledger)
    assert fresh.grow("Ledger", fresh.ledger, target=31).error == "GrowthLimit"


def test_lamports_sent_to_an_address_before_its_creation_do_not_block_it(fresh: Exchange) -> None:
    trader = fresh.pda(b"trader", bytes(fresh.address), bytes(fresh.vm.fund(5).pubkey()), b"\0")
    for address in (fresh.address, fresh.ledger, fresh.vault, fresh.book(0), trader):
        fresh.vm.svm.airdrop(address, 1_000_000)
    fresh.vm.svm.airdrop(fresh.book(1), 10**12)  # more than its rent
    fresh.set_up(markets=2)
    fresh.open_trader(5)


def test_an_exchange_cannot_be_created_twice(fresh: Exchange) -> None:
    fresh.ok(fresh.init())
    assert fresh.init(min_slot_equity=1).error == "AlreadyInitialised"


@pytest.mark.parametrize(
    ("change", "value"),
    [
        ("min_slot_equity", 0),
        ("slot_capacity", 0),
        ("slot_capacity", 8_001),
        ("timelock_s", 28 * 86_400 + 1),
        ("guardian", Pubkey(bytes(32))),
        (
            "fee_tiers",
            [{"min_volume": 0, "maker": -20, "taker": 19}] + [{"min_volume": 0, "maker": 0, "taker": 0}] * 7,
        ),
        (
            "fee_tiers",
            [{"min_volume": 0, "maker": 0, "taker": 10_001}]
            + [{"min_volume": 0, "maker": 0, "taker": 0}] * 7,
        ),
        (
            "fee_tiers",
            [{"min_volume": 5, "maker": 0, "taker": 1}] + [{"min_volume": 0, "maker": 0, "taker": 0}] * 7,
        ),
    ],
)
def test_exchange_parameters_obey_compiled_bounds(fresh: Exchange, change: str, value: object) -> None:
    assert fresh.init(**{change: value}).error == "ParameterOutOfBounds"


@pytest.mark.parametrize(
    ("change", "value"),
    [
        ("symbol", bytes(16)),
        ("symbol", b"A\0B".ljust(16, b"\0")),
        ("price_authority", Pubkey(bytes(32))),
        ("source", 1),
        ("book_capacity", 0),
        ("book_capacity", 2_049),
        ("lots_per_base", 0),
        ("tick_size", 0),
        ("tick_size", 14),
        ("tick_size", 151),
        ("reference_price", 99_999),
        ("reference_price", 100_000_001),
        ("maintenance_fraction", 99_999),
        ("mark_band", 12_501),
        ("mark_band", 0),
        ("trade_band", 12_499),
        ("funding_cap", 40_001),
        ("funding_cap", 0),
        ("interest", 1_001),
        ("profit_weight", 1_000_001),
        ("max_position", 0),
        ("max_position", 2**53 // 1_500_000 + 1),
        ("min_order_notional", 999_999),
        ("impact_notional", 9 * USDC),
        ("vesting_s", 59),
        ("open_max_age_ms", 60_001),
        ("liquidate_max_age_ms", 9_999),
        ("open_confidence", 0),
        ("liquidate_confidence", 2_499),
        ("jump_band", 999),
        ("minute_band", 999),
        ("oi_cap", 0),
    ],
)
def test_market_parameters_obey_compiled_bounds(fresh: Exchange, change: str, value: object) -> None:
    fresh.ok(fresh.init())
    fresh.grow_fully("Exchange", fresh.address)
    assert fresh.create_market(0, **{change: value}).error == "ParameterOutOfBounds"
    assert fresh.vm.data(fresh.book(0)) == b""


def test_markets_take_the_next_index_and_a_symbol_of_their_own(fresh: Exchange) -> None:
    fresh.ok(fresh.init())
    fresh.grow_fully("Exchange", fresh.address)
    assert fresh.create_market(1).error == "UnknownMarket"
    fresh.ok(fresh.create_market(0))
    assert fresh.create_market(1).error == "AlreadyInitialised"
    fresh.ok(fresh.create_market(1, symbol=b"OTHER".ljust(16, b"\0")))


def test_an_exchange_opens_once_when_money_and_books_are_ready(fresh: Exchange) -> None:
    fresh.ok(fresh.init(slot_capacity=64))
    fresh.grow_fully("Exchange", fresh.address)
    assert fresh.open().error == "AccountNotReady"
    fresh.grow_fully("Ledger", fresh.ledger)
    assert fresh.open().error == "UnknownCollateral"
    fresh.ok(fresh.add_usdc())
    fresh.ok(fresh.create_market(0))
    assert fresh.open().error == "BookNotUsable"
    fresh.grow_fully("Book", fresh.book(0))
    trader = fresh.open_trader(5)
    assert fresh.deposit(trader, USDC).error == "ExchangeNotOpen"
    fresh.ok(fresh.open())
    fresh.ok(fresh.deposit(trader, USDC))
    assert fresh.open().error == "ExchangeAlreadyOpen"


def test_markets_and_collaterals_cannot_be_added_at_once_to_an_open_exchange(exchange: Exchange) -> None:
    late = b"LATE".ljust(16, b"\0")
    assert exchange.create_market(1, symbol=late).error == "ExchangeAlreadyOpen"
    exchange.mint = Keypair.from_seed(bytes([77] * 32)).pubkey()
    exchange.vault = exchange.pda(b"vault", bytes(exchange.address), bytes(exchange.mint))
    exchange._put_mint(exchange.mint, decimals=6)
    assert exchange.add_usdc().error == "ExchangeAlreadyOpen"


def test_usdc_has_six_decimals_and_weighs_in_full(fresh: Exchange) -> None:
    fresh.ok(fresh.init())
    fresh.grow_fully("Exchange", fresh.address)
    assert fresh.add_usdc(initial_weight=999_999).error == "ParameterOutOfBounds"
    assert fresh.add_usdc(deposit_cap=0).error == "ParameterOutOfBounds"
    fresh._put_mint(fresh.mint, decimals=9)
    assert fresh.add_usdc().error == "ParameterOutOfBounds"


def test_exchanges_under_one_program_do_not_touch_each_other() -> None:
    vm = machine()
    first, second = Exchange(vm, 0), Exchange(vm, 1)
    first.set_up()
    before = vm.data(first.address)
    second.set_up()
    assert vm.data(first.address) == before


def test_unknown_instructions_and_malformed_arguments_are_refused_by_name(exchange: Exchange) -> None:
    valid = exchange.build("open_exchange")
    for data, name in [
        (b"", "UnknownInstruction"),
        (b"\1" * 7, "UnknownInstruction"),
        (b"\1" * 8, "UnknownInstruction"),
        (bytes(valid.data) + b"\0", "MalformedArguments"),
    ]:
        instruction = type(valid)(valid.program_id, data, valid.accounts)
        assert exchange.run(instruction, signers=[exchange.admin]).error == name


def test_nobody_else_can_forge_an_event(exchange: Exchange) -> None:
    outsider = exchange.vm.fund(9)
    event = idl.EVENT_TAG + bytes(24)
    program, metas = idl.program_id(), exchange.build("open_exchange").accounts
    authority = metas[-2]
    instruction = type(exchange.build("open_exchange"))
    meta = type(authority)
    forged = instruction(program, event, [meta(outsider.pubkey(), is_signer=True, is_writable=False)])
    assert exchange.run(forged, signers=[outsider]).error == "WrongAddress"
    assert exchange.run(instruction(program, event, [authority])).error == "MissingSignature"
    assert exchange.run(instruction(program, event, [])).error == "WrongAccountCount"
