"""Shapes of Solana's JSON answers that we use. Field names are the API's, in snake case.

Source: https://solana.com/docs/rpc. Fields that we never read are left out; unknown ones are ignored.
"""

from __future__ import annotations

import base64
from typing import Any, Generic, Literal, TypeVar

from msgspec import Raw, Struct, field

T = TypeVar("T")
Commitment = Literal["processed", "confirmed", "finalized"]


class Wire(Struct, frozen=True, rename="camel"):
    """Base: camelCase outside, snake_case inside."""


class Context(Wire, frozen=True):
    """The slot that an answer is about."""

    slot: int


class InContext(Wire, Generic[T], frozen=True):
    """An answer with its slot."""

    context: Context
    value: T


class LatestBlockhash(Wire, frozen=True):
    """A blockhash and the last block height at which a transaction with it can land."""

    blockhash: str
    last_valid_block_height: int


def account_bytes(data: tuple[str, str]) -> bytes:
    """Data of an account in ``base64`` or ``base64+zstd``."""
    text, encoding = data
    decoded = base64.b64decode(text)
    if encoding != "base64+zstd":
        return decoded
    # Imported here: only those who ask for compressed accounts need it installed.
    import zstandard

    return zstandard.ZstdDecompressor().decompressobj().decompress(decoded)


class WireAccount(Wire, frozen=True):
    """An account with base64 (or base64+zstd) data."""

    lamports: int
    owner: str
    data: tuple[str, str]
    executable: bool

    @property
    def bytes(self) -> bytes:
        """The account's data."""
        return account_bytes(self.data)


class KeyedAccount(Wire, frozen=True):
    """One row of getProgramAccounts."""

    pubkey: str
    account: WireAccount


class SignatureStatus(Wire, frozen=True):
    """Where a transaction stands. ``err`` is Solana's TransactionError or None."""

    slot: int
    confirmations: int | None
    err: Any
    confirmation_status: Commitment | None = None


class SignatureInfo(Wire, frozen=True):
    """One row of getSignaturesForAddress."""

    signature: str
    slot: int
    err: Any
    block_time: int | None = None


class InnerInstruction(Wire, frozen=True):
    """A CPI as executed; ``data`` is base58, accounts are indices into the transaction's keys."""

    program_id_index: int
    accounts: list[int]
    data: str
    stack_height: int | None = None


class InnerInstructions(Wire, frozen=True):
    """The CPIs of top-level instruction ``index``."""

    index: int
    instructions: list[InnerInstruction]


class LoadedAddresses(Wire, frozen=True):
    """Keys that came from address lookup tables."""

    writable: list[str] = field(default_factory=list)
    readonly: list[str] = field(default_factory=list)


class TransactionMeta(Wire, frozen=True):
    """What executing it did."""

    err: Any
    fee: int = 0
    inner_instructions: list[InnerInstructions] | None = None
    log_messages: list[str] | None = None
    loaded_addresses: LoadedAddresses | None = None
    compute_units_consumed: int | None = None


class WireMessage(Wire, frozen=True):
    """The message's keys; its instructions are not decoded here."""

    account_keys: list[str]
    recent_blockhash: str = ""


class WireTransaction(Wire, frozen=True):
    """A transaction in ``json`` encoding."""

    signatures: list[str]
    message: WireMessage


class BlockTransaction(Wire, frozen=True):
    """One transaction of a block."""

    transaction: WireTransaction
    meta: TransactionMeta | None


class TransactionAnswer(Wire, frozen=True):
    """Answer of getTransaction. The API does not say the blockhash: see getBlock."""

    slot: int
    transaction: WireTransaction
    meta: TransactionMeta | None
    block_time: int | None = None


class Block(Wire, frozen=True):
    """Answer of getBlock with full transactions, and the block of a blockNotification."""

    blockhash: str
    parent_slot: int
    previous_blockhash: str = ""
    block_time: int | None = None
    block_height: int | None = None
    transactions: list[BlockTransaction] = field(default_factory=list)


class BlockUpdate(Wire, frozen=True):
    """Value of a blockNotification."""

    slot: int
    block: Block | None
    err: Any = None


class LogsUpdate(Wire, frozen=True):
    """Value of a logsNotification."""

    signature: str
    err: Any
    logs: list[str] = field(default_factory=list)


class SimulatedAccount(Wire, frozen=True):
    """An account after a simulation."""

    lamports: int
    owner: str
    data: tuple[str, str]

    @property
    def bytes(self) -> bytes:
        """The account's data."""
        return account_bytes(self.data)


class SimulatedInstruction(Wire, frozen=True):
    """A CPI in a simulation, keys instead of indices; where the node parses them ``program_id`` only."""

    program_id: str
    accounts: list[str] = field(default_factory=list)
    data: str = ""
    stack_height: int | None = None


class SimulatedInstructions(Wire, frozen=True):
    """The CPIs of top-level instruction ``index`` in a simulation."""

    index: int
    instructions: list[SimulatedInstruction]


class Simulation(Wire, frozen=True):
    """Value of simulateTransaction."""

    err: Any
    logs: list[str] | None = None
    accounts: list[SimulatedAccount | None] | None = None
    units_consumed: int | None = None
    inner_instructions: list[SimulatedInstructions] | None = None
    replacement_blockhash: LatestBlockhash | None = None


class TokenAmount(Wire, frozen=True):
    """An SPL token amount: ``amount`` is the decimal text of native atoms."""

    amount: str
    decimals: int


class PrioritizationFee(Wire, frozen=True):
    """Micro-lamports per compute unit that landed in ``slot``."""

    slot: int
    prioritization_fee: int


class ErrorBody(Struct, frozen=True):
    """A JSON-RPC error."""

    code: int
    message: str
    data: Any = None


class Reply(Struct, frozen=True):
    """A JSON-RPC answer, its result still undecoded."""

    id: int | None = None
    result: Raw = field(default_factory=Raw)
    error: ErrorBody | None = None
