"""Typed values out of account bytes: by field name, from the dtypes that the IDL gives."""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar, cast, get_type_hints

import numpy as np
import numpy.typing as npt
from solders.pubkey import Pubkey

from quantdesk.program.dtypes import DISCRIMINATOR_BYTES, account_dtype, struct_dtype
from quantdesk.program.errors import AccountInvalid
from quantdesk.program.idl import idl

T = TypeVar("T")
Records = npt.NDArray[Any]

READY = 1


def is_ready(data: bytes) -> bool:
    """Whether an account of ours has its full size: until then it must not be decoded or used."""
    header = struct_dtype("Header")
    start = DISCRIMINATOR_BYTES
    if len(data) < start + header.itemsize:
        return False
    return int(np.frombuffer(data, header, 1, start)[0]["status"]) == READY


def account_record(name: str, data: bytes) -> Any:
    """The account's own struct. Raises ``AccountInvalid`` for bytes of another kind."""
    dtype = account_dtype(name)
    wanted = _discriminator(name)
    if len(data) < dtype.itemsize:
        raise AccountInvalid(f"{len(data)} bytes are no {name}: it takes at least {dtype.itemsize}")
    if data[: len(wanted)] != wanted:
        raise AccountInvalid(f"discriminator {data[:8].hex()} is not {name}'s {wanted.hex()}")
    return np.frombuffer(data, dtype, 1)[0]


@cache
def _discriminator(name: str) -> bytes:
    return bytes(idl().accounts_by_name[name].discriminator)


def table(name: str, data: bytes, offset: int, count: int) -> Records:
    """``count`` structs from ``offset`` on, as one array. Raises ``AccountInvalid`` where they do not fit."""
    dtype = struct_dtype(name)
    if len(data) < offset + count * dtype.itemsize:
        raise AccountInvalid(f"{len(data)} bytes hold no {count} {name} from {offset} on")
    return np.frombuffer(data, dtype, count, offset)


def read(kind: type[T], record: Any, counts: dict[str, int] | None = None, **given: Any) -> T:
    """A dataclass from the fields of the same names; ``counts`` limits a table to its used rows."""
    values = dict(given)
    for name, hint in _hints(cast(Any, kind)).items():
        if name not in values:
            value = record[name]
            if counts and name in counts:
                value = value[: counts[name]]
            values[name] = _value(hint, value)
    return kind(**values)


@cache
def _hints(kind: type[Any]) -> dict[str, Any]:
    return get_type_hints(kind)


def _value(hint: Any, value: Any) -> Any:
    if hint is int:
        return int(value)
    if hint is Pubkey:
        return Pubkey.from_bytes(value.tobytes())
    if hint is bytes:
        return value.tobytes()
    if hint is str:
        return value.tobytes().rstrip(b"\0").decode("ascii", "replace")
    (of, *_) = hint.__args__
    if of is int:
        return tuple(value.tolist())
    return tuple(read(of, each) for each in value)
