"""Address lookup tables: the addresses that a version 0 transaction takes from accounts."""

from __future__ import annotations

from dataclasses import dataclass

from solders.message import MessageV0
from solders.pubkey import Pubkey

from quantdesk.localnet.runtime.accounts import AccountsView
from quantdesk.localnet.runtime.wire import WireTransaction

_TABLE_HEADER_BYTES = 56


@dataclass(frozen=True, slots=True)
class LoadedAddresses:
    """Addresses loaded from tables, in the order a transaction's indexes count them."""

    writable: list[Pubkey]
    readonly: list[Pubkey]


def load_addresses(accounts: AccountsView, wire: WireTransaction) -> LoadedAddresses | None:
    """The addresses a transaction loads; None when it names no table.

    A table that is missing or too short loads nothing here: the VM refuses such a transaction by itself.
    """
    body = wire.body
    if not isinstance(body, MessageV0) or not body.address_table_lookups:
        return None
    writable: list[Pubkey] = []
    readonly: list[Pubkey] = []
    for lookup in body.address_table_lookups:
        table = accounts.get(lookup.account_key)
        data = b"" if table is None else table.data
        writable += _entries(data, bytes(lookup.writable_indexes))
        readonly += _entries(data, bytes(lookup.readonly_indexes))
    return LoadedAddresses(writable, readonly)


def _entries(data: bytes, indexes: bytes) -> list[Pubkey]:
    found: list[Pubkey] = []
    for index in indexes:
        start = _TABLE_HEADER_BYTES + 32 * index
        if start + 32 <= len(data):
            found.append(Pubkey.from_bytes(data[start : start + 32]))
    return found
