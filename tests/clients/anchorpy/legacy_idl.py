"""The IDL of today (Anchor 0.30 and later) in the form of before, the only one that anchorpy 0.21 reads."""

from __future__ import annotations

from typing import Any

Json = Any


def legacy_idl(idl: Json) -> Json:
    """`idl` in the legacy form. Discriminators are left out: both forms derive them from the names."""
    shapes = {one["name"]: one["type"] for one in idl["types"]}
    accounts = {one["name"] for one in idl["accounts"]}
    events = {one["name"] for one in idl["events"]}
    return {
        "version": idl["metadata"]["version"],
        "name": idl["metadata"]["name"],
        "instructions": [_instruction(one) for one in idl["instructions"]],
        "accounts": [{"name": name, "type": _shape(shapes[name])} for name in sorted(accounts)],
        "types": [
            {"name": name, "type": _shape(shape)}
            for name, shape in shapes.items()
            if name not in accounts and name not in events
        ],
        "events": [{"name": name, "fields": _event_fields(shapes[name])} for name in sorted(events)],
        "errors": idl["errors"],
    }


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def _instruction(one: Json) -> Json:
    return {
        "name": _camel(one["name"]),
        "accounts": [
            {
                "name": _camel(account["name"]),
                "isMut": account.get("writable", False),
                "isSigner": account.get("signer", False),
            }
            for account in one["accounts"]
        ],
        "args": [{"name": _camel(arg["name"]), "type": _type(arg["type"])} for arg in one["args"]],
    }


def _shape(shape: Json) -> Json:
    if shape["kind"] == "enum":
        return {"kind": "enum", "variants": [_variant(variant) for variant in shape["variants"]]}
    return {
        "kind": "struct",
        "fields": [
            {"name": _camel(field["name"]), "type": _type(field["type"])} for field in shape["fields"]
        ],
    }


def _variant(variant: Json) -> Json:
    carried = [_type(kind) for kind in variant.get("fields", [])]
    return {"name": variant["name"]} | ({"fields": carried} if carried else {})


def _event_fields(shape: Json) -> Json:
    return [
        {"name": _camel(field["name"]), "type": _type(field["type"]), "index": False}
        for field in shape["fields"]
    ]


def _type(kind: Json) -> Json:
    if kind == "pubkey":
        return "publicKey"
    if isinstance(kind, str):
        return kind
    if "array" in kind:
        of, count = kind["array"]
        return {"array": [_type(of), count]}
    if "defined" in kind:
        return {"defined": kind["defined"]["name"]}
    [(name, of)] = kind.items()
    return {name: _type(of)}
