"""Accounts in the encodings of a node: base58, base64, base64+zstd, jsonParsed."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import zstandard
from solders.account import Account
from solders.pubkey import Pubkey

from quantdesk.localnet.rpc.errors import invalid_request
from quantdesk.localnet.rpc.params import Config
from quantdesk.localnet.rpc.token_json import parse_token_data
from quantdesk.localnet.runtime.genesis import RENT_EXEMPT_EPOCH
from quantdesk.program import base58

ENCODINGS = ("binary", "base58", "base64", "base64+zstd", "jsonParsed")
MAX_BASE58_BYTES = 128
_TOO_LARGE = "error: data too large for bs58 encoding"
AccountReader = Callable[[Pubkey], Account | None]


@dataclass(frozen=True, slots=True)
class View:
    """How account data is to be shown. `binary` is the old form: a bare base58 string."""

    encoding: str
    offset: int | None = None
    length: int = 0

    def slice(self, data: bytes) -> bytes:
        """The part of the data that was asked for."""
        return data if self.offset is None else data[self.offset : self.offset + self.length]


def view_of(config: Config, default: str) -> View:
    """The view a config object asks for."""
    encoding = config.choice("encoding", ENCODINGS) or default
    part = config.sub("dataSlice")
    if part is None:
        return View(encoding)
    return View(encoding, part.integer("offset") or 0, part.integer("length") or 0)


def account_json(
    address: Pubkey, account: Account, view: View, reader: AccountReader, *, is_strict: bool = True
) -> dict[str, Any]:
    """An account in wire form. `reader` finds the mint of a token account for its decimals.

    Raises:
        RpcError: over 128 bytes in base58; when not `is_strict` (pubsub) the data says so itself.
    """
    return {
        "lamports": account.lamports,
        "data": _data(account, view, reader, is_strict=is_strict),
        "owner": str(account.owner),
        "executable": account.executable,
        "rentEpoch": RENT_EXEMPT_EPOCH,
        "space": len(account.data),
    }


def _data(account: Account, view: View, reader: AccountReader, *, is_strict: bool) -> Any:
    if view.encoding == "jsonParsed":
        parsed = parse_token_data(account, reader)
        if parsed is not None:
            return parsed
        return [base64.b64encode(view.slice(account.data)).decode(), "base64"]
    data = view.slice(account.data)
    if view.encoding == "base64":
        return [base64.b64encode(data).decode(), "base64"]
    if view.encoding == "base64+zstd":
        return [base64.b64encode(zstandard.ZstdCompressor(level=1).compress(data)).decode(), "base64+zstd"]
    if len(data) > MAX_BASE58_BYTES and is_strict:
        raise invalid_request(
            "Encoded binary (base 58) data should be less than 128 bytes, please use Base64 encoding."
        )
    text = _TOO_LARGE if len(data) > MAX_BASE58_BYTES else base58.encode(data)
    return text if view.encoding == "binary" else [text, "base58"]
