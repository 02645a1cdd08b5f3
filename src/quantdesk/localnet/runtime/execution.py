"""Running one transaction in the VM and writing down what a node would record of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from solders.account import Account
from solders.litesvm import LiteSVM
from solders.pubkey import Pubkey
from solders.transaction_metadata import FailedTransactionMetadata, TransactionMetadata

from quantdesk.localnet.runtime.accounts import AccountsView
from quantdesk.localnet.runtime.outcome import InnerCall, TokenBalance, TransactionResult
from quantdesk.localnet.runtime.tables import LoadedAddresses, load_addresses
from quantdesk.localnet.runtime.tokens import TOKEN_PROGRAMS, decode_mint, decode_token_account
from quantdesk.localnet.runtime.wire import WireTransaction


@dataclass(frozen=True, slots=True)
class Execution:
    """A transaction that ran. It `landed` when its fee was charged; only then is it part of the chain."""

    wire: WireTransaction
    landed: bool
    result: TransactionResult
    keys: list[Pubkey]
    """All account keys: the message's, then the lookup tables' writable, then their readonly ones."""
    written: list[Pubkey]
    """The keys it had write access to, when it landed."""


@dataclass(slots=True)
class _Balances:
    lamports: list[int]
    tokens: list[TokenBalance]


class Executor:
    """Runs transactions and collects balances, which LiteSVM does not give."""

    def __init__(self, vm: LiteSVM, accounts: AccountsView) -> None:
        self._vm = vm
        self._accounts = accounts

    def execute(self, wire: WireTransaction) -> Execution:
        """Run `wire`; its signatures, blockhash and novelty have been checked."""
        loaded = load_addresses(self._accounts, wire)
        keys = wire.keys if not loaded else wire.keys + loaded.writable + loaded.readonly
        before = self._balances(keys)
        outcome = self._vm.send_transaction(wire.parsed)
        after = self._balances(keys)
        error = error_json(outcome) if isinstance(outcome, FailedTransactionMetadata) else None
        if error == "InvalidProgramForExecution":
            error = self._program_error(wire, keys)
        landed = error is None or after.lamports[0] != before.lamports[0]
        meta = outcome.meta() if isinstance(outcome, FailedTransactionMetadata) else outcome
        result = _result(meta, error, before, after, loaded)
        return Execution(wire, landed, result, keys, _written(wire, keys, loaded) if landed else [])

    def _balances(self, keys: list[Pubkey]) -> _Balances:
        lamports: list[int] = []
        tokens: list[TokenBalance] = []
        for index, key in enumerate(keys):
            account = self._accounts.read_small(key)
            if account is None:  # absent, or large
                lamports.append(self._vm.get_balance(key) or 0)
                continue
            lamports.append(account.lamports)
            balance = token_balance_of(index, account, self._accounts.read_small)
            if balance is not None:
                tokens.append(balance)
        return _Balances(lamports, tokens)

    def _program_error(self, wire: WireTransaction, keys: list[Pubkey]) -> str:
        """LiteSVM has one error where a node tells a missing program from one that cannot run."""
        programs = {keys[instruction.program_id_index] for instruction in wire.body.instructions}
        missing = any(self._accounts.get(program) is None for program in programs)
        return "ProgramAccountNotFound" if missing else "InvalidProgramForExecution"


def token_balance_of(
    index: int, account: Account, reader: Callable[[Pubkey], Account | None]
) -> TokenBalance | None:
    """The token balance of the account at `index` of a transaction, None when it is no token account."""
    if account.owner not in TOKEN_PROGRAMS:
        return None
    token = decode_token_account(account.data)
    mint_account = None if token is None else reader(token.mint)
    mint = None if mint_account is None else decode_mint(mint_account.data)
    if token is None or mint is None:
        return None
    return TokenBalance(
        index, bytes(token.mint), bytes(token.owner), bytes(account.owner), token.amount, mint.decimals
    )


def error_json(failed: FailedTransactionMetadata) -> Any:
    """The wire form of a failure's error."""
    return msgspec.json.decode(failed.to_json())["err"]


def inner_calls(meta: TransactionMetadata) -> list[tuple[int, list[InnerCall]]]:
    """What each top-level instruction invoked, those that invoked nothing left out."""
    found: list[tuple[int, list[InnerCall]]] = []
    for index, calls in enumerate(meta.inner_instructions()):
        if calls:
            found.append((index, [_inner_call(call) for call in calls]))
    return found


def _inner_call(call: Any) -> InnerCall:
    instruction = call.instruction()
    return InnerCall(
        instruction.program_id_index,
        bytes(instruction.accounts),
        bytes(instruction.data),
        call.stack_height(),
    )


def _result(
    meta: TransactionMetadata, error: Any, before: _Balances, after: _Balances, loaded: LoadedAddresses | None
) -> TransactionResult:
    returned = meta.return_data()
    return TransactionResult(
        error=error,
        fee=meta.fee(),
        units=meta.compute_units_consumed(),
        pre_balances=before.lamports,
        post_balances=after.lamports,
        logs=meta.logs(),
        inner=inner_calls(meta),
        pre_tokens=before.tokens,
        post_tokens=after.tokens,
        loaded_writable=[bytes(key) for key in loaded.writable] if loaded else [],
        loaded_readonly=[bytes(key) for key in loaded.readonly] if loaded else [],
        return_program=bytes(returned.program_id) if returned.data else None,
        return_data=bytes(returned.data),
    )


def _written(wire: WireTransaction, keys: list[Pubkey], loaded: LoadedAddresses | None) -> list[Pubkey]:
    static = [key for key, is_writable in zip(wire.keys, wire.writable_flags(), strict=True) if is_writable]
    return static + loaded.writable if loaded else static
