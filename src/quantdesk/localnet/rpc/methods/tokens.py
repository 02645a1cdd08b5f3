"""Tokens: balances, holdings of an owner or delegate, supplies, the largest holdings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from solders.account import Account
from solders.pubkey import Pubkey

from quantdesk.localnet.node import Node
from quantdesk.localnet.rpc.accounts_json import account_json, view_of
from quantdesk.localnet.rpc.context import context_slot, with_context
from quantdesk.localnet.rpc.errors import invalid_params
from quantdesk.localnet.rpc.params import Params, as_pubkey, type_mismatch
from quantdesk.localnet.rpc.token_json import token_amount
from quantdesk.localnet.runtime.tokens import (
    TOKEN_PROGRAMS,
    Mint,
    TokenAccount,
    decode_mint,
    decode_token_account,
)

_LARGEST = 20


def get_token_account_balance(node: Node, params: Params) -> Any:
    """The balance of one token account."""
    address = as_pubkey(params.text(0, "pubkey"))
    slot = context_slot(node, params.config(1))
    account = node.bank.accounts.get(address)
    if account is None:
        raise invalid_params("Invalid param: could not find account")
    token = decode_token_account(account.data) if account.owner in TOKEN_PROGRAMS else None
    if token is None:
        raise invalid_params("Invalid param: not a Token account")
    mint = _mint(node, token.mint)
    return with_context(node, token_amount(token.amount, mint.decimals), slot)


def _mint(node: Node, address: Pubkey) -> Mint:
    account = node.bank.accounts.get(address)
    if account is None:
        raise invalid_params("Invalid param: could not find mint")
    mint = decode_mint(account.data) if account.owner in TOKEN_PROGRAMS else None
    if mint is None:
        raise invalid_params("Invalid param: mint could not be unpacked")
    return mint


def get_token_supply(node: Node, params: Params) -> Any:
    """The supply of a mint."""
    address = as_pubkey(params.text(0, "pubkey"))
    slot = context_slot(node, params.config(1))
    account = node.bank.accounts.get(address)
    if account is None:
        raise invalid_params("Invalid param: could not find account")
    mint = decode_mint(account.data) if account.owner in TOKEN_PROGRAMS else None
    if mint is None:
        raise invalid_params("Invalid param: not a Token mint")
    return with_context(node, token_amount(mint.supply, mint.decimals), slot)


def get_token_accounts_by_owner(node: Node, params: Params) -> Any:
    """The holdings of an owner, of one mint or one token program."""
    owner = as_pubkey(params.text(0, "owner"))
    return _holdings(node, params, lambda token: token.owner == owner)


def get_token_accounts_by_delegate(node: Node, params: Params) -> Any:
    """The holdings delegated to a key, of one mint or one token program."""
    delegate = as_pubkey(params.text(0, "delegate"))
    return _holdings(node, params, lambda token: token.delegate == delegate)


def _holdings(node: Node, params: Params, wanted: Callable[[TokenAccount], bool]) -> Any:
    params.require(2)
    programs, mint = _token_filter(node, params.values[1])
    config = params.config(2)
    view = view_of(config, "binary")
    slot = context_slot(node, config)
    reader = node.bank.accounts.get
    found = []
    for program in programs:
        for address, account in node.bank.accounts.owned_by(program):
            token = decode_token_account(account.data)
            if token is not None and wanted(token) and mint in (None, token.mint):
                shown = account_json(address, account, view, reader)
                found.append({"pubkey": str(address), "account": shown})
    return with_context(node, found, slot)


def _token_filter(node: Node, value: Any) -> tuple[list[Pubkey], Pubkey | None]:
    if not isinstance(value, dict) or len(value) != 1:
        raise type_mismatch(value, "`mint` or `programId`")
    if "mint" in value:
        mint = as_pubkey(value["mint"])
        account = node.bank.accounts.get(mint)
        if account is None:
            raise invalid_params("Invalid param: could not find mint")
        if account.owner not in TOKEN_PROGRAMS:
            raise invalid_params("Invalid param: not a Token mint")
        return [account.owner], mint
    program = as_pubkey(value.get("programId"))
    if program not in TOKEN_PROGRAMS:
        raise invalid_params("Invalid param: unrecognized Token program id")
    return [program], None


def get_token_largest_accounts(node: Node, params: Params) -> Any:
    """The 20 largest holdings of a mint."""
    address = as_pubkey(params.text(0, "pubkey"))
    slot = context_slot(node, params.config(1))
    mint = _mint(node, address)
    holdings: list[tuple[int, Pubkey]] = []
    for holder, account in _accounts_of_mint(node, address):
        token = decode_token_account(account.data)
        if token is not None and token.mint == address:
            holdings.append((token.amount, holder))
    holdings.sort(key=lambda pair: (-pair[0], str(pair[1])))
    shown = [
        {"address": str(holder), **token_amount(amount, mint.decimals)}
        for amount, holder in holdings[:_LARGEST]
    ]
    return with_context(node, shown, slot)


def _accounts_of_mint(node: Node, mint: Pubkey) -> list[tuple[Pubkey, Account]]:
    account = node.bank.accounts.get(mint)
    return [] if account is None else node.bank.accounts.owned_by(account.owner)


METHODS = {
    "getTokenAccountBalance": get_token_account_balance,
    "getTokenSupply": get_token_supply,
    "getTokenAccountsByOwner": get_token_accounts_by_owner,
    "getTokenAccountsByDelegate": get_token_accounts_by_delegate,
    "getTokenLargestAccounts": get_token_largest_accounts,
}
