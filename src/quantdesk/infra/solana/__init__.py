"""Solana's JSON-RPC and pubsub as typed, asynchronous clients that outlive the node's absences."""

from __future__ import annotations

from quantdesk.infra.solana.confirmation import Landed, confirm, send_and_confirm
from quantdesk.infra.solana.errors import (
    AnswerMalformed,
    NodeAway,
    NodeRefused,
    PreflightFailed,
    RpcError,
    SolanaError,
    TransactionExpired,
    TransactionFailed,
)
from quantdesk.infra.solana.pubsub import PubsubSubscription, Resync, SolanaPubsub
from quantdesk.infra.solana.rpc import SolanaRpc
from quantdesk.infra.solana.transport import Call, JsonRpc

__all__ = [
    "AnswerMalformed",
    "Call",
    "JsonRpc",
    "Landed",
    "NodeAway",
    "NodeRefused",
    "PreflightFailed",
    "PubsubSubscription",
    "Resync",
    "RpcError",
    "SolanaError",
    "SolanaPubsub",
    "SolanaRpc",
    "TransactionExpired",
    "TransactionFailed",
    "confirm",
    "send_and_confirm",
]
