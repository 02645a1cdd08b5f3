"""Borsh from the IDL: one compiled reader per declared type.

A struct of fixed size becomes one ``struct`` format, so that a list of fills is one ``iter_unpack``. 32-byte
keys come out as ``bytes``; the caller turns them into what it needs.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Sequence
from functools import cache, lru_cache, partial
from itertools import chain, groupby
from operator import itemgetter
from typing import Any

import msgspec

from quantdesk.program.errors import ArgumentInvalid, EventInvalid
from quantdesk.program.idl import Named, Type, idl

FORMAT = {
    "u8": "B",
    "i8": "b",
    "u16": "H",
    "i16": "h",
    "u32": "I",
    "i32": "i",
    "u64": "Q",
    "i64": "q",
    "bool": "?",
    "pubkey": "32s",
}
_COUNT = struct.Struct("<I")

Reader = Callable[[bytes, int], tuple[Any, int]]
"""(data, offset) -> (value, offset after it)."""


def defined_name(kind: Type) -> str | None:
    """Name of the declared type that ``kind`` refers to."""
    if isinstance(kind, dict) and "defined" in kind:
        named = kind["defined"]
        return str(named["name"] if isinstance(named, dict) else named)
    return None


def flat_format(kind: Type) -> str | None:
    """The ``struct`` format of a scalar: a primitive, a key, or an enum without data."""
    if isinstance(kind, str):
        return FORMAT.get(kind)
    name = defined_name(kind)
    if name is not None and idl().types_by_name[name].type.kind == "enum":
        return None if _carries(name) else "B"
    if "array" in kind and kind["array"][0] == "u8":
        return f"{kind['array'][1]}s"
    return None


@cache
def _carries(name: str) -> bool:
    """Whether the enum's variants carry a value each."""
    return any(each.fields for each in idl().types_by_name[name].type.variants)


def fields_of(name: str) -> list[Named]:
    """Fields of the declared struct ``name``."""
    return idl().types_by_name[name].type.fields


@cache
def flat_struct(name: str) -> struct.Struct | None:
    """One format for the struct ``name``, or None when its size depends on its content."""
    formats = [flat_format(each.type) for each in fields_of(name)]
    return None if None in formats else struct.Struct("<" + "".join(filter(None, formats)))


def read_value(kind: Type, data: bytes, offset: int) -> tuple[Any, int]:
    """Read one value; structs become dicts, lists of structs lists of dicts, an enum that carries a value
    ``{variant: value}``. Raises ``EventInvalid``.
    """
    try:
        return _read(kind, data, offset)
    except (struct.error, IndexError) as error:
        raise EventInvalid(f"{kind}: {error}") from error


def _read(kind: Type, data: bytes, offset: int) -> tuple[Any, int]:
    if (form := flat_format(kind)) is not None:
        return struct.unpack_from("<" + form, data, offset)[0], offset + struct.calcsize("<" + form)
    if (name := defined_name(kind)) is not None:
        if variants := idl().types_by_name[name].type.variants:
            variant = variants[data[offset]]
            value, end = _read(variant.fields[0], data, offset + 1)
            return {variant.name: value}, end
        return _read_struct(name, data, offset)
    assert isinstance(kind, dict), kind
    if "vec" in kind:
        return _read_list(kind["vec"], data, offset)
    if "option" in kind:
        return _read(kind["option"], data, offset + 1) if data[offset] else (None, offset + 1)
    if "array" in kind:
        of, count = kind["array"]
        values = []
        for _ in range(count):
            value, offset = _read(of, data, offset)
            values.append(value)
        return values, offset
    raise EventInvalid(f"the IDL's type {kind} is not known here")


def _read_struct(name: str, data: bytes, offset: int) -> tuple[dict[str, Any], int]:
    flat = flat_struct(name)
    fields = fields_of(name)
    if flat is not None:
        values = flat.unpack_from(data, offset)
        return {each.name: value for each, value in zip(fields, values, strict=True)}, offset + flat.size
    record: dict[str, Any] = {}
    for each in fields:
        record[each.name], offset = _read(each.type, data, offset)
    return record, offset


def _read_list(of: Type, data: bytes, offset: int) -> tuple[list[Any], int]:
    (count,) = _COUNT.unpack_from(data, offset)
    offset += _COUNT.size
    name = defined_name(of)
    flat = flat_struct(name) if name is not None and flat_format(of) is None else None
    if flat is not None and name is not None:
        end = offset + count * flat.size
        if end > len(data):
            raise EventInvalid(f"a list of {count} {name} does not fit the bytes")
        names = [each.name for each in fields_of(name)]
        rows = flat.iter_unpack(memoryview(data)[offset:end])
        return [dict(zip(names, row, strict=True)) for row in rows], end
    values = []
    for _ in range(count):
        value, offset = _read(of, data, offset)
        values.append(value)
    return values, offset


def write_value(kind: Type, value: Any) -> bytes:
    """Borsh bytes of ``value``. Raises ``ArgumentInvalid`` where it does not fit its type."""
    if (form := flat_format(kind)) is not None:
        try:
            if form.endswith("s"):
                return _fixed_bytes(kind, bytes(value), struct.calcsize(form))
            return struct.pack("<" + form, value)
        except (struct.error, TypeError) as error:
            raise ArgumentInvalid(f"{value!r} is no {kind}: {error}") from error
    if (name := defined_name(kind)) is not None:
        return _write_defined(name, value)
    assert isinstance(kind, dict), kind
    if "vec" in kind:
        return _COUNT.pack(len(value)) + b"".join(_write_items(kind["vec"], value))
    if "option" in kind:
        return b"\0" if value is None else b"\1" + write_value(kind["option"], value)
    if "array" in kind:
        of, count = kind["array"]
        if len(value) != count:
            raise ArgumentInvalid(f"{len(value)} values where the program takes {count}")
        return b"".join(write_value(of, each) for each in value)
    raise ArgumentInvalid(f"the IDL's type {kind} is not known here")


