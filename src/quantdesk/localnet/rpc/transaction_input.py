"""Transactions and messages as callers hand them in, with a node's refusals."""

from __future__ import annotations

import base64
import binascii

from solders.message import Message, MessageV0, from_bytes_versioned

from quantdesk.localnet.rpc.errors import invalid_params
from quantdesk.localnet.rpc.params import Config, unknown_variant
from quantdesk.localnet.rpc.transactions_json import ENCODINGS
from quantdesk.localnet.runtime.transaction_errors import describe
from quantdesk.localnet.runtime.wire import MAX_TRANSACTION_BYTES, Unsanitary, WireTransaction
from quantdesk.program import base58

_MAX_BASE58_CHARS = 1683
_MAX_BASE64_CHARS = 1644
_TYPE = "solana_transaction::versioned::VersionedTransaction"


def decode_transaction(text: str, config: Config) -> WireTransaction:
    """A transaction from base58 (the default) or base64 text.

    Raises:
        RpcError: -32602, in the words of a node.
    """
    encoding = config.text("encoding") or "base58"
    if encoding not in ENCODINGS:
        raise unknown_variant(encoding, ENCODINGS)
    if encoding not in ("base58", "base64"):
        raise invalid_params(f"unsupported encoding: {encoding}. Supported encodings: base58, base64")
    raw = _decode_text(text, encoding)
    if len(raw) > MAX_TRANSACTION_BYTES:
        raise invalid_params(
            f"decoded {_TYPE} too large: {len(raw)} bytes (max: {MAX_TRANSACTION_BYTES} bytes)"
        )
    try:
        return WireTransaction.parse(raw)
    except Unsanitary:
        raise invalid_params(f"invalid transaction: {describe('SanitizeFailure')}") from None
    except ValueError as error:
        raise invalid_params(f"failed to deserialize {_TYPE}: {error}") from None


def _decode_text(text: str, encoding: str) -> bytes:
    limit = _MAX_BASE58_CHARS if encoding == "base58" else _MAX_BASE64_CHARS
    if len(text) > limit:
        raise invalid_params(
            f"{encoding} encoded {_TYPE} too large: {len(text)} bytes"
            f" (max: encoded/raw {limit}/{MAX_TRANSACTION_BYTES})"
        )
    try:
        return base58.decode(text) if encoding == "base58" else base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error) as error:
        raise invalid_params(f"invalid {encoding} encoding: {error}") from None


def decode_base64_message(text: str) -> Message | MessageV0:
    """A message from base64."""
    try:
        message = from_bytes_versioned(base64.b64decode(text, validate=True))
    except (ValueError, binascii.Error) as error:
        raise invalid_params(f"invalid base64 encoding: {error}") from None
    if not isinstance(message, Message | MessageV0):
        raise invalid_params("message version 1 is not supported: use a legacy or version 0 message")
    return message
