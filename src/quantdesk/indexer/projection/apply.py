"""Apply a batch of events, in order, to the state; answers the rows and messages that follow."""

from __future__ import annotations

from collections.abc import Sequence

from quantdesk.indexer.placed import Changes, PlacedEvent
from quantdesk.indexer.projection.markets import market_created, prices_updated, tell_candles, tell_markets
from quantdesk.indexer.projection.money import (
    converted,
    moved_in_or_out,
    trader_activated,
    trader_closed,
    trader_opened,
    trader_parked,
    transferred,
    trigger_changed,
)
from quantdesk.indexer.projection.orders import Topics, lost, orders_processed, realized
from quantdesk.indexer.projection.step import Step
from quantdesk.indexer.projection.triggers import TOPIC as TRIGGERS
from quantdesk.indexer.state import Holder, IndexState
from quantdesk.infra.bus import messages as bus
from quantdesk.infra.store import tables
from quantdesk.program.events import (
    BankruptcyResolved,
    CollateralConverted,
    Deposited,
    Event,
    MarketCreated,
    OrdersProcessed,
    PositionsTransferred,
    PricesUpdated,
    Realized,
    TraderActivated,
    TraderClosed,
    TraderOpened,
    TraderParked,
    Transferred,
    TriggerCancelled,
    TriggerPlaced,
    Withdrawn,
    event_json,
)


def project(state: IndexState, batch: Sequence[PlacedEvent]) -> Changes:
    """Apply ``batch`` (in order, without a gap, after ``state.cursor``)."""
    changes = Changes()
    for placed in batch:
        step = Step(state, changes, placed)
        _put_event(changes, placed)
        for holder, topics in _apply(step, placed.event).items():
            _tell_account(changes, placed, holder, topics)
        state.cursor, state.slot = placed.seq, placed.slot
        changes.last = placed
    if batch:
        tell_candles(step)
        tell_markets(step)
    return changes


def chain_event(placed: PlacedEvent) -> bus.ChainEvent:
    """The event as ``chain.events`` carries it."""
    return bus.ChainEvent(
        event_seq=placed.seq,
        slot=placed.slot,
        blockhash=placed.blockhash,
        signature=placed.signature,
        ts_ms=placed.ts_ms,
        name=placed.event.name,
        data=event_json(placed.event),
    )


def _apply(step: Step, event: Event) -> Topics:
    """Who is concerned, and by what. Events not named here change no table but their own."""
    topics: Topics = {}
    match event:
        case OrdersProcessed():
            topics = orders_processed(step, event)
        case PositionsTransferred() | BankruptcyResolved():
            topics = lost(step, event)
        case Realized():
            topics = realized(step, event)
        case PricesUpdated():
            prices_updated(step, event)
        case MarketCreated():
            market_created(step, event)
        case _:
            topics = _apply_to_accounts(step, event)
    return topics


def _apply_to_accounts(step: Step, event: Event) -> Topics:
    topics: Topics = {}
    match event:
        case Deposited() | Withdrawn():
            topics = {moved_in_or_out(step, event): {"balances", "transfers"}}
        case Transferred():
            topics = {holder: {"balances", "transfers"} for holder in transferred(step, event)}
        case CollateralConverted():
            topics = {holder: {"balances"} for holder in converted(step, event)}
        case TraderParked():
            topics = {trader_parked(step, event): {"accounts", "balances"}}
        case TraderActivated():
            topics = {trader_activated(step, event): {"accounts", "balances"}}
        case TraderOpened():
            topics = {trader_opened(step, event): {"accounts"}}
        case TraderClosed():
            topics = {trader_closed(step, event): {"accounts", "balances"}}
        case TriggerPlaced() | TriggerCancelled():
            topics = {trigger_changed(step, event): {"balances", TRIGGERS}}
    return topics


def _put_event(changes: Changes, placed: PlacedEvent) -> None:
    changes.put(
        tables.chain_events,
        {
            "event_seq": placed.seq,
            "slot": placed.slot,
            "blockhash": placed.blockhash,
            "signature": placed.signature,
            "ts_ms": placed.ts_ms,
            "name": placed.event.name,
            "payload": placed.payload,
        },
    )
    changes.tell(bus.CHAIN_EVENTS_SUBJECT, chain_event(placed))


def _tell_account(changes: Changes, placed: PlacedEvent, holder: Holder, topics: set[str]) -> None:
    message = bus.AccountChanged(
        wallet=holder.wallet,
        sub=holder.sub,
        event_seq=placed.seq,
        slot=placed.slot,
        ts_ms=placed.ts_ms,
        topics=sorted(topics),
    )
    changes.tell(bus.account_subject(holder.wallet), message)
