"""The node and its cluster: health, version, slots, epochs, fees."""

from __future__ import annotations

from typing import Any

from solders.pubkey import Pubkey

from quantdesk.localnet.node import Node
from quantdesk.localnet.rpc.context import API_VERSION, FEATURE_SET, context_slot, with_context
from quantdesk.localnet.rpc.errors import (
    BLOCK_CLEANED_UP,
    BLOCK_NOT_AVAILABLE,
    NODE_UNHEALTHY,
    SLOT_SKIPPED,
    RpcError,
    invalid_params,
)
from quantdesk.localnet.rpc.params import Config, Params, as_pubkey, as_u64
from quantdesk.localnet.rpc.transaction_input import decode_base64_message
from quantdesk.localnet.runtime.bank import SLOTS_PER_EPOCH
from quantdesk.localnet.runtime.blockhashes import MAX_AGE_BLOCKS
from quantdesk.localnet.runtime.fees import message_fee

_MAX_FEE_ACCOUNTS = 128


def get_health(node: Node, params: Params) -> Any:
    """`ok` while transactions are accepted."""
    if node.journal.failure is not None:
        raise RpcError(NODE_UNHEALTHY, f"Node is unhealthy: {node.journal.failure}", {"numSlotsBehind": None})
    return "ok"


def get_version(node: Node, params: Params) -> Any:
    """The wire format's version."""
    return {"feature-set": FEATURE_SET, "solana-core": API_VERSION}


def get_genesis_hash(node: Node, params: Params) -> Any:
    """The hash that names this chain; random per data directory."""
    return str(node.bank.genesis.hash)


def get_identity(node: Node, params: Params) -> Any:
    """The node's own key."""
    return {"identity": str(node.bank.genesis.identity.pubkey())}


def slot_at(node: Node, config: Config) -> int:
    """The open slot, or for `finalized` (the default of these methods) the newest closed one."""
    context_slot(node, config)
    return node.bank.finalized_slot if config.commitment() in (None, "finalized") else node.bank.slot


def get_slot(node: Node, params: Params) -> Any:
    """The slot at a commitment."""
    return slot_at(node, params.config(0))


def get_block_height(node: Node, params: Params) -> Any:
    """The block height at a commitment: skipped slots do not count."""
    return _height_at(node, params.config(0))


def _height_at(node: Node, config: Config) -> int:
    return node.bank.tip.height if slot_at(node, config) == node.bank.finalized_slot else node.bank.height


def get_epoch_info(node: Node, params: Params) -> Any:
    """Where the chain stands in its epoch."""
    config = params.config(0)
    slot = slot_at(node, config)
    return {
        "absoluteSlot": slot,
        "blockHeight": _height_at(node, config),
        "epoch": slot // SLOTS_PER_EPOCH,
        "slotIndex": slot % SLOTS_PER_EPOCH,
        "slotsInEpoch": SLOTS_PER_EPOCH,
        "transactionCount": node.bank.transaction_count,
    }


def get_epoch_schedule(node: Node, params: Params) -> Any:
    """Epochs are of equal length from the start."""
    return {
        "firstNormalEpoch": 0,
        "firstNormalSlot": 0,
        "leaderScheduleSlotOffset": SLOTS_PER_EPOCH,
        "slotsPerEpoch": SLOTS_PER_EPOCH,
        "warmup": False,
    }


def get_transaction_count(node: Node, params: Params) -> Any:
    """Transactions since the genesis."""
    context_slot(node, params.config(0))
    return node.bank.transaction_count


def get_slot_leader(node: Node, params: Params) -> Any:
    """The one node always leads."""
    return str(node.bank.genesis.identity.pubkey())


def get_slot_leaders(node: Node, params: Params) -> Any:
    """The leaders of `limit` slots."""
    params.integer(0, "startSlot")
    limit = params.integer(1, "limit")
    if not 1 <= limit <= 5_000:
        raise invalid_params("Invalid limit; max 5000")
    return [str(node.bank.genesis.identity.pubkey())] * limit


def get_cluster_nodes(node: Node, params: Params) -> Any:
    """The one node."""
    host, port = node.config.host, node.config.port
    return [
        {
            "featureSet": FEATURE_SET,
            "gossip": None,
            "pubkey": str(node.bank.genesis.identity.pubkey()),
            "pubsub": f"{host}:{node.config.pubsub_port}",
            "rpc": f"{host}:{port}",
            "tpu": None,
            "tpuQuic": None,
            "version": API_VERSION,
        }
    ]


def get_latest_blockhash(node: Node, params: Params) -> Any:
    """The newest closed block's hash and the last height at which it is good."""
    slot = context_slot(node, params.config(0))
    tip = node.bank.tip
    return with_context(
        node,
        {
            "blockhash": _blockhash_text(tip.blockhash),
            "lastValidBlockHeight": tip.height + MAX_AGE_BLOCKS,
        },
        slot,
    )


