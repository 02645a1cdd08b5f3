"""The program's interface description, ``idl/quantdesk.json``: the one source of every layout here.

It follows Anchor's IDL (specification 0.1.0): primitives by name, ``{"array": [type, n]}``,
``{"vec": type}``, ``{"option": type}`` and ``{"defined": {"name": ...}}``.
"""

from __future__ import annotations

from functools import cache, cached_property
from importlib.resources import files
from typing import Any

import msgspec

Type = str | dict[str, Any]


class Named(msgspec.Struct, frozen=True):
    """A field or an enum variant; ``fields`` are the types that a variant carries."""

    name: str
    type: Type = ""
    fields: list[Type] = []


class Body(msgspec.Struct, frozen=True):
    """What a declared type is made of."""

    kind: str
    fields: list[Named] = []
    variants: list[Named] = []


class TypeDef(msgspec.Struct, frozen=True):
    """A declared type. ``serialization`` is ``bytemuck...`` for state in accounts, else borsh."""

    name: str
    type: Body
    serialization: str = "borsh"


class Marked(msgspec.Struct, frozen=True):
    """An account or event type and its discriminator."""

    name: str
    discriminator: list[int]


class AccountDef(msgspec.Struct, frozen=True):
    """One account of an instruction."""

    name: str
    writable: bool = False
    signer: bool = False
    optional: bool = False
    address: str | None = None


class InstructionDef(msgspec.Struct, frozen=True):
    """One instruction."""

    name: str
    discriminator: list[int]
    accounts: list[AccountDef]
    args: list[Named]


class ErrorDef(msgspec.Struct, frozen=True):
    """One numbered error."""

    code: int
    name: str
    msg: str = ""


class Idl(msgspec.Struct, frozen=True, dict=True):
    """The whole interface."""

    address: str
    instructions: list[InstructionDef]
    types: list[TypeDef]
    accounts: list[Marked] = []
    events: list[Marked] = []
    errors: list[ErrorDef] = []

    @cached_property
    def types_by_name(self) -> dict[str, TypeDef]:
        """Declared types."""
        return {each.name: each for each in self.types}

    @cached_property
    def instructions_by_name(self) -> dict[str, InstructionDef]:
        """Instructions."""
        return {each.name: each for each in self.instructions}

    @cached_property
    def accounts_by_name(self) -> dict[str, Marked]:
        """Account types."""
        return {each.name: each for each in self.accounts}


@cache
def idl() -> Idl:
    """The interface this package was built with."""
    text = files("quantdesk.program").joinpath("quantdesk.json").read_bytes()
    return msgspec.json.decode(text, type=Idl)
