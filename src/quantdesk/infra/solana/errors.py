"""Errors of the Solana client.

SolanaError
├── NodeAway            no usable answer: connection refused or lost, time-out, HTTP 429 or 5xx (retried)
├── NodeRefused         HTTP 3xx or 4xx: this node does not serve such requests
├── AnswerMalformed     the answer is not what Solana's API promises
├── RpcError            the node answered with a JSON-RPC error: code, message, data
│   └── PreflightFailed -32002: the transaction failed in the node's simulation
├── TransactionFailed   it landed in a block and failed there
└── TransactionExpired  its blockhash ran out before it landed: it never will
"""

from __future__ import annotations

from typing import Any

PREFLIGHT_FAILURE = -32002


class SolanaError(Exception):
    """Base of everything this client raises."""


class NodeAway(SolanaError):
    """No usable answer from the node; asking again later may help. ``unsent``: it never had the request."""

    def __init__(self, message: str, *, unsent: bool = False) -> None:
        super().__init__(message)
        self.unsent = unsent


class NodeRefused(SolanaError):
    """HTTP 3xx or 4xx: this node does not serve such requests."""


class AnswerMalformed(SolanaError):
    """The answer is not what Solana's API promises."""


class RpcError(SolanaError):
    """A JSON-RPC error. ``data`` is the node's, ``logs`` the program logs in it (empty when none)."""

    def __init__(self, method: str, code: int, message: str, data: Any = None) -> None:
        super().__init__(f"{method}: {message} ({code})")
        self.method = method
        self.code = code
        self.message = message
        self.data = data

    @property
    def logs(self) -> list[str]:
        """Program logs that came with the error."""
        found = self.data.get("logs") if isinstance(self.data, dict) else None
        return list(found) if found else []


class PreflightFailed(RpcError):
    """The node simulated the transaction and it failed: ``err`` is Solana's TransactionError."""

    @property
    def err(self) -> Any:
        """Solana's TransactionError in JSON, e.g. ``{"InstructionError": [0, {"Custom": 6}]}``."""
        return self.data.get("err") if isinstance(self.data, dict) else None


class TransactionFailed(SolanaError):
    """The transaction landed in ``slot`` and failed with ``err``."""

    def __init__(self, signature: str, slot: int, err: Any) -> None:
        super().__init__(f"{signature} failed in slot {slot}: {err}")
        self.signature = signature
        self.slot = slot
        self.err = err


class TransactionExpired(SolanaError):
    """The blockhash ran out before the transaction landed."""

    def __init__(self, signature: str, last_valid_block_height: int) -> None:
        super().__init__(f"{signature} did not land by block height {last_valid_block_height}")
        self.signature = signature
        self.last_valid_block_height = last_valid_block_height


def rpc_error(method: str, code: int, message: str, data: Any) -> RpcError:
    """The error class for ``code``."""
    kind = PreflightFailed if code == PREFLIGHT_FAILURE else RpcError
    return kind(method, code, message, data)
