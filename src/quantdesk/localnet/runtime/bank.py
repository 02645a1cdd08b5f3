"""The bank: the state of the chain, and the only thing that changes it.

Everything here is deterministic and touches neither clock nor disk: the same log entries applied in the
same order give the same accounts, byte for byte. Source of the rules: agave's `Bank`; see
docs/reference/localnet.md for where this one is simpler.
"""

from __future__ import annotations

import hashlib
from collections import deque
from dataclasses import dataclass

from solders.account import Account
from solders.clock import Clock
from solders.hash import Hash
from solders.litesvm import LiteSVM
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction
from solders.transaction_metadata import SimulateResult

from quantdesk.localnet.runtime.accounts import AccountsView
from quantdesk.localnet.runtime.blockhashes import BlockhashQueue, message_digest
from quantdesk.localnet.runtime.execution import Execution, Executor
from quantdesk.localnet.runtime.genesis import GENESIS_SLOT, Genesis, new_vm
from quantdesk.localnet.runtime.programs import BPF_LOADER_UPGRADEABLE, PROGRAM_TAG, is_program_data
from quantdesk.localnet.runtime.wire import WireTransaction

SLOTS_PER_EPOCH = 432_000
_SLOT_HASHES_KEPT = 512


@dataclass(frozen=True, slots=True)
class Block:
    """A closed block. `unix_time` in seconds is the time its transactions saw."""

    slot: int
    parent: int
    height: int
    blockhash: bytes
    unix_time: int


