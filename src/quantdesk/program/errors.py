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
        code = int(reason["Custom"])
        ours = programs is None or program_id is None or programs[index] == program_id
        if ours and code in _by_code():
            return Failure(error_name(code), error_message(code), index, code)
        return Failure(f"Custom:{code}", f"error {code} of another program", index)
    name = next(iter(reason)) if isinstance(reason, dict) else str(reason)
    return Failure(str(name), f"instruction {index}: {name}", index)
