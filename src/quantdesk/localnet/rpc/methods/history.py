"""What happened: transactions, their statuses, by address, blocks. From committed rows only."""

from __future__ import annotations

from typing import Any

from solders.pubkey import Pubkey

from quantdesk.localnet.log.entries import BlockRow
from quantdesk.localnet.log.history import RecordedTransaction
from quantdesk.localnet.node import Node
from quantdesk.localnet.rpc.block_json import BlockView, block_json
from quantdesk.localnet.rpc.context import check_history_commitment, context_slot, with_context
from quantdesk.localnet.rpc.errors import invalid_params
from quantdesk.localnet.rpc.methods.cluster import missing_block
from quantdesk.localnet.rpc.params import Config, Params, as_pubkey, as_signature, as_u64, type_mismatch
from quantdesk.localnet.rpc.transactions_json import ENCODINGS, transaction_with_meta
from quantdesk.localnet.runtime.memo import memo_of
from quantdesk.localnet.runtime.wire import WireTransaction
from quantdesk.program import base58

_MAX_STATUSES = 256
_MAX_SIGNATURES = 1_000
_MAX_BLOCK_RANGE = 500_000
DETAILS = ("full", "signatures", "none", "accounts")


def get_signature_statuses(node: Node, params: Params) -> Any:
    """What became of up to 256 transactions; null for those the chain has not."""
    params.require(1)
    texts = params.values[0]
    if not isinstance(texts, list):
        raise type_mismatch(texts, "a sequence of signatures")
    if len(texts) > _MAX_STATUSES:
        raise invalid_params(f"Too many inputs provided; max {_MAX_STATUSES}")
    signatures = [as_signature(text) for text in texts]
    params.config(1).flag("searchTransactionHistory")
    return with_context(node, [_status(node, signature) for signature in signatures])


def _status(node: Node, signature: bytes) -> dict[str, Any] | None:
    recorded = node.history.transaction(signature)
    if recorded is None:
        return None
    error = recorded.result.error
    final = recorded.slot <= node.bank.finalized_slot
    return {
        "confirmationStatus": "finalized" if final else "confirmed",
        "confirmations": None if final else 0,
        "err": error,
        "slot": recorded.slot,
        "status": {"Ok": None} if error is None else {"Err": error},
    }


def _encoding_config(params: Params, index: int) -> Config:
    """These methods take the encoding as a bare string as well."""
    value = params.get(index)
    return Config({"encoding": value}) if isinstance(value, str) else params.config(index)


def _max_version(config: Config) -> int | None:
    return config.integer("maxSupportedTransactionVersion")


def get_transaction(node: Node, params: Params) -> Any:
    """A transaction with its result, null when the chain has not got it (at that commitment)."""
    signature = as_signature(params.text(0, "signature"))
    config = _encoding_config(params, 1)
    last_slot = last_slot_at(node, config)
    encoding = config.choice("encoding", ENCODINGS) or "json"
    recorded = node.history.transaction(signature)
    if recorded is None or recorded.slot > last_slot:
        return None
    shown = transaction_with_meta(
        WireTransaction.parse(recorded.raw), recorded.result, encoding, _max_version(config)
    )
    return {"blockTime": block_time(node, recorded.slot), "slot": recorded.slot, **shown}


def last_slot_at(node: Node, config: Config) -> int:
    """The last slot whose history is shown at a commitment; `finalized` unless asked otherwise."""
    commitment = check_history_commitment(config)
    return node.bank.finalized_slot if commitment == "finalized" else node.bank.slot


def block_time(node: Node, slot: int) -> int | None:
    """Unix seconds of a block, the open one included."""
    if slot == node.bank.slot:
        return node.bank.unix_time
    block = node.history.block(slot)
    if block is not None:
        return block.unix_time
    tip = node.bank.tip
    return tip.unix_time if slot == tip.slot else None


