"""The registry of rows and what they share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey

from integration.program.exchange import Exchange, Result, machine

Act = Callable[[], Result]


@dataclass(frozen=True)
class Row:
    """How an error is reached."""

    start: Callable[[], Exchange]
    prepare: Callable[[Exchange], Act]


ROWS: dict[str, Row] = {}
"""Errors that refuse an instruction, by name."""
AS_CODES: dict[str, Row] = {}
"""Errors that no instruction ends with: they are the result code of one order of several."""


def fresh() -> Exchange:
    """A machine with the program and nothing else."""
    return Exchange(machine())


def grown() -> Exchange:
    """An exchange of full size, its ledger not grown, nothing in its tables."""
    exchange = fresh()
    exchange.ok(exchange.init())
    exchange.grow_fully("Exchange", exchange.address)
    return exchange


def opened() -> Exchange:
    """An open exchange with one market priced at $150."""
    return opened_with()


def opened_with(markets: int = 1, **changes: object) -> Exchange:
    """The same with more markets or other parameters."""
    exchange = fresh()
    exchange.set_up(markets, **changes)
    exchange.ok(exchange.post(dict.fromkeys(range(markets), 1_500_000)))
    return exchange


def reaches(
    name: str, start: Callable[[], Exchange] = opened, *, table: dict[str, Row] = ROWS
) -> Callable[[Callable[[Exchange], Act]], Callable[[Exchange], Act]]:
    """Enters a row for the error ``name``."""

    def enter(prepare: Callable[[Exchange], Act]) -> Callable[[Exchange], Act]:
        assert name not in ROWS | AS_CODES, name
        table[name] = Row(start, prepare)
        return prepare

    return enter


def spoiled(
    instruction: Instruction,
    at: int,
    key: Pubkey | None = None,
    *,
    signer: bool | None = None,
    writable: bool | None = None,
) -> Instruction:
    """The instruction with account number ``at`` replaced, or its flags changed."""
    metas = list(instruction.accounts)
    old = metas[at]
    metas[at] = AccountMeta(
        key or old.pubkey,
        old.is_signer if signer is None else signer,
        old.is_writable if writable is None else writable,
    )
    return Instruction(instruction.program_id, bytes(instruction.data), metas)
