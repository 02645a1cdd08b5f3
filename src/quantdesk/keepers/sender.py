"""Signs and sends a keeper's transactions, with a blockhash that is fetched now and then, not each time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from solders.hash import Hash
from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.message import MessageV0
from solders.transaction import VersionedTransaction

from quantdesk.infra.solana import AnswerMalformed, Landed, SolanaRpc, send_and_confirm
from quantdesk.keepers.errors import NotLanding
from quantdesk.program.addresses import Addresses
from quantdesk.program.errors import Failure, explain
from quantdesk.program.events import Event, decode_event, event_calls, simulated_events
from quantdesk.program.instructions import compute_budget

SETTLED_S = 2.0
"""A transaction that has not landed this long after it was sent is taken for lost."""
MOST_CHECKED = 64
SPARE_UNITS = 30_000
BLOCKHASH_S = 12.0
"""A blockhash lives about 60 s: one this old still leaves a transaction most of its time."""


PRICE_S = 5.0
"""What others pay is asked anew after so long."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What instructions would do: ``failure`` names which of them fails, by its place among those given.

    ``events`` by that place.
    """

    failure: Failure | None
    units: int
    events: Mapping[int, list[Event]]

    def limit(self, most: int) -> int:
        """Units to ask for: a quarter and a little more, the chain may have moved on; at most ``most``."""
        return min(most, self.units * 5 // 4 + SPARE_UNITS)


@dataclass(frozen=True, slots=True)
class _Recent:
    blockhash: Hash
    last_valid_block_height: int
    fetched: float


class Outbox:
    """Signatures of transactions that nobody waited for, until it is known what became of them.

    Raises NotLanding when everything of the last seconds failed or vanished.
    """

    def __init__(self, rpc: SolanaRpc, settled_s: float = SETTLED_S) -> None:
        self._rpc = rpc
        self._settled_s = settled_s
        self._sent: list[tuple[float, str]] = []

    def add(self, signature: str) -> None:
        self._sent.append((time.monotonic(), signature))

    async def check(self) -> list[Any]:
        """TransactionErrors (Solana's JSON) of what failed since the last check. Raises NotLanding."""
        due = time.monotonic() - self._settled_s
        asked = [signature for sent, signature in self._sent if sent <= due][-MOST_CHECKED:]
        self._sent = [(sent, signature) for sent, signature in self._sent if sent > due]
        if not asked:
            return []
        statuses = await self._rpc.get_signature_statuses(asked)
        failures = [status.err for status in statuses if status is not None and status.err is not None]
        landed = sum(status is not None and status.err is None for status in statuses)
        if landed == 0:
            reason = explain(failures[-1]).message if failures else "never landed (has the key SOL for fees?)"
            raise NotLanding(f"the last {len(asked)} transactions: {reason}")
        return failures


class Sender:
    """Sends as one key. Raises SolanaError.

    With ``most_micro_lamports`` it offers what three quarters of others lately paid per unit for writing the
    Ledger, up to that; else no priority fee.
    """

    def __init__(
        self, rpc: SolanaRpc, venue: Addresses, key: Keypair, *, most_micro_lamports: int = 0
    ) -> None:
        self._rpc = rpc
        self._venue = venue
        self._key = key
        self._recent: _Recent | None = None
        self._most_price, self._price, self._priced = most_micro_lamports, 0, float("-inf")
        self._fetching = asyncio.Lock()

    @property
    def key(self) -> Keypair:
        return self._key

    async def fire(self, instructions: Sequence[Instruction], units: int) -> str:
        """Send without waiting for it to land; answers the signature."""
        wire, _ = await self._sign(instructions, units)
        return await self._rpc.send_transaction(wire, skip_preflight=True)

    async def rehearse(self, instructions: Sequence[Instruction], units: int) -> Rehearsal:
        """What would become of them now, without sending anything."""
        wire, _ = await self._sign(instructions, units)
        found = (await self._rpc.simulate(wire)).value
        if found.err is not None:
            return Rehearsal(self.failure(found.err), found.units_consumed or 0, {})
        events = {
            group.index - len(self._budget(units)): simulated_events(group.instructions, self._venue)
            for group in found.inner_instructions or []
        }
        return Rehearsal(None, found.units_consumed or 0, events)

    async def settle(
        self, instructions: Sequence[Instruction], units: int, *, skip_preflight: bool = False
    ) -> Landed:
        """Send and wait until it landed. Raises PreflightFailed, TransactionFailed, TransactionExpired."""
        wire, last_valid = await self._sign(instructions, units)
        return await send_and_confirm(self._rpc, wire, last_valid, skip_preflight=skip_preflight)

    async def settle_with_events(
        self, instructions: Sequence[Instruction], units: int, *, skip_preflight: bool = False
    ) -> list[Event]:
        """The same, with the program's events of it."""
        landed = await self.settle(instructions, units, skip_preflight=skip_preflight)
        answer = await self._rpc.get_transaction(landed.signature)
        if answer is None or answer.meta is None:
            raise AnswerMalformed(f"getTransaction: {landed.signature} landed but is not there")
        calls = [call for group in answer.meta.inner_instructions or [] for call in group.instructions]
        events = [
            decode_event(data)
            for data in event_calls(calls, answer.transaction.message.account_keys, self._venue)
        ]
        return [event for event in events if event is not None]

    def failure(self, error: Any) -> Failure:
        """Solana's TransactionError of what we sent, the instruction counted among those given."""
        failure = explain(error)
        if failure.instruction is None:
            return failure
        return replace(failure, instruction=failure.instruction - len(self._budget(1)))

    def forget_blockhash(self) -> None:
        """The node may be another one (or reset): fetch anew."""
        self._recent = None

    async def _sign(self, instructions: Sequence[Instruction], units: int) -> tuple[bytes, int]:
        recent = await self._blockhash()
        await self._ask_price()
        budgeted = [*self._budget(units), *instructions]
        message = MessageV0.try_compile(self._key.pubkey(), budgeted, [], recent.blockhash)
        return bytes(VersionedTransaction(message, [self._key])), recent.last_valid_block_height

    def _budget(self, units: int) -> list[Instruction]:
        return compute_budget(units=units, micro_lamports=max(1, self._price) if self._most_price else 0)

    async def _ask_price(self) -> None:
        if self._most_price and time.monotonic() - self._priced > PRICE_S:
            self._priced = time.monotonic()
            fees = await self._rpc.get_prioritization_fees([self._venue.ledger])
            paid = sorted(each.prioritization_fee for each in fees)
            self._price = min(self._most_price, paid[len(paid) * 3 // 4]) if paid else 0

    async def _blockhash(self) -> _Recent:
        async with self._fetching:
            if self._recent is None or time.monotonic() - self._recent.fetched > BLOCKHASH_S:
                latest = await self._rpc.get_latest_blockhash()
                self._recent = _Recent(
                    Hash.from_string(latest.blockhash), latest.last_valid_block_height, time.monotonic()
                )
            return self._recent
