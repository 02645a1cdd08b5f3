"""Numpy dtypes of the account structs, from the IDL. State is ``repr(C)`` without padding."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from quantdesk.program.idl import Type, idl

NUMPY = {
    "u8": "u1",
    "i8": "i1",
    "u16": "<u2",
    "i16": "<i2",
    "u32": "<u4",
    "i32": "<i4",
    "u64": "<u8",
    "i64": "<i8",
    "bool": "?",
    "pubkey": "V32",
}
DISCRIMINATOR_BYTES = 8


@cache
def struct_dtype(name: str) -> np.dtype[Any]:
    """The packed dtype of the declared struct ``name``."""
    fields = idl().types_by_name[name].type.fields
    return np.dtype([(each.name, *_of(each.type)) for each in fields])


@cache
def account_dtype(name: str) -> np.dtype[Any]:
    """The dtype of account ``name`` from its first byte on, with the discriminator as a field of its own.

    Anchor's convention leaves the discriminator out of the type and clients skip it.
    """
    return np.dtype([("discriminator", "V8"), *((each, *_field(name, each)) for each in _names(name))])


def _names(name: str) -> list[str]:
    return [each.name for each in idl().types_by_name[name].type.fields]


def _field(struct: str, field: str) -> tuple[Any, ...]:
    (found,) = (each for each in idl().types_by_name[struct].type.fields if each.name == field)
    return _of(found.type)


def _of(kind: Type) -> tuple[Any, ...]:
    """(dtype,) or (dtype, shape) of a field."""
    if isinstance(kind, str):
        return (NUMPY[kind],)
    if "array" in kind:
        of, count = kind["array"]
        inner = _of(of)
        return (inner[0], (int(count), *(inner[1] if len(inner) > 1 else ())))
    named = kind["defined"]
    return (struct_dtype(named["name"] if isinstance(named, dict) else named),)