class Bank:
    """The open block on top of the closed ones."""

    def __init__(self, genesis: Genesis, vm: LiteSVM | None = None) -> None:
        """A chain at its beginning: the genesis block is closed and slot 1 is open."""
        self.genesis = genesis
        self.vm: LiteSVM = vm if vm is not None else new_vm(genesis)
        self.accounts = AccountsView(self.vm)
        self._executor = Executor(self.vm, self.accounts)
        self.blockhashes = BlockhashQueue()
        self._slot_hashes: deque[tuple[int, Hash]] = deque(maxlen=_SLOT_HASHES_KEPT)
        self.tip = Block(GENESIS_SLOT, GENESIS_SLOT, 0, bytes(genesis.hash), genesis.unix_time)
        self.blockhashes.register(self.tip.blockhash, 0)
        self._slot_hashes.append((GENESIS_SLOT, genesis.hash))
        self.transaction_count = 0
        self._open_block(GENESIS_SLOT + 1, genesis.unix_time)

    def _open_block(self, slot: int, unix_time: int) -> None:
        self.slot = slot
        self.unix_time = unix_time
        self._signatures = hashlib.sha256()
        epoch = slot // SLOTS_PER_EPOCH
        self.vm.set_clock(Clock(slot, self.epoch_start(epoch), epoch, epoch + 1, unix_time))
        self.vm.set_slot_hashes(list(self._slot_hashes))

    def epoch_start(self, epoch: int) -> int:
        """Unix seconds at which an epoch began; exact for the first, by slot length after it."""
        return self.genesis.unix_time + epoch * SLOTS_PER_EPOCH * 2 // 5

    @property
    def height(self) -> int:
        """Height of the open block."""
        return self.tip.height + 1

    @property
    def finalized_slot(self) -> int:
        """The newest closed slot. One node never forks, so a closed block is final."""
        return self.tip.slot

    def close_block(self, next_slot: int, unix_time: int) -> Block:
        """Close the open block and open `next_slot` at `unix_time` (seconds); slots between were skipped."""
        if next_slot <= self.slot:
            raise ValueError(f"the next slot is {next_slot}, it must be after the open slot {self.slot}")
        digest = hashlib.sha256(
            self.tip.blockhash + self.slot.to_bytes(8, "little") + self._signatures.digest()
        ).digest()
        block = Block(self.slot, self.tip.slot, self.height, digest, self.unix_time)
        self._push(block)
        self._open_block(next_slot, max(unix_time, self.unix_time))
        return block

    def _push(self, block: Block) -> None:
        self.tip = block
        self.blockhashes.register(block.blockhash, block.height)
        self._slot_hashes.appendleft((block.slot, Hash(block.blockhash)))

    def resume(self, blocks: list[Block], slot: int, unix_time: int, signatures: list[bytes]) -> None:
        """Take up a restored chain.

        Its newest `blocks` (oldest first) and the open block's place and content.
        """
        self.blockhashes = BlockhashQueue()
        self._slot_hashes.clear()
        for block in blocks:
            self._push(block)
        self._open_block(slot, unix_time)
        for signature in signatures:
            self._signatures.update(signature)

    def refusal(self, wire: WireTransaction) -> str | None:
        """Why the bank will not take a transaction: blockhash unknown or too old, or already processed."""
        if self.blockhashes.last_valid_height(wire.blockhash) is None:
            return "BlockhashNotFound"
        if self.blockhashes.is_processed(wire.blockhash, message_digest(wire.message)):
            return "AlreadyProcessed"
        return None

    def execute(self, wire: WireTransaction) -> Execution:
        """Run a transaction that `refusal` let through. Landed ones (fee charged) count as processed."""
        execution = self._executor.execute(wire)
        if execution.landed:
            self.record_processed(wire)
        return execution

    def try_execute(self, wire: WireTransaction) -> Execution:
        """Run a transaction, but leave no trace if it fails: simulation and execution in one."""
        payer = wire.keys[0]
        before = self.vm.get_account(payer)
        execution = self._executor.execute(wire)
        if execution.result.error is None:
            self.record_processed(wire)
        elif execution.landed and before is not None:
            self.vm.set_account(payer, before)
        return execution

    def record_processed(self, wire: WireTransaction) -> None:
        """Count a landed transaction into the open block and the duplicate set."""
        self.blockhashes.mark_processed(wire.blockhash, message_digest(wire.message))
        self._signatures.update(wire.signature)
        self.transaction_count += 1

    def remember_processed(self, wire: WireTransaction) -> None:
        """Put a transaction of the restored past back into the duplicate set."""
        self.blockhashes.mark_processed(wire.blockhash, message_digest(wire.message))

    def simulate(self, transaction: VersionedTransaction) -> SimulateResult:
        """Run a transaction without keeping anything of it."""
        return self.vm.simulate_transaction(transaction)

    def set_account(self, address: Pubkey, account: Account) -> None:
        """Overwrite an account (admin); zero lamports remove it."""
        self.vm.set_account(address, account)
        if is_program_data(account):
            self._reload_programs(address)
        self.accounts.note_owner(account.owner)
        self.accounts.note_size(address, len(account.data))

    def _reload_programs(self, program_data: Pubkey) -> None:
        """The VM compiles a program when its Program account is set: set those again that the code is of."""
        for address, account in self.accounts.owned_by(BPF_LOADER_UPGRADEABLE):
            if account.data == PROGRAM_TAG + bytes(program_data):
                self.vm.set_account(address, account)

    def state_hash(self) -> bytes:
        """SHA-256 over every account in key order, the open slot and its time, and the newest blockhash."""
        digest = hashlib.sha256()
        for address, account in self.accounts.all():
            digest.update(bytes(address))
            digest.update(account.lamports.to_bytes(8, "little"))
            digest.update(bytes(account.owner))
            digest.update(bytes([account.executable]))
            digest.update(account.rent_epoch.to_bytes(8, "little"))
            digest.update(len(account.data).to_bytes(8, "little"))
            digest.update(account.data)
        digest.update(self.slot.to_bytes(8, "little"))
        digest.update(self.unix_time.to_bytes(8, "little", signed=True))
        digest.update(self.tip.blockhash)
        digest.update(self.transaction_count.to_bytes(8, "little"))
        return digest.digest()
