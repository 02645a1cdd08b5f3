"""`docs/reference/program.md`, written from the IDL and the account layouts that the Rust tests write.

Nothing of it is typed by hand: a new instruction, event or error is on the page by being in the IDL.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
IDL = ROOT / "idl" / "quantdesk.json"
LAYOUTS = ROOT / "tests" / "vectors" / "layouts.json"

Json = Any

HEAD = """\
# The program

Program `{address}`, version {version}. `idl/quantdesk.json` follows Anchor's conventions, so that any
Anchor client reads it. This page is written from it by `make generate`: change `onchain/engine`, not the
page.

All integers are little-endian. Offsets count from the beginning of the account's data, its 8-byte
discriminator included; no account has padding. Amounts are in quote atoms (1e-6 USDC), sizes in a market's
base lots, order prices in ticks (`tick_size` quote atoms per lot each), index and mark prices in quote
atoms per lot, times in unix seconds unless the name ends in `_ms`.
"""
ACCOUNTS_HEAD = """\
The 16-byte header holds the discriminator, the layout's version, the status (0 still growing, 1 ready), the
bump seed and the bytes of one entry of the account's table (0 without one).
"""
INSTRUCTIONS_HEAD = """\
The data of an instruction is its discriminator (the first 8 bytes of SHA-256 of `global:` and its name) and
then its arguments in borsh. Exactly these accounts, in this order: one more or one less is refused.
"""
EVENTS_HEAD = """\
Each instruction emits one event as an instruction of the program to itself (Anchor's `emit_cpi`), so that
no log limit can lose it: 8 bytes `e445a52e51cb9a1d`, the event's discriminator, its fields in borsh. `seq`
grows by exactly one from event to event of an exchange: who reads every number has missed nothing.
"""
ERRORS_HEAD = """\
Custom errors of the runtime, numbered as Anchor does. A number never changes its meaning. A refused
transaction leaves every account as it was.
"""


def program_page() -> str:
    """The text of the page."""
    idl, layouts = json.loads(IDL.read_text()), json.loads(LAYOUTS.read_text())
    page = _Page(idl, {one["name"]: one for one in layouts["structs"]})
    head = HEAD.format(address=idl["address"], version=idl["metadata"]["version"])
    parts = [head, *page.accounts(), *page.instructions(), *page.events(), *page.errors()]
    return "\n".join(parts).rstrip() + "\n"


class _Page:
    """Sections of the page; a type is described once, under the first section that needs it."""

    def __init__(self, idl: Json, layouts: dict[str, Json]) -> None:
        self.idl, self.layouts = idl, layouts
        self.types = {one["name"]: one for one in idl["types"]}
        self.described: set[str] = set()

    def accounts(self) -> Iterable[str]:
        yield f"## Accounts\n\n{ACCOUNTS_HEAD}"
        names = [one["name"] for one in self.idl["accounts"]]
        for one in self.idl["accounts"]:
            self.described.add(one["name"])
            layout = self.layouts[one["name"]]
            address = _seeds(self.idl, one["name"].lower())
            yield (
                f"### {one['name']}\n\n{_docs(self.types[one['name']])}\n\n"
                f"Discriminator `{_hex(one)}`, {layout['bytes']:,} bytes"
                f"{f', address from {address}' if address else ''}.\n"
            )
            yield self._offsets(one["name"])
        yield from self._needed(self.types[name]["type"] for name in names)
        # Slots and orders follow the fixed part of a ledger and a book: no field names them.
        yield from self._needed([{"defined": {"name": name}} for name in self.layouts])

    def instructions(self) -> Iterable[str]:
        yield f"## Instructions\n\n{INSTRUCTIONS_HEAD}"
        for one in self.idl["instructions"]:
            yield f"### {one['name']}\n\n{_docs(one)}\n\nDiscriminator `{_hex(one)}`.\n"
            yield _table(("account", "signs", "changes", "address", "what"), map(_account, one["accounts"]))
            if one["args"]:
                rows = ((f"`{arg['name']}`", _type(arg["type"]), _docs(arg)) for arg in one["args"])
                yield _table(("argument", "type", "meaning"), rows)
        yield from self._needed(arg["type"] for one in self.idl["instructions"] for arg in one["args"])

    def events(self) -> Iterable[str]:
        yield f"## Events\n\n{EVENTS_HEAD}"
        for one in self.idl["events"]:
            self.described.add(one["name"])
            yield f"### {one['name']}\n\n{_docs(self.types[one['name']])}\n\nDiscriminator `{_hex(one)}`.\n"
            yield self._fields(one["name"])
        yield from self._needed(self.types[one["name"]]["type"] for one in self.idl["events"])

    def errors(self) -> Iterable[str]:
        yield f"## Errors\n\n{ERRORS_HEAD}"
        rows = ((str(one["code"]), f"`{one['name']}`", one["msg"]) for one in self.idl["errors"])
        yield _table(("number", "name", "what failed"), rows)

    def _needed(self, kinds: Iterable[Json]) -> Iterable[str]:
        """The types that ``kinds`` name and that were not described yet, and what those name."""
        for kind in kinds:
            for name in _names(kind):
                if name in self.described:
                    continue
                self.described.add(name)
                yield from self._describe(name)
                yield from self._needed([self.types[name]["type"]])

    def _describe(self, name: str) -> Iterable[str]:
        one = self.types[name]
        layout = self.layouts.get(name)
        size = f"\n\n{layout['bytes']:,} bytes." if layout else ""
        yield f"### {name}\n\n{_docs(one)}{size}\n"
        if one["type"]["kind"] == "enum":
            yield _choices(one["type"]["variants"])
        else:
            yield self._offsets(name) if layout else self._fields(name)

    def _offsets(self, name: str) -> str:
        """Fields with their place, as the Rust compiler laid them out."""
        fields = {one["name"]: one for one in self.types[name]["type"]["fields"]}
        rows = []
        for place in self.layouts[name]["fields"]:
            # The discriminator is bytes of its own to Anchor, the header's first field to Rust.
            field = fields.pop(place["name"], None)
            kind, docs = (_type(field["type"]), _docs(field)) if field else ("[u8; 8]", "Names the account.")
            rows.append((str(place["offset"]), str(place["bytes"]), f"`{place['name']}`", kind, docs))
        assert not fields, f"{name}: {sorted(fields)} are in the IDL and not in the layout"
        return _table(("offset", "bytes", "field", "type", "meaning"), rows)

    def _fields(self, name: str) -> str:
        fields = self.types[name]["type"]["fields"]
        rows = ((f"`{one['name']}`", _type(one["type"]), _docs(one)) for one in fields)
        return _table(("field", "type", "meaning"), rows)


def _choices(variants: list[Json]) -> str:
    """An enum's variants by number, with what each carries."""
    if not any(way.get("fields") for way in variants):
        return _table(("byte", "choice"), ((str(at), f"`{way['name']}`") for at, way in enumerate(variants)))
    rows = ((str(at), f"`{way['name']}`", _type(way["fields"][0])) for at, way in enumerate(variants))
    return _table(("byte", "choice", "carries"), rows)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(line) + " |" for line in (head, *rows)]
    return "\n".join([lines[0], "|" + "---|" * len(head), *lines[1:], ""])


