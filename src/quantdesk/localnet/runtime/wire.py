"""A transaction as it came off the wire, parsed once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import cast

from solders.message import Message, MessageV0, to_bytes_versioned
from solders.pubkey import Pubkey
from solders.transaction import SanitizeError, VersionedTransaction

MAX_TRANSACTION_BYTES = 1232
"""The largest transaction a node takes: an IPv6 packet of 1,280 bytes less its headers."""


class Unsanitary(ValueError):
    """A transaction whose parts do not fit together."""


@dataclass(frozen=True)
class WireTransaction:
    """A parsed transaction, with what the bank asks of it again and again."""

    raw: bytes
    parsed: VersionedTransaction

    @staticmethod
    def parse(raw: bytes) -> WireTransaction:
        """Parse and check the structure.

        Raises:
            Unsanitary: its indexes point outside its accounts.
            ValueError: not a transaction.
        """
        parsed = VersionedTransaction.from_bytes(raw)
        if not isinstance(parsed.message, Message | MessageV0):
            raise ValueError("transaction version 1 is not supported: use a legacy or version 0 transaction")
        try:
            parsed.sanitize()
        except SanitizeError as error:
            raise Unsanitary(str(error)) from None
        return WireTransaction(bytes(parsed), parsed)

    @staticmethod
    def of(parsed: VersionedTransaction) -> WireTransaction:
        """A transaction that was put together here."""
        return WireTransaction(bytes(parsed), parsed)

    @cached_property
    def body(self) -> Message | MessageV0:
        """The message."""
        return cast(Message | MessageV0, self.parsed.message)

    @cached_property
    def message(self) -> bytes:
        """The signed bytes."""
        return to_bytes_versioned(self.body)

    @cached_property
    def signature(self) -> bytes:
        """The first signature, which names the transaction."""
        return bytes(self.parsed.signatures[0])

    @cached_property
    def blockhash(self) -> bytes:
        """The recent blockhash it names."""
        return bytes(self.body.recent_blockhash)

    @cached_property
    def keys(self) -> list[Pubkey]:
        """The account keys in the message itself, payer first."""
        return list(self.body.account_keys)

    @property
    def is_legacy(self) -> bool:
        """Whether it has the unversioned message format."""
        return isinstance(self.body, Message)

    def is_writable(self, index: int) -> bool:
        """Whether the static key at `index` is declared writable."""
        header = self.body.header
        signers = header.num_required_signatures
        if index < signers:
            return index < signers - header.num_readonly_signed_accounts
        return index < len(self.keys) - header.num_readonly_unsigned_accounts

    def signatures_hold(self) -> bool:
        """Whether every signature is the key's signature of the message."""
        return all(self.parsed.verify_with_results())
