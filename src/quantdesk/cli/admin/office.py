"""The chain side of a command: read, simulate, show, ask, sign, send."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import typer
from solders.hash import Hash
from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.message import MessageV0, to_bytes_versioned
from solders.pubkey import Pubkey
from solders.signature import Signature
from solders.transaction import VersionedTransaction

from quantdesk.bootstrap.errors import ServiceRefused
from quantdesk.cli.admin.differences import differences
from quantdesk.cli.admin.proposals import Row
from quantdesk.cli.output import print_json, print_table
from quantdesk.infra.solana import (
    PreflightFailed,
    SolanaError,
    SolanaRpc,
    TransactionFailed,
    send_and_confirm,
)
from quantdesk.program import instructions
from quantdesk.program.addresses import Addresses
from quantdesk.program.changes import QueuedChange
from quantdesk.program.dtypes import account_dtype, struct_dtype
from quantdesk.program.errors import explain
from quantdesk.program.layouts import Exchange, is_ready
from quantdesk.program.records import GrowKind

UNITS = 400_000
ACCOUNTS_AT_ONCE = 100
STEP_BYTES = 10_240
STEPS_AT_ONCE = 12


@dataclass(frozen=True)
class Manner:
    """How a command acts: only simulate, do not ask, print JSON."""

    dry_run: bool
    yes: bool
    as_json: bool


class Office:
    """One exchange, the key that signs, and how the command acts."""

    def __init__(self, rpc: SolanaRpc, venue: Addresses, path: Path, manner: Manner) -> None:
        self.rpc, self.venue, self.manner, self._path = rpc, venue, manner, path
        self._growths = 0

    @cached_property
    def _signer(self) -> Keypair:
        return key_file(self._path)

    @property
    def key(self) -> Pubkey:
        """Who signs. Raises ``ServiceRefused`` without a key file."""
        return self._signer.pubkey()

    async def exchange(self) -> Exchange:
        """The Exchange account. Raises ``ServiceRefused`` without one."""
        found = (await self.rpc.get_account(self.venue.exchange)).value
        if found is None:
            raise ServiceRefused(f"there is no exchange {self.venue.exchange_id} under {self.venue.program}")
        return Exchange.decode(found.bytes)

    async def queued(self) -> list[QueuedChange]:
        """The changes that wait, oldest first."""
        last = (await self.exchange()).change_seq
        found = []
        for start in range(1, last + 1, ACCOUNTS_AT_ONCE):
            keys = [self.venue.change(seq) for seq in range(start, min(start + ACCOUNTS_AT_ONCE, last + 1))]
            answer = (await self.rpc.get_accounts(keys)).value
            found += [QueuedChange.decode(each.bytes) for each in answer if each is not None and each.bytes]
        return found

    async def change(self, seq: int) -> QueuedChange:
        """A change that waits. Raises ``ServiceRefused``."""
        found = (await self.rpc.get_account(self.venue.change(seq))).value
        if found is None or not found.bytes:
            raise ServiceRefused(f"no change {seq} waits: it was applied, cancelled or never queued")
        return QueuedChange.decode(found.bytes)

    async def act(self, wanted: Sequence[Instruction], *more: Row) -> None:
        """Simulate, show before and after, ask, sign, send. Raises ``ServiceRefused`` by the error's name."""
        manner, before = self.manner, await self.exchange()
        after = await self._simulated(wanted)
        rows = [*differences(before, after), *more]
        if manner.as_json and manner.dry_run:
            print_json({"state": "simulated", "changes": _objects(rows)})
            return
        if not manner.as_json:
            print_table(("parameter", "before", "after"), rows, "nothing would change")
        if manner.dry_run:
            print("simulated; nothing was sent")
            return
        if not manner.yes and not manner.as_json:
            typer.confirm(f"Sign with {self.key} and send?", abort=True)
        landed = await self._send(wanted)
        if manner.as_json:
            print_json({"state": "confirmed", "signature": landed, "changes": _objects(rows)})
        else:
            print(f"confirmed: {landed}")

    async def grow_book(self, market: int) -> None:
        """Send steps of growth until the market's book has its full size. Raises ``ServiceRefused``."""
        book = self.venue.book(market)
        step = instructions.grow_account(self.venue, self.key, self.key, GrowKind.BOOK, book)
        head, order = account_dtype("Book"), struct_dtype("Order").itemsize
        while True:
            found = (await self.rpc.get_account(book)).value
            if found is None or is_ready(found.bytes):
                return
            capacity = int(np.frombuffer(found.bytes, head, 1)[0]["capacity"])
            missing = head.itemsize + 2 * capacity * order - len(found.bytes)
            self._growths += 1  # equal steps in one slot must not be the same transaction
            await self._send([step] * min(-(-missing // STEP_BYTES), STEPS_AT_ONCE))

    async def _message(self, wanted: Sequence[Instruction]) -> tuple[MessageV0, int]:
        latest = await self.rpc.get_latest_blockhash()
        budget = instructions.compute_budget(units=UNITS - self._growths)
        hash_ = Hash.from_string(str(latest.blockhash))
        message = MessageV0.try_compile(self.key, [*budget, *wanted], [], hash_)
        return message, latest.last_valid_block_height

    async def _simulated(self, wanted: Sequence[Instruction]) -> Exchange:
        message, _ = await self._message(wanted)
        unsigned = [Signature.default()] * message.header.num_required_signatures
        wire = bytes(VersionedTransaction.populate(message, unsigned))
        answer = (await self.rpc.simulate(wire, accounts=[self.venue.exchange])).value
        if answer.err is not None:
            raise self._refused(answer.err, wanted)
        [account] = answer.accounts or [None]
        if account is None:
            raise ServiceRefused("the node's simulation did not give the exchange back")
        return Exchange.decode(account.bytes)

    async def _send(self, wanted: Sequence[Instruction]) -> str:
        message, last_valid = await self._message(wanted)
        signature = self._signer.sign_message(to_bytes_versioned(message))
        transaction = VersionedTransaction.populate(message, [signature])
        try:
            return (await send_and_confirm(self.rpc, bytes(transaction), last_valid)).signature
        except (PreflightFailed, TransactionFailed) as error:
            raise self._refused(error.err, wanted) from error
        except SolanaError as error:
            raise ServiceRefused(str(error)) from error

    def _refused(self, err: Any, wanted: Sequence[Instruction]) -> ServiceRefused:
        budget = [str(each.program_id) for each in instructions.compute_budget(units=UNITS)]
        programs = [*budget, *(str(each.program_id) for each in wanted)]
        failure = explain(err, programs, str(self.venue.program))
        return ServiceRefused(f"{failure.name}: {failure.message}")


def key_file(path: Path) -> Keypair:
    """A Solana key file. Raises ``ServiceRefused``."""
    try:
        return Keypair.from_bytes(bytes(msgspec.json.decode(path.read_bytes(), type=list[int])))
    except OSError as error:
        raise ServiceRefused(f"cannot read the key file {path}: {error.strerror}") from error
    except (msgspec.DecodeError, ValueError) as error:
        raise ServiceRefused(f"{path} is not a Solana key file: {error}") from error


def _objects(rows: Sequence[Row]) -> list[dict[str, str]]:
    return [{"parameter": name, "before": before, "after": after} for name, before, after in rows]
