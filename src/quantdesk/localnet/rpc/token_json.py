"""Token accounts and mints as a node parses them (agave account-decoder, `parse_token`)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from solders.account import Account
from solders.pubkey import Pubkey

from quantdesk.localnet.runtime.tokens import (
    PROGRAM_NAMES,
    TokenAccount,
    decode_mint,
    decode_token_account,
)


def token_amount(amount: int, decimals: int) -> dict[str, Any]:
    """A token amount in wire form; `uiAmount` is a float because the protocol says so, for display only."""
    shown = ui_amount_string(amount, decimals)
    return {"uiAmount": float(shown), "decimals": decimals, "amount": str(amount), "uiAmountString": shown}


def ui_amount_string(amount: int, decimals: int) -> str:
    """An amount in whole tokens, exact, without trailing zeros."""
    if decimals == 0:
        return str(amount)
    shown = format(Decimal(amount).scaleb(-decimals), "f").rstrip("0").rstrip(".")
    return shown or "0"


def parse_token_data(account: Account, reader: Callable[[Pubkey], Account | None]) -> dict[str, Any] | None:
    """The parsed form of a mint or token account, None for anything else."""
    program = PROGRAM_NAMES.get(account.owner)
    if program is None:
        return None
    parsed = _parse_account(account, reader) or _parse_mint(account)
    return None if parsed is None else {"program": program, "parsed": parsed, "space": len(account.data)}


def _parse_mint(account: Account) -> dict[str, Any] | None:
    mint = decode_mint(account.data)
    if mint is None:
        return None
    return {
        "type": "mint",
        "info": {
            "mintAuthority": _text(mint.authority),
            "supply": str(mint.supply),
            "decimals": mint.decimals,
            "isInitialized": True,
            "freezeAuthority": _text(mint.freeze_authority),
        },
    }


def _parse_account(account: Account, reader: Callable[[Pubkey], Account | None]) -> dict[str, Any] | None:
    token = decode_token_account(account.data)
    if token is None:
        return None
    mint_account = reader(token.mint)
    mint = None if mint_account is None else decode_mint(mint_account.data)
    return None if mint is None else {"type": "account", "info": _account_info(token, mint.decimals)}


def _account_info(token: TokenAccount, decimals: int) -> dict[str, Any]:
    info: dict[str, Any] = {
        "mint": str(token.mint),
        "owner": str(token.owner),
        "tokenAmount": token_amount(token.amount, decimals),
    }
    if token.delegate is not None:
        info["delegate"] = str(token.delegate)
    info["state"] = token.state
    info["isNative"] = token.native_reserve is not None
    if token.native_reserve is not None:
        info["rentExemptReserve"] = token_amount(token.native_reserve, decimals)
    if token.delegate is not None:
        info["delegatedAmount"] = token_amount(token.delegated_amount, decimals)
    if token.close_authority is not None:
        info["closeAuthority"] = str(token.close_authority)
    return info


def _text(key: Pubkey | None) -> str | None:
    return None if key is None else str(key)