def _blockhash_text(blockhash: bytes) -> str:
    return str(Pubkey.from_bytes(blockhash))


def is_blockhash_valid(node: Node, params: Params) -> Any:
    """Whether a transaction naming the blockhash would be taken now."""
    blockhash = as_pubkey(params.text(0, "blockhash"))
    slot = context_slot(node, params.config(1))
    return with_context(node, node.bank.blockhashes.last_valid_height(bytes(blockhash)) is not None, slot)


def get_fee_for_message(node: Node, params: Params) -> Any:
    """The fee of a message in lamports, null when its blockhash is not valid."""
    body = decode_base64_message(params.text(0, "message"))
    slot = context_slot(node, params.config(1))
    valid = node.bank.blockhashes.last_valid_height(bytes(body.recent_blockhash)) is not None
    return with_context(node, message_fee(body) if valid else None, slot)


def get_recent_prioritization_fees(node: Node, params: Params) -> Any:
    """Nobody competes for a localnet's blocks: the least fee that lands is 0 in each of the last blocks."""
    keys = params.get(0) or []
    if not isinstance(keys, list) or len(keys) > _MAX_FEE_ACCOUNTS:
        raise invalid_params(f"Too many inputs provided; max {_MAX_FEE_ACCOUNTS}")
    for key in keys:
        as_pubkey(key)
    return [
        {"slot": block.slot, "prioritizationFee": 0} for block in node.history.newest_blocks(MAX_AGE_BLOCKS)
    ]


def get_minimum_balance_for_rent_exemption(node: Node, params: Params) -> Any:
    """Lamports that an account of that size must hold."""
    size = params.integer(0, "dataLength")
    context_slot(node, params.config(1))
    return int(node.bank.vm.minimum_balance_for_rent_exemption(size))


def get_block_time(node: Node, params: Params) -> Any:
    """When a block was made, in Unix seconds."""
    slot = params.integer(0, "slot")
    block = node.history.block(slot)
    if block is None:
        raise missing_block(node, slot)
    return block.unix_time


def get_first_available_block(node: Node, params: Params) -> Any:
    """The oldest block that is kept; before it everything is unknown."""
    oldest = node.history.oldest_block()
    return node.bank.finalized_slot if oldest is None else oldest.slot


def missing_block(node: Node, slot: int) -> RpcError:
    """Why there is no block of that slot: not yet, no more, or never."""
    if slot > node.bank.finalized_slot:
        return RpcError(BLOCK_NOT_AVAILABLE, f"Block not available for slot {slot}")
    first = get_first_available_block(node, Params([]))
    if slot < first:
        return RpcError(
            BLOCK_CLEANED_UP,
            f"Block {slot} cleaned up, does not exist on node. First available block: {first}",
            {"firstAvailableBlock": first},
        )
    return RpcError(
        SLOT_SKIPPED, f"Slot {slot} was skipped, or missing due to ledger jump to recent snapshot"
    )


def get_recent_performance_samples(node: Node, params: Params) -> Any:
    """One sample over the last minute of blocks."""
    limit = 720 if params.get(0) is None else as_u64(params.get(0), "limit")
    if limit > 720:
        raise invalid_params("Invalid limit; max 720")
    blocks = node.history.newest_blocks(MAX_AGE_BLOCKS)
    if limit == 0 or len(blocks) < 2:
        return []
    count = node.history.count_transactions(blocks[0].last_seq, blocks[-1].last_seq)
    return [
        {
            "slot": blocks[-1].slot,
            "numTransactions": count,
            "numNonVoteTransactions": count,
            "numSlots": blocks[-1].slot - blocks[0].slot,
            "samplePeriodSecs": max(blocks[-1].unix_time - blocks[0].unix_time, 1),
        }
    ]


METHODS = {
    "getHealth": get_health,
    "getVersion": get_version,
    "getGenesisHash": get_genesis_hash,
    "getIdentity": get_identity,
    "getSlot": get_slot,
    "getBlockHeight": get_block_height,
    "getEpochInfo": get_epoch_info,
    "getEpochSchedule": get_epoch_schedule,
    "getTransactionCount": get_transaction_count,
    "getSlotLeader": get_slot_leader,
    "getSlotLeaders": get_slot_leaders,
    "getClusterNodes": get_cluster_nodes,
    "getLatestBlockhash": get_latest_blockhash,
    "isBlockhashValid": is_blockhash_valid,
    "getFeeForMessage": get_fee_for_message,
    "getRecentPrioritizationFees": get_recent_prioritization_fees,
    "getRecentPerformanceSamples": get_recent_performance_samples,
    "getMinimumBalanceForRentExemption": get_minimum_balance_for_rent_exemption,
    "getBlockTime": get_block_time,
    "getFirstAvailableBlock": get_first_available_block,
    "minimumLedgerSlot": get_first_available_block,
}
