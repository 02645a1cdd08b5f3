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

    def deploy_at(self, code: bytes, program: Pubkey, *, room: int = 0) -> None:
        """Deploy ``code`` at ``program`` through the upgradeable loader (the address needs no key here), with
        room for an upgrade of up to ``room`` bytes."""
        authority = self.payer.pubkey()
        buffer = self._buffer(code, authority)
        self.svm.set_account(program, Account(self._rent(36), bytes(36), UPGRADEABLE_LOADER))
        metas = [
            AccountMeta(authority, is_signer=True, is_writable=True),
            AccountMeta(program_data(program), is_signer=False, is_writable=True),
            AccountMeta(program, is_signer=False, is_writable=True),
            AccountMeta(buffer, is_signer=False, is_writable=True),
            AccountMeta(RENT, is_signer=False, is_writable=False),
            AccountMeta(CLOCK, is_signer=False, is_writable=False),
            AccountMeta(SYSTEM, is_signer=False, is_writable=False),
            AccountMeta(authority, is_signer=True, is_writable=False),
        ]
        length = max(len(code), room)
        result = self.send(Instruction(UPGRADEABLE_LOADER, struct.pack("<IQ", 2, length), metas))
        assert result.error is None, (result.error, result.logs)
        self.advance(slots=1)

    def upgrade(self, code: bytes, program: Pubkey, authority: Keypair) -> Outcome:
        """The loader's upgrade of ``program`` to ``code``, from a buffer of the same authority."""
        metas = [
            AccountMeta(program_data(program), is_signer=False, is_writable=True),
            AccountMeta(program, is_signer=False, is_writable=True),
            AccountMeta(self._buffer(code, authority.pubkey()), is_signer=False, is_writable=True),
            AccountMeta(self.payer.pubkey(), is_signer=False, is_writable=True),
            AccountMeta(RENT, is_signer=False, is_writable=False),
            AccountMeta(CLOCK, is_signer=False, is_writable=False),
            AccountMeta(authority.pubkey(), is_signer=True, is_writable=False),
        ]
        result = self.send(Instruction(UPGRADEABLE_LOADER, struct.pack("<I", 3), metas), signers=[authority])
        self.advance(slots=1)
        return result

    def give_up_authority(self, program: Pubkey, authority: Keypair) -> Outcome:
        """Makes ``program`` immutable for ever."""
        metas = [
            AccountMeta(program_data(program), is_signer=False, is_writable=True),
            AccountMeta(authority.pubkey(), is_signer=True, is_writable=False),
        ]
        return self.send(Instruction(UPGRADEABLE_LOADER, struct.pack("<I", 4), metas), signers=[authority])

    def _rent(self, size: int) -> int:
        return int(self.svm.minimum_balance_for_rent_exemption(size))

    def _buffer(self, code: bytes, authority: Pubkey) -> Pubkey:
        """An account of the loader that holds ``code`` to be deployed."""
        buffer = Keypair().pubkey()
        state = struct.pack("<IB", 1, 1) + bytes(authority) + code
        self.svm.set_account(buffer, Account(self._rent(len(state)), state, UPGRADEABLE_LOADER))
        return buffer


def program_data(program: Pubkey) -> Pubkey:
    """Where the loader keeps a program's code."""
    return Pubkey.find_program_address([bytes(program)], UPGRADEABLE_LOADER)[0]


def outcome(result: TransactionMetadata | FailedTransactionMetadata, size: int) -> Outcome:
    """Reduce LiteSVM's two result types to one."""
    failed = isinstance(result, FailedTransactionMetadata)
    meta = result.meta() if isinstance(result, FailedTransactionMetadata) else result
    inner = [one.instruction().data for group in meta.inner_instructions() for one in group]
    error = str(result.err()) if isinstance(result, FailedTransactionMetadata) else None
    assert failed == (error is not None)
    return Outcome(error, meta.compute_units_consumed(), meta.logs(), [bytes(data) for data in inner], size)
