"""Follows relayed transactions to their end: rebroadcast until they land or can no longer land.

One loop asks for the state of all that are pending in a single call; the indexer's events end the wait for
`confirmed` sooner. What was relayed is in the store first, so a restarted gateway goes on with it.
"""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

import structlog

from quantdesk.gateway.clock import ClockMs
from quantdesk.gateway.metrics import Metrics
from quantdesk.gateway.orders.schemas import ProgramError
from quantdesk.gateway.problems import Problem
from quantdesk.gateway.stored import Stored
from quantdesk.gateway.transactions import repository
from quantdesk.gateway.transactions.decoding import wire_values
from quantdesk.gateway.transactions.schemas import ChainEvent, TransactionState
from quantdesk.gateway.transactions.simulation import program_error
from quantdesk.infra.bus.messages import ChainEvent as BusEvent
from quantdesk.infra.solana import RpcError, SolanaError, SolanaRpc
from quantdesk.infra.solana.wire import SignatureStatus

POLL_FIRST_S = 0.005
POLL_MOST_S = 0.4
REBROADCAST_MS = 2_000
INDEX_GRACE_MS = 3_000
"""How long a confirmed transaction may wait for its events before it is answered without them."""
STATUS_BATCH = 256
_MOST_INSTRUCTIONS = 64
_log = structlog.get_logger(__name__)


@dataclass(eq=False, slots=True)
class Pending:
    """One transaction on its way."""

    signature: str
    wire: bytes
    programs: tuple[str, ...]
    own_instructions: int
    last_valid_block_height: int
    last_sent_ms: int
    state: TransactionState = "unknown"
    slot: int | None = None
    error: ProgramError | None = None
    events: list[ChainEvent] = field(default_factory=list)
    confirmed_ms: int | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_done(self) -> bool:
        """Nothing more will happen to it."""
        return self.state in {"confirmed", "failed", "expired"}

    def move(self, state: TransactionState) -> None:
        """Enter `state` and wake who waits."""
        self.state = state
        self.changed.set()
        self.changed = asyncio.Event()


