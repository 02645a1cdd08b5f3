"""The VM that a run happens in, and what its transactions cost.

One instruction a transaction, so that units and refusals have a name. Signatures and blockhashes are not
checked: what is studied is the program, and keys that sign nothing need not exist.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, field

from solders.account import Account
from solders.clock import Clock
from solders.compute_budget import ComputeBudget
from solders.hash import Hash
from solders.instruction import Instruction
from solders.message import Message
from solders.pubkey import Pubkey
from solders.signature import Signature
from solders.transaction import Transaction
from solders.transaction_metadata import FailedTransactionMetadata, TransactionMetadata

from quantdesk.bootstrap.program_file import (
    LOADER,
    program_account,
    program_data_account,
    program_data_address,
    read_program,
)
from quantdesk.localnet.runtime.genesis import Genesis, new_vm
from quantdesk.program.addresses import program_id
from quantdesk.program.errors import error_name
from quantdesk.program.events import Event, decode_event

SLOT_MS = 400
FIRST_SLOT = 1_000
MOST_UNITS = 1_400_000
_CUSTOM = re.compile(r"InstructionErrorCustom\((\d+)\)")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What one instruction did. ``error``: the program's name for its refusal, None when it landed."""

    error: str | None
    units: int
    meta: TransactionMetadata

    @property
    def events(self) -> list[Event]:
        """The program's events, decoded."""
        calls = [bytes(call.instruction().data) for group in self.meta.inner_instructions() for call in group]
        return [event for event in map(decode_event, calls) if event is not None]


@dataclass
class Tally:
    """How often each instruction ran, what it cost and why it was refused."""

    units: dict[str, list[int]] = field(default_factory=dict)
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def instructions(self) -> int:
        """Instructions that ran, refused ones included."""
        return sum(map(len, self.units.values())) + self.refused.total()


class Machine:
    """The shipped program in a LiteSVM whose clock goes where it is told to."""

    def __init__(self, seed: int, unix_ms: int) -> None:
        genesis = Genesis(hashlib.sha256(b"stress:%d" % seed).digest(), unix_ms // 1_000)
        budget = ComputeBudget(simd_0268_active=True)
        budget.compute_unit_limit = MOST_UNITS
        self.vm = new_vm(genesis).with_compute_budget(budget)
        self.payer = genesis.faucet.pubkey()
        self.tally = Tally()
        self._began_ms = unix_ms
        self._blockhash = Hash.default()
        self._known: dict[Pubkey, bytes] = {}  # accounts read since an instruction last could write them
        self._deploy()
        self.now_ms = unix_ms
        self.move_to(unix_ms)

    def _deploy(self) -> None:
        program, elf = program_id(), read_program()
        for address, content, is_executable in (
            (program_data_address(program), program_data_account(elf, 0, self.payer), False),
            (program, program_account(program), True),
        ):
            self.put(address, content, LOADER, is_executable=is_executable)

    def put(self, address: Pubkey, content: bytes, owner: Pubkey, *, is_executable: bool = False) -> None:
        """Write an account, rent-exempt."""
        rent = self.vm.minimum_balance_for_rent_exemption(len(content))
        self.vm.set_account(address, Account(rent, content, owner, is_executable, 2**64 - 1))
        self._known.pop(address, None)

    def move_to(self, unix_ms: int) -> None:
        """Set the clock; slots follow at 400 ms each. Never backwards."""
        self.now_ms = max(unix_ms, self.now_ms)
        unix = self.now_ms // 1_000
        slot = FIRST_SLOT + (self.now_ms - self._began_ms) // SLOT_MS
        self.vm.set_clock(Clock(slot, unix, 0, 1, unix))

    def data(self, address: Pubkey) -> bytes:
        """The bytes of an account; empty when there is none."""
        known = self._known.get(address)
        if known is None:
            account = self.vm.get_account(address)
            known = self._known[address] = b"" if account is None else account.data
        return known

    def run(self, name: str, instruction: Instruction) -> Receipt:
        """Run one instruction called ``name`` in a transaction of its own."""
        for account in instruction.accounts:
            if account.is_writable:
                self._known.pop(account.pubkey, None)
        message = Message.new_with_blockhash([instruction], self.payer, self._blockhash)
        signatures = [Signature.default()] * message.header.num_required_signatures
        result = self.vm.send_transaction(Transaction.populate(message, signatures))
        if isinstance(result, FailedTransactionMetadata):
            error = refusal(result)
            self.tally.refused[name, error] += 1
            return Receipt(error, result.meta().compute_units_consumed(), result.meta())
        units = result.compute_units_consumed()
        self.tally.units.setdefault(name, []).append(units)
        return Receipt(None, units, result)


def refusal(failed: FailedTransactionMetadata) -> str:
    """The program's name for its refusal; the runtime's words for anything else."""
    said = str(failed.err())
    found = _CUSTOM.search(said)
    return said if found is None else error_name(int(found.group(1)))
