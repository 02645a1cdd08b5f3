"""The JSON-RPC 2.0 envelope, exactly as strict as a Solana node's (jsonrpc-core).

Ids are null, strings or unsigned integers; a foreign field or a missing version is an invalid request; a
notification is not answered; neither is a batch of nothing but notifications, nor an empty one.
"""

from __future__ import annotations

from typing import Any

import msgspec

from quantdesk.localnet.rpc.errors import INVALID_REQUEST, PARSE_ERROR, RpcError, invalid_params
from quantdesk.localnet.rpc.params import Params

_FIELDS = frozenset({"jsonrpc", "method", "params", "id"})
_U64_MAX = 2**64 - 1
encode_json = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


class Call(msgspec.Struct, frozen=True):
    """One request. `is_notification` when it carries no id and wants no answer."""

    method: str
    params: Params
    id: str | int | None
    is_notification: bool


def parse_body(body: bytes) -> Any:
    """The JSON of a request body.

    Raises:
        RpcError: not JSON.
    """
    try:
        return _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise RpcError(PARSE_ERROR, "Parse error") from None


def parse_call(raw: Any) -> Call:
    """One request object.

    Raises:
        RpcError: -32700 for an impossible id, -32600 for a malformed request, -32602 for malformed
        parameters.
    """
    if not isinstance(raw, dict):
        raise RpcError(INVALID_REQUEST, "Invalid request")
    identifier = raw.get("id")
    if not is_possible_id(identifier):
        raise RpcError(PARSE_ERROR, "Parse error")
    if raw.get("jsonrpc") != "2.0" or not raw.keys() <= _FIELDS or not isinstance(raw.get("method"), str):
        raise RpcError(INVALID_REQUEST, "Invalid request")
    return Call(raw["method"], _params(raw), identifier, "id" not in raw)


def _params(raw: dict[str, Any]) -> Params:
    value = raw.get("params")
    if value is None:
        return Params([])
    if isinstance(value, list):
        return Params(value)
    if isinstance(value, dict):
        raise invalid_params("`params` should be an array")
    raise RpcError(INVALID_REQUEST, "Invalid request")


def is_possible_id(value: Any) -> bool:
    """Whether jsonrpc-core takes this as an id: null, text or an unsigned 64-bit integer."""
    if value is None or isinstance(value, str):
        return True
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _U64_MAX


def success(result: Any, identifier: str | int | None) -> dict[str, Any]:
    """An answer."""
    return {"jsonrpc": "2.0", "result": result, "id": identifier}


def failure(error: RpcError, identifier: str | int | None) -> dict[str, Any]:
    """An error answer."""
    return {"jsonrpc": "2.0", "error": error.wire(), "id": identifier}
