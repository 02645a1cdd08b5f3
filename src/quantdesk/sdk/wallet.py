"""A key that signs; it never leaves this process."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
from solders.keypair import Keypair
from solders.message import to_bytes_versioned
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction

from quantdesk.sdk.errors import QuantDeskError


class Wallet:
    """An Ed25519 key pair. ``address`` is its base58 public key."""

    def __init__(self, keypair: Keypair | None = None) -> None:
        self._keypair = keypair or Keypair()

    @classmethod
    def from_file(cls, path: Path) -> Wallet:
        """Read a Solana CLI key file: a JSON array of 64 bytes."""
        try:
            return cls(Keypair.from_bytes(bytes(msgspec.json.decode(path.read_bytes(), type=list[int]))))
        except OSError as error:
            raise QuantDeskError(f"cannot read the key file {path}: {error.strerror}") from error
        except (msgspec.DecodeError, ValueError) as error:
            raise QuantDeskError(
                f"{path} is not a Solana key file (a JSON array of 64 bytes): {error}"
            ) from error

    @classmethod
    def open_or_create(cls, path: Path) -> Wallet:
        """Read ``path``, or make a new key there with mode 0600."""
        if path.exists():
            return cls.from_file(path)
        wallet = cls()
        path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(file, "wb") as stream:
            stream.write(msgspec.json.encode(list(bytes(wallet._keypair))))
        return wallet

    @property
    def address(self) -> str:
        return str(self._keypair.pubkey())

    @property
    def pubkey(self) -> Pubkey:
        return self._keypair.pubkey()

    def sign_message(self, message: bytes) -> str:
        """Base58 signature of ``message``."""
        return str(self._keypair.sign_message(message))

    def sign(self, transaction: VersionedTransaction) -> VersionedTransaction:
        """``transaction`` with this wallet's signature in its place; other signatures stay."""
        message = transaction.message
        required = message.account_keys[: message.header.num_required_signatures]
        if self.pubkey not in required:
            raise QuantDeskError(f"the transaction does not ask for a signature of {self.address}")
        signatures = list(transaction.signatures)
        signatures[required.index(self.pubkey)] = self._keypair.sign_message(to_bytes_versioned(message))
        return VersionedTransaction.populate(message, signatures)