def _docs(one: Json) -> str:
    return " ".join(one.get("docs", []))


def _hex(one: Json) -> str:
    return bytes(one["discriminator"]).hex()


def _account(one: Json) -> tuple[str, ...]:
    address = f"`{one['address']}`" if one.get("address") else _derived(one)
    signs, changes = ("yes" if one.get(flag) else "" for flag in ("signer", "writable"))
    return f"`{one['name']}`", signs, changes, address, _docs(one)


def _derived(one: Json) -> str:
    return ", ".join(_seed(seed) for seed in one["pda"]["seeds"]) if one.get("pda") else ""


def _seed(seed: Json) -> str:
    if seed["kind"] != "const":
        return f"`{seed['path']}`"
    value = bytes(seed["value"])
    return f'"{value.decode()}"' if value.isascii() and value.decode().isprintable() else f"0x{value.hex()}"


def _seeds(idl: Json, account: str) -> str:
    """The seeds of an account's address, from the instruction that derives it."""
    for instruction in idl["instructions"]:
        for one in instruction["accounts"]:
            if account.endswith(one["name"]) and one.get("pda"):
                return _derived(one)
    return ""


def _names(kind: Json) -> Iterable[str]:
    """Defined types that a type names, in order."""
    if isinstance(kind, dict):
        if "defined" in kind:
            yield kind["defined"]["name"]
        for inner in [kind.get("vec"), kind.get("option"), *kind.get("array", [])]:
            yield from _names(inner)
        for field in kind.get("fields", []):
            yield from _names(field.get("type", field))
        for variant in kind.get("variants", []):
            yield from _names({"fields": variant.get("fields", [])})


def _type(kind: Json) -> str:
    """A type as Rust writes it, defined ones as links to their description."""
    if isinstance(kind, str):
        return kind
    if "array" in kind:
        of, count = kind["array"]
        return f"[{_type(of)}; {count}]"
    if "vec" in kind:
        return f"Vec<{_type(kind['vec'])}>"
    if "option" in kind:
        return f"Option<{_type(kind['option'])}>"
    name = kind["defined"]["name"]
    return f"[{name}](#{name.lower()})"
