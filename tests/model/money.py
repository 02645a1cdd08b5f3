"""Deposits, withdrawals, transfers between own accounts; the outflow bucket; what is negative."""

from __future__ import annotations

from typing import Any

from model import delegates, margin, vesting
from model.exact import EVERYTHING, ceil, refuse, require
from model.layout import Record
from model.state import Call, Event, Slot, State, instruction

TRADING, WITHDRAWALS, ADMISSION, LIQUIDATION = 1, 2, 4, 8
"""Bits of what is paused."""


def open_for(state: State, bits: int = 0) -> None:
    """The exchange takes money, and none of ``bits`` is paused."""
    require(state.exchange.opened == 1, "ExchangeNotOpen")
    require(state.exchange.paused & bits == 0, "Paused")


def withdrawals_paused(state: State, unix: int) -> bool:
    """A pause of withdrawals ends by itself."""
    exchange = state.exchange
    return bool(exchange.paused & WITHDRAWALS) and unix < exchange.withdrawals_paused_until


def own(state: State, call: Call) -> Record:
    """The trader whose owner signed."""
    assert call.trader is not None
    trader = state.trader(call.trader)
    require(trader.owner == call.signer, "NotAuthorised")
    return trader


def set_usdc(state: State, slot: Slot, usdc: int) -> None:
    """A new balance; the exchange knows the sum of what is negative."""
    state.exchange.negative_usdc += max(0, -usdc) - max(0, -slot.usdc)
    slot.usdc = usdc


def add_to_slot(state: State, slot: Slot, index: int, amount: int) -> None:
    """More (or less) of a collateral in a slot."""
    if index == 0:
        set_usdc(state, slot, slot.usdc + amount)
    else:
        slot.collaterals = changed(slot.collaterals, index - 1, amount)


def changed(amounts: list[int], at: int, by: int) -> list[int]:
    """The list with one entry larger."""
    require(at < len(amounts), "UnknownCollateral")
    return [amount + (by if place == at else 0) for place, amount in enumerate(amounts)]


def park_more(state: State, trader: Record, index: int, amount: int) -> None:
    """More (or less) of a collateral outside the ledger."""
    trader.parked = changed(trader.parked, index, amount)
    state.collateral(index).total_parked += amount


def refill(known: Record, unix: int) -> None:
    """The outflow bucket fills with time up to its size."""
    gained = known.bucket_refill * max(0, unix - known.bucket_at)
    known.bucket_level = min(known.bucket_capacity, known.bucket_level + gained)
    known.bucket_at = unix


def balances(state: State, trader: Record) -> Record:
    """Balances as events tell them."""
    told = dict.fromkeys(("usdc", "locked", "locked_at", "locked_for"), 0) | {"collaterals": [0] * 4}
    if trader.active:
        slot = state.slot_of(trader)
        told = {name: getattr(slot, name) for name in told}
    return Record(
        slot_index=trader.slot_index, generation=trader.generation, parked=list(trader.parked), **told
    )


def available(state: State, trader: Record, index: int, call: Call) -> int:
    """What may leave: all that is parked, else what the margin rules let go, funding accrued to now."""
    if not trader.active:
        return int(trader.parked[index]) if index < len(trader.parked) else refuse("UnknownCollateral")
    return margin.withdrawable(state, state.slot_of(trader), index, call)


def take(state: State, trader: Record, index: int, amount: int) -> None:
    """Less in the slot, or parked."""
    if trader.active:
        add_to_slot(state, state.slot_of(trader), index, -amount)
    else:
        park_more(state, trader, index, -amount)


def check_amount(amount: int, most: int, trader: Record) -> None:
    """Something, and no more than may leave."""
    require(amount > 0, "ZeroAmount")
    require(amount <= most, "ExceedsWithdrawable" if trader.active else "InsufficientParked")


@instruction
def deposit(state: State, call: Call) -> Event:
    """Tokens into the slot of an active trader, else parked; up to the cap, refilling the bucket."""
    trader = own(state, call)
    index, amount = call.collateral, call.amount
    known = state.collateral(index)
    open_for(state)
    require(amount > 0, "ZeroAmount")
    require(known.status == 1, "CollateralInactive")
    require(known.total_deposits + amount <= known.deposit_cap, "DepositCapReached")
    parked = not trader.active
    if parked:
        park_more(state, trader, index, amount)
    else:
        slot = state.slot_of(trader)
        add_to_slot(state, slot, index, amount)
        slot.last_active = call.unix
    known.total_deposits += amount
    refill(known, call.unix)
    known.bucket_level = min(known.bucket_capacity, known.bucket_level + amount)
    move_tokens(state, index, trader.owner, -amount)
    return "Deposited", moved(state, trader, index, amount, parked)


