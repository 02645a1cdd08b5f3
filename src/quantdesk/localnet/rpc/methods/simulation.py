"""simulateTransaction."""

from __future__ import annotations

from typing import Any

from solders.account import Account
from solders.hash import Hash
from solders.message import Message, MessageV0
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction

from quantdesk.localnet.node import Node
from quantdesk.localnet.rpc.accounts_json import ENCODINGS as ACCOUNT_ENCODINGS
from quantdesk.localnet.rpc.accounts_json import View, account_json
from quantdesk.localnet.rpc.context import context_slot, with_context
from quantdesk.localnet.rpc.errors import invalid_params
from quantdesk.localnet.rpc.params import Config, Params, as_pubkey, type_mismatch
from quantdesk.localnet.rpc.transaction_input import decode_transaction
from quantdesk.localnet.rpc.transactions_json import (
    inner_json,
    loaded_json,
    return_data_json,
    token_balances_json,
)
from quantdesk.localnet.runtime.blockhashes import MAX_AGE_BLOCKS
from quantdesk.localnet.runtime.simulation import Simulation, simulate
from quantdesk.localnet.runtime.wire import WireTransaction


def simulate_transaction(node: Node, params: Params) -> Any:
    """Run a transaction without landing it. Failures are results, not errors."""
    config = params.config(1)
    wire = decode_transaction(params.text(0, "transaction"), config)
    slot = context_slot(node, config)
    replace, verify = config.flag("replaceRecentBlockhash"), config.flag("sigVerify")
    if replace and verify:
        raise invalid_params("sigVerify may not be used with replaceRecentBlockhash")
    replacement = None
    if replace:
        tip = node.bank.tip
        wire = with_blockhash(wire, tip.blockhash)
        replacement = {
            "blockhash": str(Hash(tip.blockhash)),
            "lastValidBlockHeight": tip.height + MAX_AGE_BLOCKS,
        }
    refusal = "SignatureFailure" if verify and not wire.signatures_hold() else node.bank.refusal(wire)
    wanted = config.sub("accounts")
    if wanted is not None:
        _check_wanted(wanted, wire)
    simulation = simulate(node.bank, wire, refusal)
    value = _value(simulation, config)
    value["accounts"] = None if wanted is None else _accounts(node, simulation, wanted)
    value["replacementBlockhash"] = replacement
    return with_context(node, value, slot)


def with_blockhash(wire: WireTransaction, blockhash: bytes) -> WireTransaction:
    """The same transaction naming another blockhash; its signatures no longer hold."""
    body = wire.body
    if isinstance(body, Message):
        header = body.header
        message: Message | MessageV0 = Message.new_with_compiled_instructions(
            header.num_required_signatures,
            header.num_readonly_signed_accounts,
            header.num_readonly_unsigned_accounts,
            list(body.account_keys),
            Hash(blockhash),
            body.instructions,
        )
    else:
        message = MessageV0(
            body.header, body.account_keys, Hash(blockhash), body.instructions, body.address_table_lookups
        )
    return WireTransaction.of(VersionedTransaction.populate(message, wire.parsed.signatures))


def _value(simulation: Simulation, config: Config) -> dict[str, Any]:
    result = simulation.result
    keys = [str(key) for key in simulation.keys]
    ran = simulation.refusal is None
    return {
        "err": result.error,
        "fee": result.fee if ran else None,
        "innerInstructions": inner_json(result.inner, keys) if config.flag("innerInstructions") else None,
        "loadedAccountsDataSize": simulation.loaded_bytes,
        "loadedAddresses": loaded_json(result),
        "logs": result.logs,
        "postBalances": result.post_balances if ran else None,
        "postTokenBalances": token_balances_json(result.post_tokens) if ran else None,
        "preBalances": result.pre_balances if ran else None,
        "preTokenBalances": token_balances_json(result.pre_tokens) if ran else None,
        "returnData": return_data_json(result),
        "unitsConsumed": result.units,
    }


def _check_wanted(wanted: Config, wire: WireTransaction) -> None:
    encoding = wanted.choice("encoding", ACCOUNT_ENCODINGS) or "base64"
    if encoding in ("binary", "base58"):
        raise invalid_params("base58 encoding not supported")
    addresses = wanted.fields.get("addresses")
    if not isinstance(addresses, list):
        raise type_mismatch(addresses, "a sequence of addresses")
    if len(addresses) > len(wire.keys) and wire.is_legacy:
        raise invalid_params(f"Too many accounts provided; max {len(wire.keys)}")


def _accounts(node: Node, simulation: Simulation, wanted: Config) -> list[Any]:
    addresses: list[Any] = wanted.fields["addresses"]
    if simulation.result.error is not None:
        return [None] * len(addresses)
    view = View(wanted.text("encoding") or "base64")

    def after(address: Pubkey) -> Account | None:
        account = simulation.post_accounts.get(address)
        if account is not None:
            return account if account.lamports else None
        return node.bank.accounts.get(address)

    shown: list[Any] = []
    for text in addresses:
        address = as_pubkey(text)
        account = after(address)
        shown.append(None if account is None else account_json(address, account, view, after))
    return shown


METHODS = {"simulateTransaction": simulate_transaction}
