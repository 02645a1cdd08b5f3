"""Every refusal has its own error and leaves all accounts byte-identical; no error is unreachable."""

from __future__ import annotations

import pytest
from solders.pubkey import Pubkey
from solders.token import ID as TOKEN_PROGRAM

from integration.program import idl
from integration.program.exchange import Exchange
from integration.program.refusals import AS_CODES, ROWS


def everything(exchange: Exchange) -> dict[Pubkey, tuple[bytes, int]]:
    """Bytes and lamports of every account of the program and of every token account and mint."""
    svm = exchange.vm.svm
    found = [*svm.get_program_accounts(idl.program_id()), *svm.get_program_accounts(TOKEN_PROGRAM)]
    return {key: (account.data, account.lamports) for key, account in found}


def test_every_error_of_the_idl_has_a_row_and_every_row_an_error() -> None:
    rows = [*ROWS, *AS_CODES]
    assert len(rows) == len(set(rows))
    named = set(idl.errors().values())
    assert set(rows) == named, (
        f"without a row in tests/integration/program/refusals: {sorted(named - set(rows))}; "
        f"a row and no error: {sorted(set(rows) - named)}"
    )


@pytest.mark.parametrize("name", sorted(ROWS))
def test_the_refusal_names_its_error_and_changes_nothing(name: str) -> None:
    row = ROWS[name]
    exchange = row.start()
    act = row.prepare(exchange)
    before = everything(exchange)
    result = act()
    assert result.error == name, (result.error, result.outcome.logs[-3:])
    assert everything(exchange) == before


@pytest.mark.parametrize("name", sorted(AS_CODES))
def test_the_result_code_names_its_error(name: str) -> None:
    row = AS_CODES[name]
    exchange = row.start()
    event = exchange.ok(row.prepare(exchange)()).event
    (result,) = event["orders"]
    assert idl.errors()[result["code"]] == name