def _write_items(of: Type, items: Any) -> list[bytes]:
    name = defined_name(of)
    if name is None or flat_format(of) is not None:
        return [write_value(of, each) for each in items]
    return [_write_defined(name, each) for each in items]


def _write_defined(name: str, value: Any) -> bytes:
    """A struct's fields, or ``{variant: value}`` as the variant's number and the value."""
    variants = idl().types_by_name[name].type.variants
    if not variants:
        return _pack_numbers(name, value) or write_fields(name, fields_of(name), value)
    ((chosen, carried),) = value.items()
    for number, each in enumerate(variants):
        if each.name == chosen:
            return bytes([number]) + write_value(each.fields[0], carried)
    raise ArgumentInvalid(f"{name} is one of {[each.name for each in variants]}, got {chosen!r}")


def write_arguments(instruction: str, values: Any) -> bytes:
    """Borsh bytes of the arguments of ``instruction``; ``values`` as ``write_fields`` takes them."""
    fields = idl().instructions_by_name[instruction].args
    try:
        if isinstance(values, dict) and len(values) == len(fields):
            return b"".join([write(values) for write in _argument_writers(instruction)])
    except (struct.error, TypeError, KeyError):
        pass  # the long way says what is wrong
    return write_fields(instruction, fields, values)


@cache
def _argument_writers(instruction: str) -> tuple[Callable[[dict[str, Any]], bytes], ...]:
    """A writer for each run of neighbouring numbers, and one for each argument that is none."""
    writers = []
    runs = groupby(idl().instructions_by_name[instruction].args, key=lambda each: _is_number(each.type))
    for numbers, fields in runs:
        run = list(fields)
        if numbers:
            form = struct.Struct("<" + "".join(str(flat_format(each.type)) for each in run))
            writers.append(partial(_pack_named, form, tuple(each.name for each in run)))
        else:
            writers += [partial(_write_named, each.name, _writer(each.type)) for each in run]
    return tuple(writers)


def _writer(kind: Type) -> Callable[[Any], bytes]:
    """``write_value`` for one type; for a list of structs of numbers only the packing is left to do."""
    name = defined_name(kind["vec"]) if isinstance(kind, dict) and "vec" in kind else None
    if name is None or _numbers(name) is None:
        return partial(write_value, kind)

    def write(items: Any) -> bytes:
        packed = _pack_list(name, items)
        return write_value(kind, items) if packed is None else _COUNT.pack(len(items)) + packed

    return write


def _is_number(kind: Type) -> bool:
    form = flat_format(kind)
    return form is not None and not form.endswith("s")


def _pack_named(form: struct.Struct, names: tuple[str, ...], values: dict[str, Any]) -> bytes:
    return form.pack(*[values[name] for name in names])


def _write_named(name: str, write: Callable[[Any], bytes], values: dict[str, Any]) -> bytes:
    return write(values[name])


def write_fields(what: str, fields: list[Named], values: Any) -> bytes:
    """Borsh bytes of named ``fields``; ``values``: mapping or msgspec struct of exactly these."""
    if isinstance(values, msgspec.Struct):
        values = {name: getattr(values, name) for name in values.__struct_fields__}
    names = [each.name for each in fields]
    if set(values) != set(names):
        raise ArgumentInvalid(f"{what} takes {names}, got {sorted(values)}")
    return b"".join(write_value(each.type, values[each.name]) for each in fields)


@cache
def _numbers(name: str) -> tuple[struct.Struct, tuple[str, ...]] | None:
    """One format for the struct ``name``, and its fields, if all are numbers (byte strings need a check)."""
    flat = flat_struct(name)
    if flat is None or "s" in flat.format:
        return None
    return flat, tuple(each.name for each in fields_of(name))


def _pack_numbers(name: str, value: Any) -> bytes | None:
    """The struct in one go; None where the long way has to, or has to say what is wrong."""
    return _pack_list(name, [value])


def _pack_list(name: str, items: Sequence[Any]) -> bytes | None:
    """As ``_pack_numbers``, for all ``items`` at once; all are of one kind."""
    numbers = _numbers(name)
    if numbers is None or not items:
        return None if numbers is None else b""
    form, names = numbers
    rows = _rows(names, items)
    if rows is None:
        return None
    try:
        return _repeated(form, len(items)).pack(*chain.from_iterable(rows))
    except (struct.error, TypeError, KeyError):
        return None


def _rows(names: tuple[str, ...], items: Sequence[Any]) -> Iterable[Sequence[Any]] | None:
    """The values of each item in the order of ``names``; None where the items are not of exactly these."""
    kind = type(items[0])
    if any(type(each) is not kind for each in items):
        return None
    if issubclass(kind, msgspec.Struct):
        return map(msgspec.structs.astuple, items) if kind.__struct_fields__ == names else None
    if kind is not dict or any(len(each) != len(names) for each in items):
        return None
    return map(itemgetter(*names), items) if len(names) > 1 else ([each[names[0]]] for each in items)


@lru_cache
def _repeated(form: struct.Struct, count: int) -> struct.Struct:
    return struct.Struct("<" + form.format[1:] * count)


def _fixed_bytes(kind: Type, value: bytes, size: int) -> bytes:
    if len(value) != size:
        raise ArgumentInvalid(f"{len(value)} bytes where {kind} takes {size}")
    return value
