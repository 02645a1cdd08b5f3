"""Token accounts and mints of the SPL Token programs. Layout.

Spl-token `state.rs` (little-endian, packed).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from solders.pubkey import Pubkey

TOKEN_PROGRAM = Pubkey.from_string("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA")
TOKEN_2022_PROGRAM = Pubkey.from_string("TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb")
TOKEN_PROGRAMS = frozenset({TOKEN_PROGRAM, TOKEN_2022_PROGRAM})
PROGRAM_NAMES = {TOKEN_PROGRAM: "spl-token", TOKEN_2022_PROGRAM: "spl-token-2022"}

MINT_BYTES = 82
TOKEN_ACCOUNT_BYTES = 165
_KIND_MINT, _KIND_ACCOUNT = 1, 2
_MINT = struct.Struct("<I32sQBBI32s")
_ACCOUNT = struct.Struct("<32s32sQI32sBIQQI32s")
STATES = ("uninitialized", "initialized", "frozen")


@dataclass(frozen=True, slots=True)
class Mint:
    """A mint; `supply` in its smallest unit."""

    authority: Pubkey | None
    supply: int
    decimals: int
    freeze_authority: Pubkey | None


@dataclass(frozen=True, slots=True)
class TokenAccount:
    """A holding; amounts in the mint's smallest unit.

    `native_reserve` is the rent kept in wrapped SOL (lamports).
    """

    mint: Pubkey
    owner: Pubkey
    amount: int
    delegate: Pubkey | None
    state: str
    native_reserve: int | None
    delegated_amount: int
    close_authority: Pubkey | None


def _optional(tag: int, key: bytes) -> Pubkey | None:
    return Pubkey.from_bytes(key) if tag else None


def decode_mint(data: bytes) -> Mint | None:
    """The mint in `data`, None when it holds no initialised mint."""
    if len(data) != MINT_BYTES and not _is_extended(data, _KIND_MINT):
        return None
    has_authority, authority, supply, decimals, initialised, has_freeze, freeze = _MINT.unpack_from(data)
    if not initialised:
        return None
    return Mint(_optional(has_authority, authority), supply, decimals, _optional(has_freeze, freeze))


def decode_token_account(data: bytes) -> TokenAccount | None:
    """The holding in `data`, None when it holds no initialised token account."""
    if len(data) != TOKEN_ACCOUNT_BYTES and not _is_extended(data, _KIND_ACCOUNT):
        return None
    mint, owner, amount, has_delegate, delegate, state, is_native, reserve, delegated, has_close, close = (
        _ACCOUNT.unpack_from(data)
    )
    if state not in (1, 2):
        return None
    return TokenAccount(
        Pubkey.from_bytes(mint),
        Pubkey.from_bytes(owner),
        amount,
        _optional(has_delegate, delegate),
        STATES[state],
        reserve if is_native else None,
        delegated,
        _optional(has_close, close),
    )


def _is_extended(data: bytes, kind: int) -> bool:
    """Token-2022 pads to 165 bytes and writes the kind of account behind them."""
    return len(data) > TOKEN_ACCOUNT_BYTES and data[TOKEN_ACCOUNT_BYTES] == kind
