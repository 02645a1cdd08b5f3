"""Deployed and upgraded through the upgradeable loader; accounts of the first layout migrate and open."""

from __future__ import annotations

import json
from typing import Any

import pytest
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from integration.program import idl, invariants
from integration.program.dump import SOL_EACH, load
from integration.program.exchange import USDC, Exchange, sol_vault, withdraw_sol
from integration.program.test_collateral import priced_sol
from integration.program.test_refusals import refuse
from integration.program.vm import PROGRAM_BYTES, ROOT, Vm

DUMP = ROOT / "tests" / "vectors" / "accounts_of_issue_3.json"
"""Written by the first binary that was shipped: `git show 42152fe^:onchain/bin/quantdesk.so` (and `:idl`)."""
ASSOCIATED_TOKEN = Pubkey.from_string("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL")
EVERYTHING = 2**64 - 1


@pytest.fixture
def written() -> dict[str, Any]:
    found = json.loads(DUMP.read_text())
    assert isinstance(found, dict)
    return found


def everyone_leaves(exchange: Exchange) -> None:
    """All cancel, close, withdraw and delete their accounts; only fees, dust of funding and rent are left."""
    for market in (0, 1):
        for trader in exchange.traders[:-1]:
            exchange.ok(exchange.cancel_all(trader, market=market))
        for trader in exchange.traders[1:-1]:
            position = exchange.position(trader, market)
            if position:
                side, other = ("Ask", "Bid") if position["base"] > 0 else ("Bid", "Ask")
                ticks = exchange.market(market)["index_price"] // 100
                exchange.ok(exchange.place(exchange.traders[0], other, ticks, abs(position["base"]), market))
                exchange.ok(exchange.place(trader, side, ticks, abs(position["base"]), market))
        invariants.check(exchange)
    exchange.vm.advance(slots=10_000, seconds=86_400)
    for trader in exchange.traders[-2:]:
        assert exchange.ok(withdraw_sol(exchange, trader, EVERYTHING)).event["amount"] == SOL_EACH
    assert exchange.tokens(sol_vault(exchange)) == 0
    for trader in exchange.traders:
        exchange.ok(exchange.withdraw(trader, EVERYTHING))
        exchange.ok(exchange.close(trader))
    state = exchange.state()
    dust = sum(market["funding_pool"] for market in state["markets"][:2])
    assert exchange.tokens(exchange.vault) == state["fees_collected"] + dust
    assert 0 <= dust < 100


def test_accounts_of_the_first_layout_are_migrated_and_everyone_can_leave(written: dict[str, Any]) -> None:
    exchange = load(written, PROGRAM_BYTES.read_bytes())
    exchange.ok(exchange.migrate())
    invariants.check(exchange)
    maker, long, short, small, parked = exchange.traders
    assert [exchange.position(trader)["base"] for trader in (maker, long, short)] == [400, 600, -1_000]  # type: ignore[index]
    assert exchange.slot(long)["locked"] == 400 * (15_150 - 15_010) * 100
    assert exchange.trader_state(parked)["parked"][0] == 7 * USDC
    assert exchange.slot(small)["usdc"] == 60 * USDC
    assert exchange.market()["funding_index"] > 0
    exchange.ok(exchange.place(small, "Bid", 15_000, 10))
    everyone_leaves(exchange)


