"""One call of every instruction as plain JSON, for clients of other makes to build and decode.

Values are canonical: integers as decimal strings, keys in base58, enum choices by name, byte arrays as
lists; names without case and underscores, which clients change.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

from integration.program import idl
from integration.program.exchange import HEADER_BYTES
from integration.program.scenes import SCENES, Scene

TABLE_BYTES = 64
"""Of an account's table only the beginning goes into the corpus."""
STATE_OF = ("liquidate", "queue_change")
"""The calls whose accounts go into the corpus; together they have every type."""


def plain(value: Any) -> Any:
    """A decoded value in canonical form."""
    if isinstance(value, dict):
        return {key.replace("_", "").lower(): plain(one) for key, one in value.items()}
    if isinstance(value, bytes | list):
        return [plain(one) for one in value]
    if isinstance(value, bool | str):
        return value.lower() if isinstance(value, str) else value
    return str(value)


def call(scene: Scene) -> dict[str, Any]:
    """The scene's call as sent, its event as emitted, and the accounts of ours as they are afterwards."""
    exchange, instruction = scene.exchange, scene.instruction()
    header = exchange.vm.data(exchange.address)
    exchange.sequence = exchange.state()["event_seq"] if len(header) > 20_000 else 0
    result = exchange.ok(exchange.run(instruction, signers=list(scene.signers.values())))
    [(event, _)] = result.events
    [data] = [one for one in result.outcome.inner if one[:8] == idl.EVENT_TAG]
    metas = zip(scene.spec, instruction.accounts, strict=True)
    return {
        "instruction": scene.name,
        "data": bytes(instruction.data).hex(),
        "args": decoded_args(scene.name, bytes(instruction.data)),
        "accounts": [
            {
                "name": one["name"],
                "key": str(meta.pubkey),
                "signs": meta.is_signer,
                "changes": meta.is_writable,
            }
            for one, meta in metas
        ],
        "event": {"name": event, "data": data[8:].hex(), "fields": decoded_event(data)},
        "state": list(state(scene)) if scene.name in STATE_OF else [],
    }


def decoded_args(name: str, data: bytes) -> dict[str, Any]:
    """An instruction's arguments."""
    cursor = idl.Cursor(data, 8)
    fields = {one["name"]: idl.decode(one["type"], cursor) for one in idl.instructions()[name]["args"]}
    return {key.replace("_", "").lower(): plain(value) for key, value in fields.items()}


def decoded_event(data: bytes) -> Any:
    """An event's fields."""
    found = idl.decode_event(data)
    assert found is not None
    return plain(found[1])


def state(scene: Scene) -> Iterator[dict[str, Any]]:
    """Accounts of this program among the call's, that have their full size."""
    kinds = {idl.discriminator("account", one["name"]): one["name"] for one in idl.idl()["accounts"]}
    for key in {meta.pubkey for meta in scene.instruction().accounts}:
        data = scene.exchange.vm.data(key)
        kind = kinds.get(data[:8])
        if kind and len(data) >= 8 + idl.size_of(kind):
            head = data[: HEADER_BYTES.get(kind, len(data)) + TABLE_BYTES]
            yield {
                "type": kind,
                "data": base64.b64encode(head).decode(),
                "fields": plain(idl.decode_account(kind, head)),
            }


def corpus() -> list[dict[str, Any]]:
    """One call of every instruction of the IDL."""
    return [call(SCENES[name]()) for name in sorted(idl.instructions())]
