"""Tells the bus what was committed, and after an interruption tells again what it may have missed."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from quantdesk.indexer.measures import Measures
from quantdesk.indexer.placed import Changes, PlacedEvent
from quantdesk.indexer.projection.apply import chain_event
from quantdesk.indexer.state import UNKNOWN_HOLDER, Holder, IndexState
from quantdesk.indexer.storage import IndexStorage
from quantdesk.infra.bus import Bus, BusAway
from quantdesk.infra.bus import messages as bus_messages
from quantdesk.infra.bus.messages import Message
from quantdesk.program.events import (
    BankruptcyResolved,
    CollateralConverted,
    Deposited,
    OrdersProcessed,
    PositionsTransferred,
    Realized,
    TraderActivated,
    TraderClosed,
    TraderOpened,
    TraderParked,
    Transferred,
    TriggerCancelled,
    TriggerPlaced,
    Withdrawn,
)

_log = structlog.get_logger(__name__)

AGAIN_LIMIT = 5_000
"""Events told again at most; a reader that missed more reads the store anyway."""
PAGE = 500
ALL_TOPICS = [
    "accounts",
    "balances",
    "fills",
    "funding",
    "liquidations",
    "orders",
    "positions",
    "transfers",
    "triggers",
]


class Publisher:
    """Publishes in order; ``behind`` while something committed is not on the bus yet."""

    def __init__(self, bus: Bus, storage: IndexStorage, state: IndexState, measures: Measures) -> None:
        self._bus = bus
        self._storage = storage
        self._state = state
        self._measures = measures

    @property
    def behind(self) -> bool:
        """Whether committed events are not on the bus yet."""
        return self._state.published < self._state.cursor

    async def publish(self, changes: Changes) -> None:
        """Publish a committed batch, or, after an interruption, everything that is due."""
        if changes.last is None:
            return
        if changes.messages and not self._in_step(changes):
            await self.catch_up()
        elif await self._send(changes.messages):
            self._state.published = changes.last.seq

    async def catch_up(self) -> None:
        """Tell again from the published cursor on: events, fills, and who was touched."""
        if not self.behind or not self._bus.connected:
            return
        first = max(self._state.published, self._state.cursor - AGAIN_LIMIT)
        while first < self._state.cursor:
            page = await self._storage.events_after(first, PAGE)
            if not page:
                first = self._state.cursor
            for placed in page:
                if not await self._send(self._again(placed)):
                    return
                first = self._state.published = placed.seq
        self._state.published = self._state.cursor
        await self._storage.published(self._state.published)
        _log.info("bus caught up", event_seq=self._state.published)

    def _in_step(self, changes: Changes) -> bool:
        first = next(m.event_seq for _, m in changes.messages if isinstance(m, bus_messages.ChainEvent))
        return self._state.published == first - 1

    async def _send(self, messages: Sequence[tuple[str, Message]]) -> bool:
        try:
            for subject, message in messages:
                await self._bus.publish(subject, message)
        except BusAway:
            self._measures.unpublished.inc()
            return False
        return True

    def _again(self, placed: PlacedEvent) -> list[tuple[str, Message]]:
        messages: list[tuple[str, Message]] = [(bus_messages.CHAIN_EVENTS_SUBJECT, chain_event(placed))]
        for holder in concerned(self._state, placed):
            message = bus_messages.AccountChanged(
                wallet=holder.wallet,
                sub=holder.sub,
                event_seq=placed.seq,
                slot=placed.slot,
                ts_ms=placed.ts_ms,
                topics=ALL_TOPICS,
            )
            messages.append((bus_messages.account_subject(holder.wallet), message))
        return messages


def concerned(state: IndexState, placed: PlacedEvent) -> set[Holder]:
    """Whose state an event touches."""
    event = placed.event
    if isinstance(event, OrdersProcessed | PositionsTransferred | BankruptcyResolved):
        first = event.taker_slot if isinstance(event, OrdersProcessed) else event.from_slot
        slots = {(first, event.generation)}
        slots |= {(each.slot, each.generation) for each in event.touched}
        if isinstance(event, OrdersProcessed):
            slots |= {(each.slot, each.generation) for each in event.removed}
        return {state.holder(*each) for each in slots} - {UNKNOWN_HOLDER}
    if isinstance(event, CollateralConverted):
        debtor = state.holder(event.debtor_slot, event.debtor_generation)
        return {Holder(str(event.owner), event.sub), debtor} - {UNKNOWN_HOLDER}
    if isinstance(event, Transferred):
        return {Holder(str(event.owner), sub) for sub in (event.from_sub, event.to_sub)}
    if isinstance(
        event,
        TraderOpened
        | TraderActivated
        | TraderClosed
        | TraderParked
        | Deposited
        | Withdrawn
        | Realized
        | TriggerPlaced
        | TriggerCancelled,
    ):
        return {Holder(str(event.owner), event.sub)}
    return set()
