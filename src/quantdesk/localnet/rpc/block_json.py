"""Blocks in wire form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from solders.pubkey import Pubkey

from quantdesk.localnet.log.entries import BlockRow
from quantdesk.localnet.log.history import RecordedTransaction
from quantdesk.localnet.rpc.transactions_json import (
    check_version,
    meta_json,
    parsed_keys,
    transaction_with_meta,
)
from quantdesk.localnet.runtime.wire import WireTransaction
from quantdesk.program import base58

_META_OF_ACCOUNTS = (
    "err",
    "status",
    "fee",
    "preBalances",
    "postBalances",
    "preTokenBalances",
    "postTokenBalances",
)


@dataclass(frozen=True, slots=True)
class BlockView:
    """How a block is to be shown. `details` is one of full, signatures, none, accounts."""

    encoding: str
    details: str
    rewards: bool
    max_version: int | None


def block_json(
    block: BlockRow, parent_hash: str, transactions: list[RecordedTransaction], view: BlockView
) -> dict[str, Any]:
    """A closed block. Nobody is rewarded on a localnet, so the rewards are empty."""
    shown: dict[str, Any] = {
        "blockHeight": block.height,
        "blockTime": block.unix_time,
        "blockhash": str(Pubkey.from_bytes(block.blockhash)),
        "parentSlot": block.parent,
        "previousBlockhash": parent_hash,
    }
    if view.rewards:
        shown["rewards"] = []
    if view.details == "signatures":
        shown["signatures"] = [base58.encode(recorded.signature) for recorded in transactions]
    elif view.details == "full":
        shown["transactions"] = [
            transaction_with_meta(
                WireTransaction.parse(recorded.raw), recorded.result, view.encoding, view.max_version
            )
            for recorded in transactions
        ]
    elif view.details == "accounts":
        shown["transactions"] = [_accounts_of(recorded, view.max_version) for recorded in transactions]
    return shown


def _accounts_of(recorded: RecordedTransaction, max_version: int | None) -> dict[str, Any]:
    wire, result = WireTransaction.parse(recorded.raw), recorded.result
    version = check_version(wire, max_version)
    meta = meta_json(wire, result, parsed=False)
    shown = {
        "transaction": {
            "signatures": [str(signature) for signature in wire.parsed.signatures],
            "accountKeys": parsed_keys(wire, result),
        },
        "meta": {name: meta[name] for name in _META_OF_ACCOUNTS},
    }
    if max_version is not None:
        shown["version"] = version
    return shown
