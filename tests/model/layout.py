"""Values to bytes by the published IDL, compiled once per type: how the model's rows become bytes."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from functools import cache
from operator import attrgetter, itemgetter
from typing import Any

from solders.pubkey import Pubkey

from integration.program import idl

Pack = Callable[[Any], bytes]


class Record:
    """One struct of the IDL with its fields as attributes; arrays of structs are lists of records."""

    def __init__(self, **fields: Any) -> None:
        self.__dict__.update(fields)

    def copy(self) -> Record:
        """A record of its own; values are never changed in place, but replaced."""
        twin = type(self).__new__(type(self))
        twin.__dict__.update(self.__dict__)
        return twin

    def __repr__(self) -> str:
        return f"Record({self.__dict__})"


def decode(name: str, data: bytes) -> Record:
    """The struct ``name`` from the beginning of ``data``."""
    return record(idl.decode_struct(name, data))


def zero(name: str) -> Record:
    """The struct ``name`` with nothing in it."""
    return decode(name, bytes(idl.size_of(name)))


def record(value: Any) -> Any:
    """Dicts as records, all the way down; addresses as bytes."""
    if isinstance(value, dict):
        return Record(**{key: record(one) for key, one in value.items()})
    if isinstance(value, list):
        return [record(one) for one in value]
    return bytes(value) if isinstance(value, Pubkey) else value


def plain(value: Any) -> Any:
    """A record as dicts again."""
    if isinstance(value, Record):
        return {key: plain(one) for key, one in value.__dict__.items()}
    return [plain(one) for one in value] if isinstance(value, list) else value


@cache
def packer(name: str, first: int = 0, last: int | None = None) -> Pack:
    """Packs the fields ``first`` to ``last`` (by place) of the struct ``name``."""
    fields = idl.types()[name]["fields"][first:last]
    return _packer([(field["name"], field["type"]) for field in fields], attrgetter)


def place(name: str, field: str) -> int:
    """Which field of the struct it is."""
    return [one["name"] for one in idl.types()[name]["fields"]].index(field)


def offset(name: str, field: str) -> int:
    """Bytes of the struct before a field of fixed place."""
    cursor = idl.Cursor(bytes(1 << 20))
    for one in idl.types()[name]["fields"][: place(name, field)]:
        idl.decode(one["type"], cursor)
    return cursor.at


def packer_of(fields: Sequence[tuple[str, Any]]) -> Pack:
    """Packs the values of a mapping by name; structs in it are records."""
    return _packer(fields, itemgetter)


def _packer(fields: Sequence[tuple[str, Any]], getter: Callable[..., Callable[[Any], Any]]) -> Pack:
    codes, converts = zip(*(_leaf(kind) for _, kind in fields), strict=True)
    names = [name for name, _ in fields]
    if None in codes:
        return _joining(list(map(getter, names)), codes, converts)
    whole = struct.Struct("<" + "".join(codes))
    special = [(at, convert) for at, convert in enumerate(converts) if convert is not None]
    if len(names) == 1:
        fetch, convert = getter(names[0]), converts[0]
        return lambda value: whole.pack(convert(fetch(value)) if convert else fetch(value))
    fetch = getter(*names)
    if not special:
        return lambda value: whole.pack(*fetch(value))

    def pack(value: Any) -> bytes:
        values = list(fetch(value))
        for at, convert in special:
            values[at] = convert(values[at])
        return whole.pack(*values)

    return pack


def _remembering(pack: Pack) -> Pack:
    """Packs a list once: the model's lists are replaced and never changed, so it keeps its bytes."""
    known: dict[int, tuple[Any, bytes]] = {}

    def packed(rows: Any) -> bytes:
        found = known.get(id(rows))
        if found is None:
            if len(known) > 1_000:
                known.clear()
            known[id(rows)] = found = rows, pack(rows)
        return found[1]

    return packed


def _joining(getters: list[Callable[[Any], Any]], codes: tuple[Any, ...], converts: tuple[Any, ...]) -> Pack:
    """For structs with lists of any length: piece by piece."""
    pieces = []
    for fetch, code, convert in zip(getters, codes, converts, strict=True):
        one = convert if code is None else _single(struct.Struct("<" + code), convert)
        pieces.append((fetch, one))
    return lambda value: b"".join([one(fetch(value)) for fetch, one in pieces])


def _single(code: struct.Struct, convert: Any) -> Pack:
    return (lambda value: code.pack(convert(value))) if convert else code.pack


def _leaf(kind: Any) -> tuple[str | None, Any]:
    """The struct code of a type and what turns a value into the code's; no code for a list of any length."""
    if isinstance(kind, str):
        return ("32s", None) if kind == "pubkey" else (idl.PRIMITIVES[kind], None)
    if "vec" in kind:
        row = packer(kind["vec"]["defined"]["name"])
        return None, lambda rows: struct.pack("<I", len(rows)) + b"".join(map(row, rows))
    if "array" in kind:
        of, count = kind["array"]
        if of == "u8":
            return f"{count}s", None
        if isinstance(of, str):
            inner = struct.Struct(f"<{count}{idl.PRIMITIVES[of]}")
            return f"{inner.size}s", lambda values: inner.pack(*values)
        row, size = packer(of["defined"]["name"]), idl.size_of(of["defined"]["name"])
        return f"{count * size}s", _remembering(lambda rows: b"".join(map(row, rows)))
    name = kind["defined"]["name"]
    if any("fields" in variant for variant in idl.types()[name].get("variants", [])):
        return None, lambda value: idl.encode(kind, plain(value))
    if idl.types()[name]["kind"] == "enum":
        names = [variant["name"] for variant in idl.types()[name]["variants"]]
        return "B", names.index
    return f"{idl.size_of(name)}s", packer(name)
