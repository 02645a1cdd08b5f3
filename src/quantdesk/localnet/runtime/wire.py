"""A transaction as it came off the wire, parsed once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from solders.message import Message, MessageV0, to_bytes_versioned
from solders.pubkey import Pubkey
from solders.transaction import SanitizeError, VersionedTransaction

MAX_TRANSACTION_BYTES = 1232
"""The largest transaction a node takes: an IPv6 packet of 1,280 bytes less its headers."""


class Unsanitary(ValueError):
    """A transaction whose parts do not fit together."""


@dataclass(frozen=True, slots=True)
class WireTransaction:
    """A parsed transaction, with what the bank asks of it again and again.

    `message` are the signed bytes, `signature` the first signature, which names the transaction, `keys` the
    account keys in the message itself, payer first.
    """

    raw: bytes
    parsed: VersionedTransaction
    body: Message | MessageV0
    message: bytes
    signature: bytes
    blockhash: bytes
    keys: list[Pubkey]

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
        return WireTransaction.of(parsed)

    @staticmethod
    def of(parsed: VersionedTransaction) -> WireTransaction:
        """A transaction that is known to be whole."""
        body = cast(Message | MessageV0, parsed.message)
        return WireTransaction(
            raw=bytes(parsed),
            parsed=parsed,
            body=body,
            message=to_bytes_versioned(body),
            signature=bytes(parsed.signatures[0]),
            blockhash=bytes(body.recent_blockhash),
            keys=list(body.account_keys),
        )

    @property
    def is_legacy(self) -> bool:
        """Whether it has the unversioned message format."""
        return isinstance(self.body, Message)

    def is_writable(self, index: int) -> bool:
        """Whether the static key at `index` is declared writable."""
        return self.writable_flags()[index]

    def writable_flags(self) -> list[bool]:
        """Whether each static key is declared writable; signers first, readonly ones last of each part."""
        header = self.body.header
        signers, others = header.num_required_signatures, len(self.keys) - header.num_required_signatures
        return (
            [True] * (signers - header.num_readonly_signed_accounts)
            + [False] * header.num_readonly_signed_accounts
            + [True] * (others - header.num_readonly_unsigned_accounts)
            + [False] * header.num_readonly_unsigned_accounts
        )

    def signatures_hold(self) -> bool:
        """Whether every signature is the key's signature of the message."""
        return all(self.parsed.verify_with_results())
