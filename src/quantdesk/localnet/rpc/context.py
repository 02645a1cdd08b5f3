"""The `{context, value}` wrapper of state answers, and the name and version the node gives of itself."""

from __future__ import annotations

from typing import Any

from quantdesk.localnet.node import Node
from quantdesk.localnet.rpc.errors import invalid_params
from quantdesk.localnet.rpc.params import Config, check_min_context_slot

API_VERSION = "3.1.8"
"""The version of the Solana node whose wire format this one speaks."""
FEATURE_SET = 3640012085


def context_slot(node: Node, config: Config) -> int:
    """The slot an answer is of. State is that of the open block, whatever the commitment.

    See the reference.
    """
    config.commitment()
    check_min_context_slot(config, node.bank.slot)
    return node.bank.slot


def with_context(node: Node, value: Any, slot: int | None = None) -> dict[str, Any]:
    """`value` with the slot it is of."""
    return {"context": {"apiVersion": API_VERSION, "slot": slot or node.bank.slot}, "value": value}


def check_history_commitment(config: Config) -> str:
    """The commitment of a history method, `finalized` unless given.

    History is not kept of less than `confirmed`.
    """
    commitment = config.commitment() or "finalized"
    if commitment == "processed":
        raise invalid_params("Method does not support commitment below `confirmed`")
    return commitment
