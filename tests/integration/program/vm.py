"""The real virtual machine for program tests: LiteSVM with mainnet's features, a payer, a clock to move.

Programs enter through the upgradeable loader's deploy instruction, so its verifier runs: an undefined
symbol or an instruction that mainnet refuses fails here, which ``add_program`` alone would not notice.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

from solders.account import Account
from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.litesvm import LiteSVM
from solders.message import Message
from solders.pubkey import Pubkey
from solders.system_program import ID as SYSTEM
from solders.sysvar import CLOCK, RENT
from solders.transaction import Transaction
from solders.transaction_metadata import FailedTransactionMetadata, TransactionMetadata

ROOT = Path(__file__).resolve().parents[3]
PROGRAM_BYTES = ROOT / "onchain" / "bin" / "quantdesk.so"
UPGRADEABLE_LOADER = Pubkey.from_string("BPFLoaderUpgradeab1e11111111111111111111111")
PACKET_LIMIT = 1_232
"""Bytes of the largest transaction that the network carries."""


@dataclass(frozen=True)
class Outcome:
    """What one transaction did: ``error`` is None when it landed."""

    error: str | None
    units: int
    logs: list[str]
    inner: list[bytes]
    """Data of the inner instructions, in order."""
    size: int


class Vm:
    """A LiteSVM whose clock stands still unless told to move."""

    def __init__(self) -> None:
        self.svm = LiteSVM().with_mainnet_features().with_sigverify(True).with_transaction_history(0)
        self.payer = Keypair.from_seed(bytes([7] * 32))
        self.svm.airdrop(self.payer.pubkey(), 10**14)
        self.set_time(slot=1_000, unix=1_790_000_000)

    def set_time(self, *, slot: int | None = None, unix: int | None = None) -> None:
        """Move the Clock sysvar; slots and seconds are independent."""
        clock = self.svm.get_clock()
        if slot is not None:
            self.svm.warp_to_slot(slot)
            clock = self.svm.get_clock()
        if unix is not None:
            clock.unix_timestamp = unix
        self.svm.set_clock(clock)

    def advance(self, *, slots: int = 1, seconds: int = 0) -> None:
        """Let ``slots`` and ``seconds`` pass."""
        clock = self.svm.get_clock()
        self.set_time(slot=clock.slot + slots, unix=clock.unix_timestamp + seconds)
        self.svm.expire_blockhash()

    @property
    def unix(self) -> int:
        """The Clock's unix time in seconds."""
        return int(self.svm.get_clock().unix_timestamp)

    @property
    def slot(self) -> int:
        """The Clock's slot."""
        return int(self.svm.get_clock().slot)

    def fund(self, seed: int) -> Keypair:
        """A keypair of its own with lamports, the same for the same seed."""
        key = Keypair.from_seed(seed.to_bytes(32, "little"))
        self.svm.airdrop(key.pubkey(), 10**12)
        return key

    def data(self, address: Pubkey) -> bytes:
        """The bytes of an account; empty when it does not exist."""
        account = self.svm.get_account(address)
        return b"" if account is None else account.data

    def send(self, *instructions: Instruction, signers: list[Keypair] | None = None) -> Outcome:
        """Run one transaction that the payer pays for."""
        keys = [self.payer] + [key for key in signers or [] if key != self.payer]
        message = Message.new_with_blockhash(
            list(instructions), self.payer.pubkey(), self.svm.latest_blockhash()
        )
        transaction = Transaction(keys, message, self.svm.latest_blockhash())
        return outcome(self.svm.send_transaction(transaction), len(bytes(transaction)))

    def deploy_at(self, code: bytes, program: Pubkey) -> None:
        """Deploy ``code`` at ``program`` through the upgradeable loader (the address needs no key here)."""
        buffer, authority = Keypair(), self.payer.pubkey()
        rent = self.svm.minimum_balance_for_rent_exemption
        state = struct.pack("<IB", 1, 1) + bytes(authority) + code
        self.svm.set_account(buffer.pubkey(), Account(rent(len(state)), state, UPGRADEABLE_LOADER))
        self.svm.set_account(program, Account(rent(36), bytes(36), UPGRADEABLE_LOADER))
        program_data, _ = Pubkey.find_program_address([bytes(program)], UPGRADEABLE_LOADER)
        metas = [
            AccountMeta(authority, is_signer=True, is_writable=True),
            AccountMeta(program_data, is_signer=False, is_writable=True),
            AccountMeta(program, is_signer=False, is_writable=True),
            AccountMeta(buffer.pubkey(), is_signer=False, is_writable=True),
            AccountMeta(RENT, is_signer=False, is_writable=False),
            AccountMeta(CLOCK, is_signer=False, is_writable=False),
            AccountMeta(SYSTEM, is_signer=False, is_writable=False),
            AccountMeta(authority, is_signer=True, is_writable=False),
        ]
        result = self.send(Instruction(UPGRADEABLE_LOADER, struct.pack("<IQ", 2, len(code)), metas))
        assert result.error is None, (result.error, result.logs)
        self.advance(slots=1)


def outcome(result: TransactionMetadata | FailedTransactionMetadata, size: int) -> Outcome:
    """Reduce LiteSVM's two result types to one."""
    failed = isinstance(result, FailedTransactionMetadata)
    meta = result.meta() if isinstance(result, FailedTransactionMetadata) else result
    inner = [one.instruction().data for group in meta.inner_instructions() for one in group]
    error = str(result.err()) if isinstance(result, FailedTransactionMetadata) else None
    assert failed == (error is not None)
    return Outcome(error, meta.compute_units_consumed(), meta.logs(), [bytes(data) for data in inner], size)
