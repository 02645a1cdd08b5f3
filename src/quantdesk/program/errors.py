"""The program's numbered errors, by name and number, and what a failed transaction says.

BytesError
├── IdlIncomplete      the IDL lacks what this package needs: built against another program
├── AccountInvalid     bytes that are not the account they are taken for
├── ArgumentInvalid    an instruction argument that does not fit its type
└── EventInvalid       an event of ours that does not decode
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from quantdesk.program.idl import ErrorDef, idl


class BytesError(Exception):
    """Base of this package's errors."""


class AccountInvalid(BytesError):
    """Bytes that are not the account they are taken for."""


class ArgumentInvalid(BytesError):
    """An instruction argument that does not fit its type."""


class EventInvalid(BytesError):
    """An event of ours that does not decode: built against another program."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a transaction failed, as far as the node says.

    ``name`` is the program error's IDL name, or Solana's own word (``BlockhashNotFound``,
    ``ProgramFailedToComplete``, ``Custom:1`` of some other program). ``instruction`` is the index of the
    top-level instruction, None when no single one failed; ``code`` the program's number, None if not ours.
    """

    name: str
    message: str
    instruction: int | None = None
    code: int | None = None


TOKEN_ERRORS: Mapping[int, tuple[str, str]] = {
    0: ("NotRentExempt", "The token account would be under the rent exemption"),
    1: ("InsufficientFunds", "The token account holds less than the amount"),
    3: ("MintMismatch", "The token account is of another mint"),
    4: ("OwnerMismatch", "The token account is not the signer's"),
    17: ("AccountFrozen", "The token account is frozen"),
}
"""Errors of the token program that a transfer of ours can run into (spl_token::error::TokenError)."""


@cache
def _by_code() -> Mapping[int, ErrorDef]:
    return {each.code: each for each in idl().errors}


@cache
def _by_name() -> Mapping[str, ErrorDef]:
    return {each.name: each for each in idl().errors}


def error_named(name: str) -> ErrorDef:
    """The error with that IDL name. Raises ``KeyError``."""
    return _by_name()[name]


def error_name(code: int) -> str:
    """IDL name of ``code``; ``Custom:code`` when the IDL has none such."""
    known = _by_code().get(code)
    return known.name if known is not None else f"Custom:{code}"


def error_message(code: int) -> str:
    """What the IDL says about ``code``."""
    known = _by_code().get(code)
    return known.msg or known.name if known is not None else f"error {code} of another program"


def explain(err: Any, programs: Sequence[str] | None = None, program_id: str | None = None) -> Failure:
    """Read Solana's TransactionError JSON.

    ``programs`` (program of each top-level instruction) with ``program_id`` keeps another program's custom
    code from being read as ours.
    """
    if isinstance(err, str):
        return Failure(err, err)
    if not isinstance(err, dict) or len(err) != 1:
        return Failure("Unknown", str(err))
    (kind, detail), *_ = err.items()
    if kind != "InstructionError":
        return Failure(str(kind), f"{kind}: {detail}")
    index, reason = detail
    if isinstance(reason, dict) and "Custom" in reason:
        named = None if programs is None or program_id is None else programs[index] == program_id
        return _custom(int(reason["Custom"]), named, index)
    name = next(iter(reason)) if isinstance(reason, dict) else str(reason)
    return Failure(str(name), f"instruction {index}: {name}", index)


def _custom(code: int, ours: bool | None, instruction: int) -> Failure:
    """``ours``: whether an instruction of the program failed, by itself or in a transfer that it made."""
    if ours is not False and code in _by_code():
        return Failure(error_name(code), error_message(code), instruction, code)
    if ours and code in TOKEN_ERRORS:
        return Failure(*TOKEN_ERRORS[code], instruction)
    return Failure(f"Custom:{code}", f"error {code} of another program", instruction)
