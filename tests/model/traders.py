"""Accounts and their slots: opening, activating, parking, closing, the dead-man switch."""

from __future__ import annotations

from model import layout, money, triggers
from model.exact import require
from model.layout import Record
from model.state import LAYOUT_VERSION, NO_MARKET, NO_SLOT, Call, Event, Slot, State, empty_slot, instruction

WEEK_S = 7 * 86_400


def slot_price(state: State) -> int:
    """What a slot costs: twice as much with each quarter of the ledger that is taken."""
    ledger = state.ledger
    quarter = min(3, 4 * ledger.active // ledger.capacity)
    return int(state.exchange.min_slot_equity) * 2**quarter


def free(state: State, index: int, slot: Slot) -> None:
    """The slot of an empty trader goes to the head of the free ones; its generation ends."""
    require(not slot.positions and slot.usdc == 0 and not any(slot.collaterals), "TraderNotEmpty")
    ledger, fresh = state.ledger, empty_slot()
    fresh.generation, fresh.next_free = slot.generation + 1, ledger.free_head
    state.put("slot", index, fresh)
    ledger.free_head = index
    ledger.active -= 1
    state.exchange.active_slots = ledger.active


def take(state: State) -> tuple[int, Slot]:
    """The slot freed last, else the first that was never used."""
    ledger = state.ledger
    if ledger.free_head != NO_SLOT:
        index = ledger.free_head
        ledger.free_head = state.slot(index).next_free
    else:
        require(ledger.high_water < ledger.capacity, "LedgerFull")
        index = ledger.high_water
        ledger.high_water += 1
    slot = state.slot(index)
    slot.flags, slot.next_free = 1, NO_SLOT
    ledger.active += 1
    state.exchange.active_slots = ledger.active
    return index, slot


@instruction
def open_trader(state: State, call: Call) -> Event:
    """A new sub-account of the signing owner."""
    assert call.trader is not None
    require(("trader", call.trader) not in state.rows, "AlreadyInitialised")
    require(not state.exchange.paused & money.ADMISSION, "Paused")
    trader = layout.zero("Trader")
    bump = state.use("bump", call.trader).bump
    trader.header = Record(layout_version=LAYOUT_VERSION, status=1, bump=bump, stride=0)
    trader.exchange, trader.owner, trader.sub = bytes(state.use("address").key), call.signer, call.sub
    trader.slot_index, trader.created = NO_SLOT, call.unix
    for trigger in trader.triggers:
        trigger.market = NO_MARKET
    state.put("trader", call.trader, trader)
    return "TraderOpened", {"trader": call.address, "owner": call.signer, "sub": call.sub}


@instruction
def activate(state: State, call: Call) -> Event:
    """Parked USDC of at least the slot's price buys a slot; all that is parked moves into it."""
    trader = money.own(state, call)
    money.open_for(state, money.ADMISSION)
    require(not trader.active, "TraderAlreadyActive")
    require(trader.parked[0] >= slot_price(state), "BelowSlotEquity")
    index, slot = take(state)
    slot.owner, slot.sub, slot.last_active = trader.owner, trader.sub, call.unix
    trader.active, trader.slot_index, trader.generation = 1, index, slot.generation
    for kind, amount in enumerate(trader.parked):
        if amount:
            money.park_more(state, trader, kind, -amount)
            money.add_to_slot(state, slot, kind, amount)
    after = money.balances(state, trader)
    return "TraderActivated", named(trader, index, slot.generation) | {"after": after}


def named(trader: Record, index: int, generation: int) -> dict[str, object]:
    """Owner, sub-account and slot, as events name them."""
    return {"owner": trader.owner, "sub": trader.sub, "slot_index": index, "generation": generation}


@instruction
def park(state: State, call: Call) -> Event:
    """A flat trader's money leaves the ledger, its slot is free: by its owner, after a week by anyone."""
    assert call.trader is not None
    trader = state.trader(call.trader)
    money.open_for(state)
    slot, index = state.slot_of(trader), trader.slot_index
    idle = call.unix - slot.last_active > WEEK_S
    forsaken = idle or slot.usdc < state.exchange.min_slot_equity
    require(trader.owner == call.signer or forsaken, "NotAuthorised")
    require(not slot.positions and slot.usdc >= 0, "TraderNotEmpty")
    require(money.nothing_locked(slot, call.unix), "ExceedsWithdrawable")
    for place, trigger in enumerate(trader.triggers):
        if trigger.market != NO_MARKET:
            triggers.release(state, slot, trader, place)
    for kind, amount in enumerate([slot.usdc, *slot.collaterals]):
        if amount:
            money.add_to_slot(state, slot, kind, -amount)
            money.park_more(state, trader, kind, amount)
    generation = slot.generation
    free(state, index, slot)
    trader.active, trader.slot_index = 0, NO_SLOT
    after = money.balances(state, trader)
    return "TraderParked", named(trader, index, generation) | {"after": after}


@instruction
def close_trader(state: State, call: Call) -> Event:
    """An empty account goes, and its slot with it."""
    trader = money.own(state, call)
    require(not any(trader.parked) and trader.executor_fees == 0, "TraderNotEmpty")
    if trader.active:
        slot = state.slot_of(trader)
        free(state, trader.slot_index, slot)
    assert call.trader is not None
    state.put("trader", call.trader, None)
    return "TraderClosed", named(trader, trader.slot_index, trader.generation)


@instruction
def set_dead_man(state: State, call: Call) -> Event:
    """Past this slot the trader's orders are dead."""
    trader = money.own(state, call)
    until = call.cancel_after_slot
    require(until == 0 or until >= call.slot, "InstructionExpired")
    slot = state.slot_of(trader)
    slot.cancel_after_slot, slot.last_active = until, call.unix
    told = named(trader, trader.slot_index, slot.generation)
    return "DeadManSet", told | {"cancel_after_slot": until}
