"""Instructions in words: the programs that wallets and explorers show (agave transaction-status, `parse_*`).

System transfers and accounts, SPL tokens, associated token accounts and memos. What is not listed here, and
every form with multisig signers, is shown as a node shows programs it has no parser for: keys spelled out.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from solders.pubkey import Pubkey

from quantdesk.localnet.rpc.token_json import token_amount
from quantdesk.localnet.runtime.tokens import PROGRAM_NAMES

Parsed = tuple[str, dict[str, Any]]
"""The instruction's type and its info."""

_SYSTEM = "11111111111111111111111111111111"
_ASSOCIATED = "ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL"
_MEMOS = ("Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo", "MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr")
_TOKENS = {str(key): name for key, name in PROGRAM_NAMES.items()}


@dataclass(frozen=True, slots=True)
class _Form:
    """An instruction whose accounts and arguments have fixed places.

    `accounts` name the keys in order, `layout` is that of the arguments behind the tag, `fields` their names.
    """

    name: str
    accounts: tuple[str, ...]
    layout: str = ""
    fields: tuple[str, ...] = ()


_SYSTEM_FORMS = {
    0: _Form("createAccount", ("source", "newAccount"), "QQ32s", ("lamports", "space", "owner")),
    1: _Form("assign", ("account",), "32s", ("owner",)),
    2: _Form("transfer", ("source", "destination"), "Q", ("lamports",)),
    8: _Form("allocate", ("account",), "Q", ("space",)),
}
_TOKEN_FORMS = {
    1: _Form("initializeAccount", ("account", "mint", "owner", "rentSysvar")),
    3: _Form("transfer", ("source", "destination", "authority"), "Q", ("amount",)),
    4: _Form("approve", ("source", "delegate", "owner"), "Q", ("amount",)),
    5: _Form("revoke", ("source", "owner")),
    7: _Form("mintTo", ("mint", "account", "mintAuthority"), "Q", ("amount",)),
    8: _Form("burn", ("account", "mint", "authority"), "Q", ("amount",)),
    9: _Form("closeAccount", ("account", "destination", "owner")),
    10: _Form("freezeAccount", ("account", "mint", "freezeAuthority")),
    11: _Form("thawAccount", ("account", "mint", "freezeAuthority")),
    12: _Form(
        "transferChecked", ("source", "mint", "destination", "authority"), "QB", ("amount", "decimals")
    ),
    14: _Form("mintToChecked", ("mint", "account", "mintAuthority"), "QB", ("amount", "decimals")),
    15: _Form("burnChecked", ("account", "mint", "authority"), "QB", ("amount", "decimals")),
    16: _Form("initializeAccount2", ("account", "mint", "rentSysvar"), "32s", ("owner",)),
    17: _Form("syncNative", ("account",)),
    18: _Form("initializeAccount3", ("account", "mint"), "32s", ("owner",)),
    22: _Form("initializeImmutableOwner", ("account",)),
}
_ASSOCIATED_FORMS = {
    0: _Form("create", ("source", "account", "wallet", "mint", "systemProgram", "tokenProgram")),
    1: _Form("createIdempotent", ("source", "account", "wallet", "mint", "systemProgram", "tokenProgram")),
}


def parsed_instruction(program: str, keys: list[str], data: bytes, height: int) -> dict[str, Any] | None:
    """The instruction in words, None when its program or form is not known here."""
    if program in _MEMOS:
        return _memo(program, data, height)
    parser = _PARSERS.get(program)
    found = None if parser is None else parser[1](keys, data)
    if parser is None or found is None:
        return None
    kind, info = found
    return {
        "program": parser[0],
        "programId": program,
        "parsed": {"type": kind, "info": info},
        "stackHeight": height,
    }


def _memo(program: str, data: bytes, height: int) -> dict[str, Any] | None:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    return {"program": "spl-memo", "programId": program, "parsed": text, "stackHeight": height}


def _read(form: _Form | None, keys: list[str], data: bytes) -> Parsed | None:
    if form is None or len(keys) != len(form.accounts) or len(data) != struct.calcsize("<" + form.layout):
        return None
    info: dict[str, Any] = dict(zip(form.accounts, keys, strict=True))
    for field, value in zip(form.fields, struct.unpack("<" + form.layout, data), strict=True):
        info[field] = str(Pubkey.from_bytes(value)) if isinstance(value, bytes) else value
    return form.name, info


def _system(keys: list[str], data: bytes) -> Parsed | None:
    if len(data) < 4:
        return None
    return _read(_SYSTEM_FORMS.get(int.from_bytes(data[:4], "little")), keys, data[4:])


def _token(keys: list[str], data: bytes) -> Parsed | None:
    if not data:
        return None
    if data[0] in (0, 20):
        return _initialize_mint(keys, data)
    found = _read(_TOKEN_FORMS.get(data[0]), keys, data[1:])
    if found is None:
        return None
    name, info = found
    if "decimals" in info:
        info["tokenAmount"] = token_amount(info.pop("amount"), info.pop("decimals"))
    elif "amount" in info:
        info["amount"] = str(info["amount"])
    return name, info


def _initialize_mint(keys: list[str], data: bytes) -> Parsed | None:
    has_rent = data[0] == 0
    if len(keys) != (2 if has_rent else 1) or len(data) not in (35, 67) or data[34] != (len(data) == 67):
        return None
    info: dict[str, Any] = {
        "mint": keys[0],
        "decimals": data[1],
        "mintAuthority": str(Pubkey.from_bytes(data[2:34])),
    }
    if has_rent:
        info["rentSysvar"] = keys[1]
    if data[34]:
        info["freezeAuthority"] = str(Pubkey.from_bytes(data[35:67]))
    return ("initializeMint" if has_rent else "initializeMint2"), info


def _associated(keys: list[str], data: bytes) -> Parsed | None:
    return _read(_ASSOCIATED_FORMS.get(data[0] if data else 0), keys, data[1:])


_PARSERS: dict[str, tuple[str, Callable[[list[str], bytes], Parsed | None]]] = {
    _SYSTEM: ("system", _system),
    _ASSOCIATED: ("spl-associated-token-account", _associated),
    **{program: (name, _token) for program, name in _TOKENS.items()},
}