@instruction
def withdraw(state: State, call: Call) -> Event:
    """Tokens out, as far as margin, vesting profit and the outflow bucket allow."""
    trader = own(state, call)
    index, amount = call.collateral, call.amount
    known = state.collateral(index)
    open_for(state)
    require(not withdrawals_paused(state, call.unix), "Paused")
    require(call.unix >= state.exchange.withdraw_rest_until, "WithdrawalsResting")
    most = available(state, trader, index, call)
    refill(known, call.unix)
    limited = known.bucket_capacity > 0
    if amount == EVERYTHING:
        amount = min(most, known.bucket_level) if limited else most
    check_amount(amount, most, trader)
    cut = share_of_deficit(state, amount) if index == 0 else 0
    if limited:
        require(amount - cut <= known.bucket_level, "OutflowLimited")
        known.bucket_level -= amount - cut
    known.total_deposits -= amount - cut
    parked = not trader.active
    take(state, trader, index, amount)
    if not parked:
        state.slot_of(trader).last_active = call.unix
    move_tokens(state, index, trader.owner, amount - cut)
    return "Withdrawn", moved(state, trader, index, amount, parked) | {"cut": cut}


def share_of_deficit(state: State, amount: int) -> int:
    """amount x deficit / claims, rounded up, after what fees repay; claims are all positive USDC balances."""
    exchange = state.exchange
    if exchange.deficit == 0:
        return 0
    repaid = min(exchange.deficit, max(0, exchange.fees_collected))
    exchange.deficit -= repaid
    exchange.fees_collected -= repaid
    claims = sum(max(0, slot.usdc) for slot in state.active_slots().values())
    claims += sum(trader.parked[0] + trader.executor_fees for _, trader in state.all("trader"))
    share = min(amount, ceil(amount, exchange.deficit, claims)) if amount < claims else exchange.deficit
    share = min(share, exchange.deficit, amount)
    exchange.deficit -= share
    return int(share)


def move_tokens(state: State, index: int, owner: bytes, out: int) -> None:
    """From the vault to the owner's wallet; the token program refuses what is not there."""
    vault, wallet = state.use("tokens", ("vault", index)), state.use("tokens", (owner, index))
    require(vault.amount >= out and wallet.amount >= -out, "Custom(1)")
    vault.amount -= out
    wallet.amount += out


def moved(state: State, trader: Record, index: int, amount: int, parked: bool) -> dict[str, Any]:
    """What the events of a deposit and of a withdrawal say."""
    return {
        "owner": trader.owner,
        "sub": trader.sub,
        "collateral": index,
        "amount": amount,
        "parked": parked,
        "after": balances(state, trader),
    }


@instruction
def transfer(state: State, call: Call) -> Event:
    """Between two sub-accounts of an owner: what could be withdrawn, without the bucket."""
    assert call.other is not None
    assert call.trader is not None
    source, target = state.trader(call.trader), state.trader(call.other)
    open_for(state)
    place = delegates.acting(source, call)
    may = place is None or source.delegates[place].flags & delegates.TRANSFER
    require(bool(may), "DelegateLimit")
    index, amount = call.collateral, call.amount
    state.collateral(index)
    require(source.owner == target.owner, "NotAuthorised")
    most = available(state, source, index, call)
    if amount == EVERYTHING:
        amount = most
    check_amount(amount, most, source)
    take(state, source, index, amount)
    if target.active:
        add_to_slot(state, state.slot_of(target), index, amount)
    else:
        park_more(state, target, index, amount)
    return "Transferred", {
        "owner": source.owner,
        "from_sub": source.sub,
        "to_sub": target.sub,
        "collateral": index,
        "amount": amount,
        "from_after": balances(state, source),
        "to_after": balances(state, target),
    }


def nothing_locked(slot: Slot, unix: int) -> bool:
    """Whether all profit has vested."""
    return vesting.locked(slot, unix) == 0
