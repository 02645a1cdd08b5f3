"""Reading a method's parameters: positions, config objects, keys, commitments.

Strict, as a node's serde is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
from solders.pubkey import Pubkey
from solders.signature import Signature

from quantdesk.localnet.rpc.errors import MIN_CONTEXT_SLOT_NOT_REACHED, RpcError, invalid_params
from quantdesk.program import base58

COMMITMENTS = ("processed", "confirmed", "finalized")
_LEGACY_COMMITMENTS = {
    "recent": "processed",
    "root": "finalized",
    "single": "confirmed",
    "singleGossip": "confirmed",
    "max": "finalized",
}
_U64_MAX = 2**64 - 1


@dataclass(frozen=True, slots=True)
class Params:
    """Positional parameters."""

    values: list[Any]

    def require(self, count: int) -> None:
        """Refuse fewer than `count` parameters."""
        if len(self.values) < count:
            raise invalid_params(f"`params` should have at least {count} argument(s)")

    def at_most(self, count: int) -> None:
        """Refuse more than `count` parameters."""
        if len(self.values) > count:
            raise invalid_params(f"Expected from 0 to {count} parameters. Got {len(self.values)}")

    def get(self, index: int) -> Any:
        """The parameter at `index`, None when it was left out."""
        return self.values[index] if index < len(self.values) else None

    def text(self, index: int, what: str) -> str:
        """A string parameter that must be there."""
        self.require(index + 1)
        value = self.values[index]
        if not isinstance(value, str):
            raise type_mismatch(value, f"a string ({what})")
        return value

    def integer(self, index: int, what: str) -> int:
        """An unsigned 64-bit parameter that must be there."""
        self.require(index + 1)
        return as_u64(self.values[index], what)

    def config(self, index: int) -> Config:
        """The config object at `index`, empty when it was left out or null."""
        value = self.get(index)
        if value is None:
            return Config({})
        if not isinstance(value, dict):
            raise type_mismatch(value, "a configuration object")
        return Config(value)


@dataclass(frozen=True, slots=True)
class Config:
    """A method's configuration object."""

    fields: dict[str, Any]

    def commitment(self) -> str | None:
        """The commitment asked for, None when none was."""
        value = self.fields.get("commitment")
        if value is None:
            return None
        return as_commitment(value)

    def flag(self, name: str) -> bool:
        """A boolean, false when absent."""
        value = self.fields.get(name)
        if value is None:
            return False
        if not isinstance(value, bool):
            raise type_mismatch(value, f"a boolean ({name})")
        return value

    def text(self, name: str) -> str | None:
        """A string, None when absent."""
        value = self.fields.get(name)
        if value is None or isinstance(value, str):
            return value
        raise type_mismatch(value, f"a string ({name})")

    def integer(self, name: str) -> int | None:
        """An unsigned 64-bit integer, None when absent."""
        value = self.fields.get(name)
        return None if value is None else as_u64(value, name)

    def sub(self, name: str) -> Config | None:
        """A nested object, None when absent."""
        value = self.fields.get(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise type_mismatch(value, f"an object ({name})")
        return Config(value)

    def choice(self, name: str, choices: tuple[str, ...]) -> str | None:
        """One of `choices`, None when absent."""
        value = self.text(name)
        if value is not None and value not in choices:
            raise unknown_variant(value, choices)
        return value


def as_commitment(value: Any) -> str:
    """A commitment level; the names of old are understood as today's."""
    if isinstance(value, str):
        value = _LEGACY_COMMITMENTS.get(value, value)
        if value in COMMITMENTS:
            return str(value)
        raise unknown_variant(value, COMMITMENTS)
    raise type_mismatch(value, "a commitment level")


def as_u64(value: Any, what: str) -> int:
    """An unsigned 64-bit integer."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _U64_MAX:
        return value
    raise type_mismatch(value, f"u64 ({what})")


def as_pubkey(text: Any) -> Pubkey:
    """A public key from base58."""
    if not isinstance(text, str):
        raise type_mismatch(text, "a string")
    try:
        return Pubkey.from_string(text)
    except ValueError:
        raise invalid_params(f"Invalid param: {_key_problem(text, 32)}") from None


def as_signature(text: Any) -> bytes:
    """A signature's 64 bytes from base58."""
    if not isinstance(text, str):
        raise type_mismatch(text, "a string")
    try:
        return bytes(Signature.from_string(text))
    except ValueError:
        raise invalid_params(f"Invalid param: {_key_problem(text, 64)}") from None


def _key_problem(text: str, size: int) -> str:
    if len(text) > size * 11 // 8:
        return "WrongSize"
    try:
        base58.decode(text)
    except ValueError:
        return "Invalid"
    return "WrongSize"


def unknown_variant(value: Any, choices: tuple[str, ...]) -> RpcError:
    """The refusal of a name that is not among the known ones."""
    listed = ", ".join(f"`{choice}`" for choice in choices)
    return invalid_params(f"Invalid params: unknown variant `{value}`, expected one of {listed}.")


def type_mismatch(value: Any, expected: str) -> RpcError:
    """The refusal of a value of the wrong type."""
    shown = msgspec.json.encode(value).decode()
    if len(shown) > 80:
        shown = shown[:80] + "..."
    return invalid_params(f"Invalid params: invalid type: {shown}, expected {expected}.")


def check_min_context_slot(config: Config, slot: int) -> None:
    """Refuse when the node has not come as far as the caller has seen."""
    minimum = config.integer("minContextSlot")
    if minimum is not None and slot < minimum:
        raise RpcError(
            MIN_CONTEXT_SLOT_NOT_REACHED, "Minimum context slot has not been reached", {"contextSlot": slot}
        )