def get_signatures_for_address(node: Node, params: Params) -> Any:
    """Signatures of the transactions that name an address, newest first."""
    address = as_pubkey(params.text(0, "address"))
    config = params.config(1)
    limit = config.integer("limit")
    limit = _MAX_SIGNATURES if limit is None else limit
    if not 1 <= limit <= _MAX_SIGNATURES:
        raise invalid_params(f"Invalid limit; max {_MAX_SIGNATURES}")
    before, until = config.text("before"), config.text("until")
    last_slot = last_slot_at(node, config)
    context_slot(node, Config({k: v for k, v in config.fields.items() if k == "minContextSlot"}))
    before_seq = None
    if before is not None:
        recorded = node.history.transaction(as_signature(before))
        if recorded is None:
            return []
        before_seq = recorded.seq
    until_seq = None
    if until is not None:
        recorded = node.history.transaction(as_signature(until))
        until_seq = None if recorded is None else recorded.seq
    found = node.history.for_address(bytes(address), before_seq, until_seq, last_slot, limit)
    return [_signature_row(node, recorded) for recorded in found]


def _signature_row(node: Node, recorded: RecordedTransaction) -> dict[str, Any]:
    return {
        "blockTime": block_time(node, recorded.slot),
        "confirmationStatus": "finalized" if recorded.slot <= node.bank.finalized_slot else "confirmed",
        "err": recorded.result.error,
        "memo": memo_of(WireTransaction.parse(recorded.raw)),
        "signature": base58.encode(recorded.signature),
        "slot": recorded.slot,
    }


def get_block(node: Node, params: Params) -> Any:
    """A closed block."""
    slot = params.integer(0, "slot")
    config = _encoding_config(params, 1)
    check_history_commitment(config)
    view = block_view(config, default_encoding="json")
    block = node.history.block(slot)
    if block is None:
        raise missing_block(node, slot)
    return block_json(block, *block_content(node, block), view)


def block_view(config: Config, default_encoding: str) -> BlockView:
    """How a block is to be shown."""
    encoding = config.choice("encoding", ENCODINGS) or default_encoding
    details = config.choice("transactionDetails", DETAILS) or "full"
    rewards = config.fields.get("rewards", config.fields.get("showRewards"))
    return BlockView(encoding, details, rewards is not False, _max_version(config))


def block_content(node: Node, block: BlockRow) -> tuple[str, list[RecordedTransaction]]:
    """The parent's blockhash and the transactions of a closed block."""
    parent = node.history.block_before(block.slot)
    if parent is None:
        return str(Pubkey.default()), []
    return (
        str(Pubkey.from_bytes(parent.blockhash)),
        node.history.transactions_between(parent.last_seq, block.last_seq),
    )


def get_blocks(node: Node, params: Params) -> Any:
    """Slots with a block between two slots, both included."""
    start = params.integer(0, "startSlot")
    second = params.get(1)
    end = None if second is None or isinstance(second, dict) else as_u64(second, "endSlot")
    config = params.config(1) if isinstance(second, dict) else params.config(2)
    check_history_commitment(config)
    last = node.bank.finalized_slot if end is None else min(end, node.bank.finalized_slot)
    if last - start > _MAX_BLOCK_RANGE:
        raise invalid_params(f"Slot range too large; max {_MAX_BLOCK_RANGE}")
    return node.history.block_slots(start, last, _MAX_BLOCK_RANGE + 1)


def get_blocks_with_limit(node: Node, params: Params) -> Any:
    """The first `limit` slots with a block from a slot on."""
    start, limit = params.integer(0, "startSlot"), params.integer(1, "limit")
    check_history_commitment(params.config(2))
    if limit > _MAX_BLOCK_RANGE:
        raise invalid_params(f"Limit too large; max {_MAX_BLOCK_RANGE}")
    return node.history.block_slots(start, node.bank.finalized_slot, limit)


METHODS = {
    "getSignatureStatuses": get_signature_statuses,
    "getTransaction": get_transaction,
    "getSignaturesForAddress": get_signatures_for_address,
    "getBlock": get_block,
    "getBlocks": get_blocks,
    "getBlocksWithLimit": get_blocks_with_limit,
}
