"""Instructions, accounts, events and errors straight from ``idl/quantdesk.json``.

Independent of ``quantdesk.program``: the program is tested against its published interface alone.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey

IDL_PATH = Path(__file__).resolve().parents[3] / "idl" / "quantdesk.json"
EVENT_TAG = bytes.fromhex("e445a52e51cb9a1d")
PRIMITIVES = {
    "u8": "B",
    "u16": "H",
    "u32": "I",
    "u64": "Q",
    "i8": "b",
    "i16": "h",
    "i32": "i",
    "i64": "q",
    "bool": "?",
}

Json = Any


@cache
def idl() -> Json:
    """The committed IDL."""
    return json.loads(IDL_PATH.read_text())


def program_id() -> Pubkey:
    """The program's address."""
    return Pubkey.from_string(idl()["address"])


def discriminator(namespace: str, name: str) -> bytes:
    """Anchor's: the first 8 bytes of SHA-256 of ``namespace:name``."""
    return hashlib.sha256(f"{namespace}:{name}".encode()).digest()[:8]


@cache
def types() -> dict[str, Json]:
    """Defined types by name."""
    return {one["name"]: one["type"] for one in idl()["types"]}


@cache
def instructions() -> dict[str, Json]:
    """Instructions by name."""
    return {one["name"]: one for one in idl()["instructions"]}


@cache
def errors() -> dict[int, str]:
    """Error names by number."""
    return {one["code"]: one["name"] for one in idl()["errors"]}


def encode(kind: Json, value: Any) -> bytes:
    """``value`` in borsh as the IDL type says."""
    if isinstance(kind, str):
        return bytes(value) if kind == "pubkey" else struct.pack("<" + PRIMITIVES[kind], value)
    if "array" in kind:
        of, count = kind["array"]
        items = list(value)
        assert len(items) == count, (kind, value)
        return b"".join(encode(of, item) for item in items)
    if "vec" in kind:
        return struct.pack("<I", len(value)) + b"".join(encode(kind["vec"], item) for item in value)
    defined = types()[kind["defined"]["name"]]
    if defined["kind"] == "enum":
        names = [variant["name"] for variant in defined["variants"]]
        if isinstance(value, dict):
            ((chosen, carried),) = value.items()
            number = names.index(chosen)
            return bytes([number]) + encode(defined["variants"][number]["fields"][0], carried)
        return bytes([names.index(value) if isinstance(value, str) else int(value)])
    return b"".join(encode(field["type"], value[field["name"]]) for field in defined["fields"])


@dataclass
class Cursor:
    """Bytes being read from the front."""

    data: bytes
    at: int = 0

    def take(self, count: int) -> bytes:
        """The next ``count`` bytes; ValueError when they are not there."""
        if self.at + count > len(self.data):
            raise ValueError(f"needs {count} bytes at {self.at} of {len(self.data)}")
        self.at += count
        return self.data[self.at - count : self.at]


def decode(kind: Json, cursor: Cursor) -> Any:
    """The next value of the IDL type: integers, ``Pubkey``, lists and dicts."""
    if isinstance(kind, str):
        return _decode_plain(kind, cursor)
    if "array" in kind:
        of, count = kind["array"]
        return cursor.take(count) if of == "u8" else [decode(of, cursor) for _ in range(count)]
    if "vec" in kind:
        (count,) = struct.unpack("<I", cursor.take(4))
        return [decode(kind["vec"], cursor) for _ in range(count)]
    defined = types()[kind["defined"]["name"]]
    if defined["kind"] == "enum":
        variant = defined["variants"][cursor.take(1)[0]]
        if variant.get("fields"):
            return {variant["name"]: decode(variant["fields"][0], cursor)}
        return variant["name"]
    return {field["name"]: decode(field["type"], cursor) for field in defined["fields"]}


def _decode_plain(kind: str, cursor: Cursor) -> Any:
    if kind == "pubkey":
        return Pubkey(cursor.take(32))
    code = PRIMITIVES[kind]
    return struct.unpack("<" + code, cursor.take(struct.calcsize("<" + code)))[0]


def decode_account(name: str, data: bytes) -> dict[str, Any]:
    """The fixed beginning of an account of type ``name``; without padding it reads like borsh."""
    assert data[:8] == discriminator("account", name), f"not a {name}"
    return decode_struct(name, data[8:])


def decode_struct(name: str, data: bytes) -> dict[str, Any]:
    """One struct from the beginning of ``data``."""
    value = decode({"defined": {"name": name}}, Cursor(data))
    assert isinstance(value, dict)
    return value


@cache
def size_of(name: str) -> int:
    """Bytes of a struct of fixed size."""
    cursor = Cursor(bytes(1 << 20))
    decode({"defined": {"name": name}}, cursor)
    return cursor.at


def decode_event(data: bytes) -> tuple[str, dict[str, Any]] | None:
    """Name and fields of an inner instruction that is an event; None for another instruction."""
    if data[:8] != EVENT_TAG:
        return None
    for event in idl()["events"]:
        if bytes(event["discriminator"]) == data[8:16]:
            cursor = Cursor(data, 16)
            fields = decode({"defined": {"name": event["name"]}}, cursor)
            assert cursor.at == len(data), f"{event['name']}: {len(data) - cursor.at} bytes left"
            return event["name"], fields
    raise ValueError(f"no event with discriminator {data[8:16].hex()}")


def instruction(
    name: str, accounts: Mapping[str, Pubkey], args: Mapping[str, Any] | None = None
) -> Instruction:
    """Build an instruction from accounts and arguments by name; fixed addresses come from the IDL."""
    spec = instructions()[name]
    metas = []
    for one in spec["accounts"]:
        address = Pubkey.from_string(one["address"]) if one.get("address") else accounts[one["name"]]
        metas.append(AccountMeta(address, one.get("signer", False), one.get("writable", False)))
    data = bytes(spec["discriminator"])
    for field in spec["args"]:
        data += encode(field["type"], (args or {})[field["name"]])
    return Instruction(program_id(), data, metas)
