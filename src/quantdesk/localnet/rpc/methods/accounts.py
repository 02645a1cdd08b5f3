"""Accounts: one, several, all of a program, balances."""

from __future__ import annotations

from typing import Any

from quantdesk.localnet.node import Node
from quantdesk.localnet.rpc.accounts_json import account_json, view_of
from quantdesk.localnet.rpc.context import context_slot, with_context
from quantdesk.localnet.rpc.errors import invalid_params
from quantdesk.localnet.rpc.filters import parse_filters
from quantdesk.localnet.rpc.params import Params, as_pubkey, type_mismatch

_MAX_MULTIPLE = 100


def get_balance(node: Node, params: Params) -> Any:
    """Lamports of an address; 0 where there is no account."""
    address = as_pubkey(params.text(0, "pubkey"))
    slot = context_slot(node, params.config(1))
    return with_context(node, node.bank.vm.get_balance(address) or 0, slot)


def get_account_info(node: Node, params: Params) -> Any:
    """One account, null where there is none."""
    address = as_pubkey(params.text(0, "pubkey"))
    config = params.config(1)
    view = view_of(config, "binary")
    slot = context_slot(node, config)
    account = node.bank.accounts.get(address)
    shown = None if account is None else account_json(address, account, view, node.bank.accounts.get)
    return with_context(node, shown, slot)


def get_multiple_accounts(node: Node, params: Params) -> Any:
    """Up to 100 accounts of one moment."""
    params.require(1)
    texts = params.values[0]
    if not isinstance(texts, list):
        raise type_mismatch(texts, "a sequence of public keys")
    if len(texts) > _MAX_MULTIPLE:
        raise invalid_params(f"Too many inputs provided; max {_MAX_MULTIPLE}")
    addresses = [as_pubkey(text) for text in texts]
    config = params.config(1)
    view = view_of(config, "base64")
    slot = context_slot(node, config)
    reader = node.bank.accounts.get
    accounts = [(address, reader(address)) for address in addresses]
    return with_context(
        node,
        [
            None if account is None else account_json(address, account, view, reader)
            for address, account in accounts
        ],
        slot,
    )


def get_program_accounts(node: Node, params: Params) -> Any:
    """Every account of a program that passes the filters."""
    program = as_pubkey(params.text(0, "pubkey"))
    config = params.config(1)
    view = view_of(config, "binary")
    passes = parse_filters(config.fields.get("filters"))
    slot = context_slot(node, config)
    reader = node.bank.accounts.get
    found = [
        {"pubkey": str(address), "account": account_json(address, account, view, reader)}
        for address, account in node.bank.accounts.owned_by(program)
        if passes(account)
    ]
    return with_context(node, found, slot) if config.flag("withContext") else found


METHODS = {
    "getBalance": get_balance,
    "getAccountInfo": get_account_info,
    "getMultipleAccounts": get_multiple_accounts,
    "getProgramAccounts": get_program_accounts,
}
