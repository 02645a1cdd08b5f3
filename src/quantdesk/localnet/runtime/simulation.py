"""Running a transaction to see what it would do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from solders.account import Account
from solders.pubkey import Pubkey
from solders.transaction_metadata import FailedTransactionMetadata, TransactionMetadata

from quantdesk.localnet.runtime.bank import Bank
from quantdesk.localnet.runtime.execution import error_json, inner_calls, token_balance_of
from quantdesk.localnet.runtime.outcome import TokenBalance, TransactionResult
from quantdesk.localnet.runtime.tables import load_addresses
from quantdesk.localnet.runtime.wire import WireTransaction

_ACCOUNT_OVERHEAD_BYTES = 64
"""What each loaded account counts beside its data (SIMD-186)."""


@dataclass(frozen=True, slots=True)
class Simulation:
    """What a transaction would do. `refusal` is why it did not even run.

    `loaded_bytes` counts account data.
    """

    refusal: str | None
    result: TransactionResult
    keys: list[Pubkey]
    post_accounts: dict[Pubkey, Account]
    loaded_bytes: int


def simulate(bank: Bank, wire: WireTransaction, refusal: str | None) -> Simulation:
    """Simulate `wire`; with a `refusal` nothing runs and the refusal is the result."""
    loaded = load_addresses(bank.accounts, wire)
    writable, readonly = (loaded.writable, loaded.readonly) if loaded else ([], [])
    keys = wire.keys + writable + readonly
    if refusal is not None:
        return Simulation(refusal, _nothing(refusal, writable, readonly), keys, {}, 0)
    outcome = bank.simulate(wire.parsed)
    before = {key: account for key in keys if (account := bank.accounts.get(key)) is not None}
    post = dict(before)
    error: Any = None
    if isinstance(outcome, FailedTransactionMetadata):
        error = error_json(outcome)
    else:
        post.update(outcome.post_accounts())
    meta = outcome.meta()
    result = _result(
        bank,
        meta=meta,
        error=error,
        keys=keys,
        before=before,
        after=post,
        writable=writable,
        readonly=readonly,
    )
    size = sum(len(account.data) + _ACCOUNT_OVERHEAD_BYTES for account in before.values())
    return Simulation(None, result, keys, post, size)


def _result(
    bank: Bank,
    *,
    meta: TransactionMetadata,
    error: Any,
    keys: list[Pubkey],
    before: dict[Pubkey, Account],
    after: dict[Pubkey, Account],
    writable: list[Pubkey],
    readonly: list[Pubkey],
) -> TransactionResult:
    returned = meta.return_data()
    return TransactionResult(
        error=error,
        fee=meta.fee(),
        units=meta.compute_units_consumed(),
        pre_balances=_lamports(keys, before),
        post_balances=_lamports(keys, after),
        logs=meta.logs(),
        inner=inner_calls(meta),
        pre_tokens=_tokens(bank, keys, before),
        post_tokens=_tokens(bank, keys, after),
        loaded_writable=[bytes(key) for key in writable],
        loaded_readonly=[bytes(key) for key in readonly],
        return_program=bytes(returned.program_id) if returned.data else None,
        return_data=bytes(returned.data),
    )


def _lamports(keys: list[Pubkey], accounts: dict[Pubkey, Account]) -> list[int]:
    return [accounts[key].lamports if key in accounts else 0 for key in keys]


def _tokens(bank: Bank, keys: list[Pubkey], accounts: dict[Pubkey, Account]) -> list[TokenBalance]:
    def reader(key: Pubkey) -> Account | None:
        return accounts.get(key) or bank.accounts.get(key)

    balances = [
        token_balance_of(index, accounts[key], reader) for index, key in enumerate(keys) if key in accounts
    ]
    return [balance for balance in balances if balance is not None]


def _nothing(error: str, writable: list[Pubkey], readonly: list[Pubkey]) -> TransactionResult:
    return TransactionResult(
        error,
        0,
        0,
        [],
        [],
        [],
        [],
        [],
        [],
        [bytes(k) for k in writable],
        [bytes(k) for k in readonly],
        None,
        b"",
    )
