"""Transactions and their results in the encodings of a node: base58, base64, json, jsonParsed, accounts."""

from __future__ import annotations

import base64
from typing import Any

from solders.message import MessageV0
from solders.pubkey import Pubkey

from quantdesk.localnet.rpc.errors import UNSUPPORTED_TRANSACTION_VERSION, RpcError
from quantdesk.localnet.rpc.parsed_instructions import parsed_instruction
from quantdesk.localnet.rpc.token_json import token_amount
from quantdesk.localnet.runtime.outcome import InnerCall, TokenBalance, TransactionResult
from quantdesk.localnet.runtime.wire import WireTransaction
from quantdesk.program import base58

ENCODINGS = ("binary", "base58", "base64", "json", "jsonParsed")
_TOP_LEVEL = 1


def keys_of(wire: WireTransaction, result: TransactionResult) -> list[str]:
    """All account keys a transaction's indexes count, in base58."""
    loaded = result.loaded_writable + result.loaded_readonly
    return [str(key) for key in wire.keys] + [str(Pubkey.from_bytes(key)) for key in loaded]


def check_version(wire: WireTransaction, max_version: int | None) -> Any:
    """The version to show.

    Raises:
        RpcError: -32015, the transaction is newer than the caller said it understands.
    """
    version: Any = "legacy" if wire.is_legacy else 0
    if max_version is None and not wire.is_legacy:
        raise RpcError(
            UNSUPPORTED_TRANSACTION_VERSION,
            f"Transaction version ({version}) is not supported by the requesting client."
            " Please try the request again with the following configuration parameter:"
            f' "maxSupportedTransactionVersion": {version}',
        )
    return version


def transaction_with_meta(
    wire: WireTransaction, result: TransactionResult, encoding: str, max_version: int | None
) -> dict[str, Any]:
    """`transaction`, `meta` and, when the caller knows versions, `version`."""
    version = check_version(wire, max_version)
    shown = {
        "transaction": transaction_json(wire, result, encoding),
        "meta": meta_json(wire, result, parsed=encoding == "jsonParsed"),
    }
    if max_version is not None:
        shown["version"] = version
    return shown


def transaction_json(wire: WireTransaction, result: TransactionResult, encoding: str) -> Any:
    """A transaction in `encoding`."""
    if encoding == "binary":
        return base58.encode(wire.raw)
    if encoding == "base58":
        return [base58.encode(wire.raw), "base58"]
    if encoding == "base64":
        return [base64.b64encode(wire.raw).decode(), "base64"]
    message = _parsed_message(wire, result) if encoding == "jsonParsed" else _raw_message(wire)
    return {"signatures": [str(signature) for signature in wire.parsed.signatures], "message": message}


def _raw_message(wire: WireTransaction) -> dict[str, Any]:
    header = wire.body.header
    message: dict[str, Any] = {
        "header": {
            "numRequiredSignatures": header.num_required_signatures,
            "numReadonlySignedAccounts": header.num_readonly_signed_accounts,
            "numReadonlyUnsignedAccounts": header.num_readonly_unsigned_accounts,
        },
        "accountKeys": [str(key) for key in wire.keys],
        "recentBlockhash": str(wire.body.recent_blockhash),
        "instructions": [
            _raw_instruction(i.program_id_index, bytes(i.accounts), bytes(i.data), _TOP_LEVEL)
            for i in wire.body.instructions
        ],
    }
    if isinstance(wire.body, MessageV0):
        message["addressTableLookups"] = _lookups(wire.body)
    return message


def _raw_instruction(program_index: int, accounts: bytes, data: bytes, height: int) -> dict[str, Any]:
    return {
        "programIdIndex": program_index,
        "accounts": list(accounts),
        "data": base58.encode(data),
        "stackHeight": height,
    }


def _lookups(message: MessageV0) -> list[dict[str, Any]]:
    return [
        {
            "accountKey": str(lookup.account_key),
            "writableIndexes": list(bytes(lookup.writable_indexes)),
            "readonlyIndexes": list(bytes(lookup.readonly_indexes)),
        }
        for lookup in message.address_table_lookups
    ]


