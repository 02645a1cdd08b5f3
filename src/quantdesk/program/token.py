"""The SPL token instructions that a localnet needs: making a mint, and minting.

Source: the SPL Token program's instruction encoding (tag byte, then little-endian fields).
"""

from __future__ import annotations

import struct

from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey
from solders.system_program import CreateAccountParams, create_account

from quantdesk.program.addresses import TOKEN_PROGRAM

MINT_BYTES = 82
ACCOUNT_BYTES = 165

_INITIALIZE_MINT_2, _MINT_TO = 20, 7
_ACCOUNT_HEAD = struct.Struct("<32s32sQ")


def create_mint(
    payer: Pubkey, mint: Pubkey, authority: Pubkey, decimals: int, rent: int
) -> list[Instruction]:
    """Create ``mint`` (which must sign) without a freeze authority; ``rent`` in lamports for 82 bytes."""
    account = create_account(
        CreateAccountParams(
            from_pubkey=payer, to_pubkey=mint, lamports=rent, space=MINT_BYTES, owner=TOKEN_PROGRAM
        )
    )
    data = bytes([_INITIALIZE_MINT_2, decimals]) + bytes(authority) + b"\0"
    return [account, Instruction(TOKEN_PROGRAM, data, [AccountMeta(mint, is_signer=False, is_writable=True)])]


def mint_to(mint: Pubkey, account: Pubkey, authority: Pubkey, amount: int) -> Instruction:
    """Mint ``amount`` smallest units into ``account``; ``authority`` must sign."""
    accounts = [
        AccountMeta(mint, is_signer=False, is_writable=True),
        AccountMeta(account, is_signer=False, is_writable=True),
        AccountMeta(authority, is_signer=True, is_writable=False),
    ]
    return Instruction(TOKEN_PROGRAM, struct.pack("<BQ", _MINT_TO, amount), accounts)


def token_amount(data: bytes) -> int:
    """Balance in smallest units of a token account's data. Raises ValueError for other data."""
    if len(data) < ACCOUNT_BYTES:
        raise ValueError(f"a token account has {ACCOUNT_BYTES} bytes, this has {len(data)}")
    amount: int = _ACCOUNT_HEAD.unpack_from(data)[2]
    return amount
