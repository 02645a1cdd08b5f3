"""What became of a transaction, in a form that is stored as it is (msgpack, fields in order)."""

from __future__ import annotations

from typing import Any

import msgspec


class TokenBalance(msgspec.Struct, array_like=True, frozen=True):
    """The balance of a token account named by a transaction; `amount` in the mint's smallest unit."""

    account_index: int
    mint: bytes
    owner: bytes
    program: bytes
    amount: int
    decimals: int


class InnerCall(msgspec.Struct, array_like=True, frozen=True):
    """An instruction that a program invoked; indexes are into the transaction's account keys."""

    program_index: int
    accounts: bytes
    data: bytes
    stack_height: int


class TransactionResult(msgspec.Struct, array_like=True, frozen=True):
    """The recorded result of one transaction; lamports throughout, one balance per account key.

    `error` is the wire form of Solana's TransactionError (JSON), None when it succeeded. `inner` pairs the
    index of a top-level instruction with what it invoked. `loaded_*` are the addresses taken from lookup
    tables.
    """

    error: Any
    fee: int
    units: int
    pre_balances: list[int]
    post_balances: list[int]
    logs: list[str]
    inner: list[tuple[int, list[InnerCall]]]
    pre_tokens: list[TokenBalance]
    post_tokens: list[TokenBalance]
    loaded_writable: list[bytes]
    loaded_readonly: list[bytes]
    return_program: bytes | None
    return_data: bytes


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(TransactionResult)


def encode_result(result: TransactionResult) -> bytes:
    """The stored form of a result."""
    return _ENCODER.encode(result)


def decode_result(blob: bytes) -> TransactionResult:
    """A result from its stored form."""
    return _DECODER.decode(blob)
