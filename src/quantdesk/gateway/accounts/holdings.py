"""What one sub-account holds, in the program's integers, however it was read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from quantdesk.gateway.accounts.repository import WalletRows
from quantdesk.program.events import (
    Deposited,
    Event,
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
from quantdesk.program.layouts import NO_SLOT, Slot, Trader
from quantdesk.program.records import Balances, TouchedRecord


@dataclass(frozen=True, slots=True)
class Holding:
    """A position with its resting orders. `base` signed lots, `quote` and `entry_quote` signed atoms."""

    market: int
    base: int
    quote: int
    entry_quote: int
    funding_index: int
    bid_lots: int
    ask_lots: int
    bid_orders: int = 0
    ask_orders: int = 0

    @property
    def is_empty(self) -> bool:
        """Neither position nor order."""
        return self.base == 0 and self.bid_lots == 0 and self.ask_lots == 0


@dataclass(frozen=True, slots=True)
class Holdings:
    """One sub-account. `exists` is false before its Trader account was made."""

    sub: int
    exists: bool = False
    slot_index: int | None = None
    generation: int | None = None
    usdc: int = 0
    locked: int = 0
    locked_at: int = 0
    locked_for: int = 0
    parked: tuple[int, ...] = (0,)
    collaterals: tuple[int, ...] = ()
    positions: Mapping[int, Holding] = field(default_factory=dict)
    ts_ms: int | None = None
    last_active: int | None = None

    @property
    def active(self) -> bool:
        """Whether it has a slot in the ledger."""
        return self.slot_index is not None


def from_chain(sub: int, trader: Trader | None, slot: Slot | None) -> Holdings:
    """From the Trader account and its ledger slot."""
    if trader is None:
        return Holdings(sub=sub)
    if slot is None or not trader.active or slot.generation != trader.generation:
        return Holdings(sub=sub, exists=True, parked=trader.parked)
    positions = {
        each.market: Holding(
            market=each.market,
            base=each.base,
            quote=each.quote,
            entry_quote=each.entry_quote,
            funding_index=each.funding_index,
            bid_lots=each.bid_lots,
            ask_lots=each.ask_lots,
            bid_orders=each.bid_orders,
            ask_orders=each.ask_orders,
        )
        for each in slot.positions
    }
    return Holdings(
        sub=sub,
        exists=True,
        slot_index=trader.slot_index,
        generation=trader.generation,
        usdc=slot.usdc,
        locked=slot.locked,
        locked_at=slot.locked_at,
        locked_for=slot.locked_for,
        parked=trader.parked,
        collaterals=slot.collaterals,
        positions=positions,
        last_active=slot.last_active,
    )


def from_rows(rows: WalletRows) -> list[Holdings]:
    """Every open sub-account of a wallet, from the store."""
    made = []
    for account in rows.accounts:
        held = [row for row in rows.balances if row.sub == account.sub]
        usdc = next((row for row in held if row.collateral == 0), None)
        standing = [row for row in rows.positions if row.sub == account.sub]
        stamps = [account.updated_ms, *(row.ts_ms for row in held), *(row.ts_ms for row in standing)]
        active = account.state == "active"
        made.append(
            Holdings(
                sub=account.sub,
                exists=True,
                slot_index=account.slot_index if active else None,
                generation=account.generation if active else None,
                usdc=usdc.amount if usdc else 0,
                locked=usdc.locked if usdc else 0,
                locked_at=usdc.locked_at if usdc else 0,
                locked_for=usdc.locked_for if usdc else 0,
                parked=_by_collateral(held, "parked", 1),
                collaterals=_by_collateral(held, "amount", 1)[1:],
                positions={row.market: _holding(row) for row in standing},
                ts_ms=max(stamps),
            )
        )
    return made


def _by_collateral(rows: Iterable[Any], column: str, at_least: int) -> tuple[int, ...]:
    amounts = {row.collateral: getattr(row, column) for row in rows}
    return tuple(amounts.get(index, 0) for index in range(max([*amounts, at_least - 1]) + 1))


def _holding(row: Any) -> Holding:
    return Holding(
        market=row.market,
        base=row.base,
        quote=row.quote,
        entry_quote=row.entry_quote,
        funding_index=row.funding_index,
        bid_lots=row.bid_lots,
        ask_lots=row.ask_lots,
        bid_orders=row.bid_orders,
        ask_orders=row.ask_orders,
    )


WITH_BALANCES = (TraderActivated, TraderParked, Deposited, Withdrawn, TriggerPlaced, TriggerCancelled)


def after_events(before: Holdings, events: Iterable[Event]) -> Holdings:
    """What a transaction's events leave of `before`: each carries the touched state as it is afterwards."""
    now = before
    for event in events:
        if isinstance(event, TraderOpened):
            now = replace(now, exists=True)
        elif isinstance(event, WITH_BALANCES):
            now = _with_balances(now, event.after) if event.sub == now.sub else now
        elif isinstance(event, Transferred):
            after = {event.from_sub: event.from_after, event.to_sub: event.to_after}
            now = _with_balances(now, after[now.sub]) if now.sub in after else now
        elif isinstance(event, TraderClosed):
            now = Holdings(sub=now.sub)
        elif isinstance(event, OrdersProcessed | PositionsTransferred):
            now = _with_touched(now, event.market, event.touched)
        elif isinstance(event, Realized):
            now = _with_touched(now, event.market, [event.after])
    return now


def _with_balances(now: Holdings, after: Balances) -> Holdings:
    active = after.slot_index != NO_SLOT
    return replace(
        now,
        exists=True,
        slot_index=after.slot_index if active else None,
        generation=after.generation if active else None,
        usdc=after.usdc,
        locked=after.locked,
        locked_at=after.locked_at,
        locked_for=after.locked_for,
        collaterals=tuple(after.collaterals),
        parked=tuple(after.parked),
    )


def _with_touched(now: Holdings, market: int, touched: Iterable[TouchedRecord]) -> Holdings:
    mine = [each for each in touched if each.slot == now.slot_index and each.generation == now.generation]
    for record in mine:
        now = replace(
            now,
            usdc=record.usdc,
            locked=record.locked,
            locked_at=record.locked_at,
            locked_for=record.locked_for,
            positions={**now.positions, market: _touched(market, record)},
        )
    return now


def _touched(market: int, record: TouchedRecord) -> Holding:
    return Holding(
        market=market,
        base=record.base,
        quote=record.quote,
        entry_quote=record.entry_quote,
        funding_index=record.funding_index,
        bid_lots=record.bid_lots,
        ask_lots=record.ask_lots,
        bid_orders=record.bid_orders,
        ask_orders=record.ask_orders,
    )
