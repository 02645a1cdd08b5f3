"""Transactions: sending, simulating, airdrops."""

from __future__ import annotations

from typing import Any

from solders.compute_budget import set_compute_unit_limit
from solders.hash import Hash
from solders.instruction import Instruction
from solders.message import Message
from solders.system_program import TransferParams, transfer
from solders.transaction import VersionedTransaction

from quantdesk.localnet.node import Node
from quantdesk.localnet.rpc.context import context_slot
from quantdesk.localnet.rpc.errors import (
    INTERNAL_ERROR,
    SEND_TRANSACTION_PREFLIGHT_FAILURE,
    RpcError,
)
from quantdesk.localnet.rpc.params import Config, Params, as_commitment, as_pubkey
from quantdesk.localnet.rpc.transaction_input import decode_transaction
from quantdesk.localnet.rpc.transactions_json import return_data_json
from quantdesk.localnet.runtime.outcome import TransactionResult
from quantdesk.localnet.runtime.transaction_errors import describe
from quantdesk.localnet.runtime.wire import WireTransaction
from quantdesk.program import base58


def send_transaction(node: Node, params: Params) -> Any:
    """Take a transaction and return its signature.

    With preflight a failure is an answer (-32002) and leaves no trace; without it a failure lands, and
    what cannot land (bad signature, unknown blockhash, duplicate) is dropped without a word, as by a node.
    """
    config = params.config(1)
    wire = decode_transaction(params.text(0, "transaction"), config)
    level = config.fields.get("preflightCommitment")
    if level is not None:
        as_commitment(level)
    context_slot(node, config)
    skip = config.flag("skipPreflight")
    refusal = "SignatureFailure" if not wire.signatures_hold() else node.bank.refusal(wire)
    if refusal is not None:
        if not skip:
            raise preflight_failure(refusal, None)
        return base58.encode(wire.signature)
    execution = node.submit(wire, keep_failures=skip)
    if execution.result.error is not None and not skip:
        raise preflight_failure(execution.result.error, execution.result)
    return base58.encode(wire.signature)


def preflight_failure(error: Any, result: TransactionResult | None) -> RpcError:
    """The refusal of a transaction that would fail, with what the simulation saw."""
    data = {
        "accounts": None,
        "err": error,
        "fee": None,
        "innerInstructions": None,
        "loadedAccountsDataSize": 0,
        "loadedAddresses": None,
        "logs": [] if result is None else result.logs,
        "postBalances": None,
        "postTokenBalances": None,
        "preBalances": None,
        "preTokenBalances": None,
        "replacementBlockhash": None,
        "returnData": None if result is None else return_data_json(result),
        "unitsConsumed": 0 if result is None else result.units,
    }
    return RpcError(
        SEND_TRANSACTION_PREFLIGHT_FAILURE, f"Transaction simulation failed: {describe(error)}", data
    )


def request_airdrop(node: Node, params: Params) -> Any:
    """Lamports from localnet's own faucet, as an ordinary transaction signed by its key."""
    address = as_pubkey(params.text(0, "pubkey"))
    lamports = params.integer(1, "lamports")
    config = params.config(2)
    context_slot(node, config)
    faucet = node.bank.genesis.faucet
    blockhash = _airdrop_blockhash(node, config)
    # The compute-unit limit has no effect here but to make each airdrop a transaction of its own.
    instructions = [
        transfer(TransferParams(from_pubkey=faucet.pubkey(), to_pubkey=address, lamports=lamports))
    ]
    for nonce in range(1_000):
        message = Message.new_with_blockhash(
            [_distinct(nonce), *instructions] if nonce else instructions, faucet.pubkey(), blockhash
        )
        wire = WireTransaction.parse(bytes(VersionedTransaction(message, [faucet])))
        refusal = node.bank.refusal(wire)
        if refusal != "AlreadyProcessed":
            break
    if refusal is not None:
        raise preflight_failure(refusal, None)
    execution = node.submit(wire, keep_failures=False)
    if execution.result.error is not None:
        raise RpcError(INTERNAL_ERROR, f"airdrop request failed: {describe(execution.result.error)}")
    return base58.encode(wire.signature)


def _airdrop_blockhash(node: Node, config: Config) -> Hash:
    text = config.text("recentBlockhash")
    return Hash(node.bank.tip.blockhash) if text is None else Hash(bytes(as_pubkey(text)))


def _distinct(nonce: int) -> Instruction:
    return set_compute_unit_limit(10_000 + nonce)


METHODS = {
    "sendTransaction": send_transaction,
    "requestAirdrop": request_airdrop,
}