def test_a_migration_cut_anywhere_goes_on_where_it_was_and_changes_nothing_else(
    written: dict[str, Any],
) -> None:
    """USDC and SOL are two rows. Only the version, the cursor and what layout 1 left zero may differ."""
    exchange = load(written, PROGRAM_BYTES.read_bytes())
    before = {key: account.data for key, account in exchange.vm.svm.get_program_accounts(idl.program_id())}
    first = exchange.state()
    assert (first["header"]["layout_version"], [each["jump_band"] for each in first["collaterals"]]) == (
        1,
        [0] * 8,
    )
    event = exchange.ok(exchange.migrate(0, rows=1)).event
    assert (event["cursor"], event["layout_version"]) == (1, 1)
    refuse(exchange, "WrongLayoutVersion", lambda: exchange.cancel_all(exchange.traders[0]))
    refuse(exchange, "WrongLayoutVersion", lambda: exchange.withdraw(exchange.traders[0], 1))
    refuse(exchange, "WrongLayoutVersion", lambda: exchange.grow("Ledger", exchange.ledger, 17))
    refuse(exchange, "CursorNotNext", lambda: exchange.migrate(0))
    refuse(exchange, "CursorNotNext", lambda: exchange.migrate(2))
    refuse(exchange, "ZeroAmount", lambda: exchange.migrate(1, rows=0))
    event = exchange.ok(exchange.migrate(1, rows=1)).event
    assert (event["account"], event["cursor"], event["layout_version"]) == (exchange.address, 0, 2)
    refuse(exchange, "AlreadyMigrated", lambda: exchange.migrate(0))
    after = exchange.state()
    for each in (first, after):
        each["header"].pop("layout_version")
        each.pop("event_seq")
    assert first["collaterals"][1].pop("jump_band") == 0
    assert after["collaterals"][1].pop("jump_band") == 20_000
    assert first == after
    for key, account in exchange.vm.svm.get_program_accounts(idl.program_id()):
        assert key == exchange.address or account.data == before[key]


def test_a_collateral_of_the_first_layout_holds_a_jump_once_it_is_migrated(written: dict[str, Any]) -> None:
    exchange = load(written, PROGRAM_BYTES.read_bytes())
    exchange.ok(exchange.migrate())
    for dollars, price, pending in ((150, 150, 0), (152.5, 152.5, 0), (160, 152.5, 160), (152, 152, 0)):
        exchange.vm.advance(slots=3, seconds=2)
        priced_sol(exchange, dollars)
        sol = exchange.state()["collaterals"][1]
        assert (sol["price"], sol["pending_price"]) == (price * 1_000, pending * 1_000)


def test_sizes_and_versions_of_the_first_layout_are_todays_after_the_migration(
    written: dict[str, Any],
) -> None:
    old, new = load(written, PROGRAM_BYTES.read_bytes()), Exchange(Vm(), slots=16)
    old.ok(old.migrate())
    new.vm.deploy_at(PROGRAM_BYTES.read_bytes(), idl.program_id())
    new.set_up(markets=2, sol=True, book_capacity=16)
    for address in (old.address, old.ledger, old.book(0), old.book(1)):
        before, after = old.vm.data(address), new.vm.data(address)
        assert len(before) == len(after)
        assert before[:16] == after[:16], "discriminator, version, status, bump and stride"


def test_an_upgrade_replaces_the_code_and_no_account(written: dict[str, Any]) -> None:
    """Another program stands at the address, with room to spare; then the authority upgrades it to ours."""
    program = idl.program_id()
    other = Vm().data(ASSOCIATED_TOKEN)
    exchange = load(written, other, room=400_000)
    before = {key: account.data for key, account in exchange.vm.svm.get_program_accounts(program)}
    assert exchange.cancel_all(exchange.traders[0]).error is not None
    stranger = exchange.vm.fund(99)
    refused = exchange.vm.upgrade(PROGRAM_BYTES.read_bytes(), program, stranger)
    assert refused.error is not None
    assert "IncorrectAuthority" in refused.error
    upgraded = exchange.vm.upgrade(PROGRAM_BYTES.read_bytes(), program, exchange.vm.payer)
    assert upgraded.error is None, upgraded.logs
    assert {key: account.data for key, account in exchange.vm.svm.get_program_accounts(program)} == before
    exchange.ok(exchange.migrate())
    everyone_leaves(exchange)


def test_a_program_without_an_authority_can_never_be_upgraded(written: dict[str, Any]) -> None:
    exchange = load(written, PROGRAM_BYTES.read_bytes())
    vm, program = exchange.vm, idl.program_id()
    assert vm.give_up_authority(program, Keypair.from_seed(bytes([9] * 32))).error is not None
    assert vm.give_up_authority(program, vm.payer).error is None
    refused = vm.upgrade(PROGRAM_BYTES.read_bytes(), program, vm.payer)
    assert refused.error is not None
    assert "Immutable" in refused.error
    exchange.ok(exchange.migrate())
    exchange.ok(exchange.cancel_all(exchange.traders[0]))
