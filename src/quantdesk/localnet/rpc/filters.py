"""Filters over a program's accounts: data size, bytes at an offset, token accounts."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any

from solders.account import Account

from quantdesk.localnet.rpc.errors import invalid_params
from quantdesk.localnet.rpc.params import as_u64, type_mismatch
from quantdesk.localnet.runtime.tokens import decode_token_account
from quantdesk.program import base58

_MAX_FILTERS = 4
_MAX_COMPARED_BYTES = 128
Predicate = Callable[[Account], bool]


def parse_filters(value: Any) -> Predicate:
    """One predicate of all the filters.

    Raises:
        RpcError: too many, or one that cannot be read.
    """
    if value is None:
        return lambda account: True
    if not isinstance(value, list):
        raise type_mismatch(value, "a sequence of filters")
    if len(value) > _MAX_FILTERS:
        raise invalid_params(f"Too many filters provided; max {_MAX_FILTERS}")
    predicates = [_parse_filter(item) for item in value]
    return lambda account: all(predicate(account) for predicate in predicates)


def _parse_filter(value: Any) -> Predicate:
    if value == "tokenAccountState":
        return lambda account: decode_token_account(account.data) is not None
    if isinstance(value, dict) and len(value) == 1:
        if "dataSize" in value:
            size = as_u64(value["dataSize"], "dataSize")
            return lambda account: len(account.data) == size
        if isinstance(value.get("memcmp"), dict):
            return _memcmp(value["memcmp"])
    raise type_mismatch(value, "`dataSize`, `memcmp` or `tokenAccountState`")


def _memcmp(value: dict[str, Any]) -> Predicate:
    offset = as_u64(value.get("offset"), "offset")
    wanted = _compared_bytes(value.get("bytes"), value.get("encoding") or "base58")
    return lambda account: account.data[offset : offset + len(wanted)] == wanted


def _compared_bytes(value: Any, encoding: str) -> bytes:
    try:
        if isinstance(value, list):
            wanted = bytes(value)
        elif not isinstance(value, str):
            raise type_mismatch(value, "bytes as text or as an array")
        elif encoding == "base64":
            wanted = base64.b64decode(value, validate=True)
        elif encoding in ("base58", "binary"):
            wanted = base58.decode(value)
        else:
            raise invalid_params(
                f"Invalid params: unknown variant `{encoding}`, expected `base58` or `base64`."
            )
    except (ValueError, TypeError, binascii.Error) as error:
        raise invalid_params(f"Invalid param: {error}") from None
    if len(wanted) > _MAX_COMPARED_BYTES:
        raise invalid_params("Invalid param: Data too large")
    return wanted