def parsed_keys(wire: WireTransaction, result: TransactionResult) -> list[dict[str, Any]]:
    """The account keys with their roles."""
    signers = wire.body.header.num_required_signatures
    shown = [
        {
            "pubkey": str(key),
            "signer": index < signers,
            "source": "transaction",
            "writable": wire.is_writable(index),
        }
        for index, key in enumerate(wire.keys)
    ]
    for keys, writable in ((result.loaded_writable, True), (result.loaded_readonly, False)):
        for key in keys:
            shown.append(
                {
                    "pubkey": str(Pubkey.from_bytes(key)),
                    "signer": False,
                    "source": "lookupTable",
                    "writable": writable,
                }
            )
    return shown


def _parsed_message(wire: WireTransaction, result: TransactionResult) -> dict[str, Any]:
    keys = keys_of(wire, result)
    message: dict[str, Any] = {
        "accountKeys": parsed_keys(wire, result),
        "recentBlockhash": str(wire.body.recent_blockhash),
        "instructions": [
            decoded_instruction(keys, i.program_id_index, bytes(i.accounts), bytes(i.data), _TOP_LEVEL)
            for i in wire.body.instructions
        ],
    }
    if isinstance(wire.body, MessageV0):
        message["addressTableLookups"] = _lookups(wire.body)
    return message


def decoded_instruction(
    keys: list[str], program_index: int, accounts: bytes, data: bytes, height: int
) -> dict[str, Any]:
    """An instruction in words, or with its keys spelled out where nobody knows the words."""
    program, named = keys[program_index], [keys[index] for index in accounts]
    return parsed_instruction(program, named, data, height) or {
        "programId": program,
        "accounts": named,
        "data": base58.encode(data),
        "stackHeight": height,
    }


def inner_json(inner: list[tuple[int, list[InnerCall]]], keys: list[str] | None) -> list[dict[str, Any]]:
    """Inner instructions; with `keys` spelled out, without as indexes."""
    shown = []
    for index, calls in inner:
        instructions = [
            _raw_instruction(c.program_index, c.accounts, c.data, c.stack_height)
            if keys is None
            else decoded_instruction(keys, c.program_index, c.accounts, c.data, c.stack_height)
            for c in calls
        ]
        shown.append({"index": index, "instructions": instructions})
    return shown


def meta_json(wire: WireTransaction, result: TransactionResult, *, parsed: bool) -> dict[str, Any]:
    """What happened, in wire form; lamports throughout."""
    meta: dict[str, Any] = {
        "err": result.error,
        "status": {"Ok": None} if result.error is None else {"Err": result.error},
        "fee": result.fee,
        "preBalances": result.pre_balances,
        "postBalances": result.post_balances,
        "innerInstructions": inner_json(result.inner, keys_of(wire, result) if parsed else None),
        "logMessages": result.logs,
        "preTokenBalances": token_balances_json(result.pre_tokens),
        "postTokenBalances": token_balances_json(result.post_tokens),
        "rewards": [],
        "computeUnitsConsumed": result.units,
    }
    if not parsed:
        meta["loadedAddresses"] = loaded_json(result)
    returned = return_data_json(result)
    if returned is not None:
        meta["returnData"] = returned
    return meta


def loaded_json(result: TransactionResult) -> dict[str, list[str]]:
    """The addresses taken from lookup tables."""
    return {
        "writable": [str(Pubkey.from_bytes(key)) for key in result.loaded_writable],
        "readonly": [str(Pubkey.from_bytes(key)) for key in result.loaded_readonly],
    }


def return_data_json(result: TransactionResult) -> dict[str, Any] | None:
    """What the last program returned, None when nothing."""
    if result.return_program is None:
        return None
    return {
        "programId": str(Pubkey.from_bytes(result.return_program)),
        "data": [base64.b64encode(result.return_data).decode(), "base64"],
    }


def token_balances_json(balances: list[TokenBalance]) -> list[dict[str, Any]]:
    """Token balances in wire form."""
    return [
        {
            "accountIndex": balance.account_index,
            "mint": str(Pubkey.from_bytes(balance.mint)),
            "uiTokenAmount": token_amount(balance.amount, balance.decimals),
            "owner": str(Pubkey.from_bytes(balance.owner)),
            "programId": str(Pubkey.from_bytes(balance.program)),
        }
        for balance in balances
    ]