class Relay:
    """All pending transactions of this process."""

    def __init__(
        self, rpc: SolanaRpc, stored: Stored, clock: ClockMs, metrics: Metrics, program_id: str
    ) -> None:
        self._rpc = rpc
        self._stored = stored
        self._clock = clock
        self._metrics = metrics
        self._program_id = program_id
        self._pending: dict[str, Pending] = {}
        self._woken = asyncio.Event()

    def pending(self, signature: str) -> Pending | None:
        """A transaction that is followed now."""
        return self._pending.get(signature)

    def follow(self, pending: Pending) -> Pending:
        """Begin to follow; one that is followed already is returned."""
        return self._pending.setdefault(pending.signature, pending)

    def sent(self) -> None:
        """Something left: ask for its state at once."""
        self._woken.set()

    def forget(self, signature: str) -> None:
        """It was refused before it left."""
        self._pending.pop(signature, None)

    def on_event(self, event: BusEvent) -> None:
        """The indexer published an event."""
        pending = self._pending.get(event.signature)
        if pending is None:
            return
        pending.slot = event.slot
        pending.events.append(
            ChainEvent(name=event.name, event_seq=str(event.event_seq), data=wire_values(event.data))
        )
        if len(pending.events) >= pending.own_instructions:
            pending.move("confirmed")
            self._woken.set()

    async def run(self) -> None:
        """Follow everything until cancelled."""
        await self._resume()
        wait = POLL_FIRST_S
        while True:
            if not self._pending:
                self._woken.clear()
                await self._woken.wait()
                wait = POLL_FIRST_S
            self._woken.clear()  # before asking: what happens meanwhile begins the next round at once
            before = len(self._pending)
            try:
                await self._round()
            except SolanaError as error:
                _log.warning("relay waits for the node", error=str(error), pending=before)
                wait = POLL_MOST_S
            except Problem as problem:
                _log.warning("relay waits", reason=problem.detail)
                wait = POLL_MOST_S
            if all(each.state != "unknown" for each in self._pending.values()):
                wait = POLL_MOST_S  # all have landed: the indexer's events say the rest
            try:
                await asyncio.wait_for(self._woken.wait(), wait)
                wait = POLL_FIRST_S
            except TimeoutError:
                wait = min(wait * 2, POLL_MOST_S)

    async def _resume(self) -> None:
        while True:
            try:
                async with self._stored.read() as connection:
                    rows = await repository.unfinished(connection)
                break
            except Problem as problem:
                _log.warning("relay waits", reason=problem.detail)
                await asyncio.sleep(1)
        for row in rows:
            self.follow(
                Pending(
                    signature=row.signature,
                    wire=row.wire,
                    programs=(),
                    own_instructions=1,
                    last_valid_block_height=row.last_valid_block_height,
                    last_sent_ms=row.updated_ms,
                )
            )
        self.sent()

    async def _round(self) -> None:
        waiting = [each for each in self._pending.values() if not each.is_done]
        for start in range(0, len(waiting), STATUS_BATCH):
            part = waiting[start : start + STATUS_BATCH]
            statuses = await self._rpc.get_signature_statuses([each.signature for each in part])
            for pending, status in zip(part, statuses, strict=True):
                if not pending.is_done and status is not None:
                    self._judge(pending, status)
        await self._send_again([each for each in waiting if each.state == "unknown"])
        for pending in [each for each in self._pending.values() if each.is_done]:
            await self._finish(pending)

    def _judge(self, pending: Pending, status: SignatureStatus) -> None:
        pending.slot = status.slot
        if status.err is not None:
            pending.error = program_error(
                status.err, pending.programs or (self._program_id,) * 64, self._program_id
            )
            pending.move("failed")
            return
        if status.confirmation_status == "processed":
            if pending.state == "unknown":
                pending.move("processed")
            return
        now = self._clock()
        if pending.confirmed_ms is None:
            pending.confirmed_ms = now
            if pending.state == "unknown":
                pending.move("processed")
        if now - pending.confirmed_ms > INDEX_GRACE_MS:
            pending.move("confirmed")

    async def _send_again(self, silent: list[Pending]) -> None:
        now = self._clock()
        due = [each for each in silent if now - each.last_sent_ms >= REBROADCAST_MS]
        if not due:
            return
        height = await self._rpc.get_block_height("confirmed")
        for pending in due:
            pending.last_sent_ms = now
            if height > pending.last_valid_block_height:
                await self._expire(pending)
                continue
            try:
                await self._rpc.send_transaction(pending.wire, skip_preflight=True)
            except RpcError as error:
                _log.info("not taken again", signature=pending.signature, error=str(error))

    async def _expire(self, pending: Pending) -> None:
        (status,) = await self._rpc.get_signature_statuses([pending.signature], search_history=True)
        if status is None:
            pending.move("expired")
        else:
            self._judge(pending, status)

    async def _finish(self, pending: Pending) -> None:
        error = json.dumps(pending.error.model_dump()) if pending.error else None
        await repository.finish(
            self._stored,
            pending.signature,
            pending.state,
            slot=pending.slot,
            error=error,
            now_ms=self._clock(),
        )
        self._pending.pop(pending.signature, None)
        self._metrics.relayed.labels(pending.state).inc()


async def wait_until(pending: Pending, wanted: str, timeout_s: float) -> None:
    """Return when `pending` is at least at `wanted`, done, or the time is over."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + timeout_s
    enough: Any = {"processed": {"processed", "confirmed"}, "confirmed": {"confirmed"}}[wanted]
    while not pending.is_done and pending.state not in enough:
        left = deadline - loop.time()
        if left <= 0:
            return
        try:
            await asyncio.wait_for(pending.changed.wait(), left)
        except TimeoutError:
            return
