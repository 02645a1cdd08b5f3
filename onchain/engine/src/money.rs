//! Money in and out: parked in the trader account or in the trader's slot.

use crate::changes;
use crate::error::Error;
use crate::events::Balances;
use crate::insurance;
use crate::margin;
use crate::mark;
use crate::now::Now;
use crate::slots::{self, LedgerView};
use crate::state::{Collateral, Exchange, NO_MARKET, NO_SLOT, Slot, Trader, paused};
use crate::units::{QuoteAtoms, Rounding, mul_div};

/// `Withdraw::amount` that means all that may leave.
pub const EVERYTHING: u64 = u64::MAX;

/// What a deposit or withdrawal did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Smallest units that the balance changed by.
    pub amount: u64,
    /// Of a withdrawal, what went to losses that nobody paid instead of to the owner.
    pub cut: u64,
    /// It went to, or came from, the parked balance.
    pub parked: bool,
}

pub(crate) fn require_open(exchange: &Exchange, bits: u32) -> Result<(), Error> {
    if exchange.opened == 0 {
        return Err(Error::ExchangeNotOpen);
    }
    if exchange.paused & bits != 0 {
        return Err(Error::Paused);
    }
    Ok(())
}

/// The collateral with this index.
///
/// # Errors
/// `UnknownCollateral`.
pub fn collateral(exchange: &Exchange, index: u8) -> Result<&Collateral, Error> {
    if index >= exchange.collateral_count {
        return Err(Error::UnknownCollateral);
    }
    exchange.collaterals.get(usize::from(index)).ok_or(Error::UnknownCollateral)
}

/// Credits a deposit whose tokens are in the vault: to the slot of an active trader, else parked.
///
/// # Errors
/// `ExchangeNotOpen`, `ZeroAmount`, `UnknownCollateral`, `CollateralInactive`, `DepositCapReached`, `StaleGeneration`.
pub fn deposit(
    exchange: &mut Exchange,
    slots: &mut [Slot],
    trader: &mut Trader,
    index: u8,
    amount: u64,
    now: i64,
) -> Result<Moved, Error> {
    require_open(exchange, 0)?;
    if amount == 0 {
        return Err(Error::ZeroAmount);
    }
    let known = collateral(exchange, index)?;
    if known.status != 1 {
        return Err(Error::CollateralInactive);
    }
    let total = known.total_deposits.checked_add(amount).ok_or(Error::ArithmeticOverflow)?;
    if total > known.deposit_cap {
        return Err(Error::DepositCapReached);
    }
    let parked = trader.active == 0;
    if parked {
        let place = trader.parked.get_mut(usize::from(index)).ok_or(Error::UnknownCollateral)?;
        *place = place.checked_add(amount).ok_or(Error::ArithmeticOverflow)?;
    } else {
        let slot = slots::of(slots, trader)?;
        credit(exchange, slot, index, amount)?;
        slot.last_active = u32::try_from(now).map_err(|_| Error::ArithmeticOverflow)?;
    }
    let known = &mut exchange.collaterals[usize::from(index)];
    known.total_deposits = total;
    if parked {
        known.total_parked = known.total_parked.checked_add(amount).ok_or(Error::ArithmeticOverflow)?;
    }
    refill(known, now);
    known.bucket_level = known.bucket_level.saturating_add(amount).min(known.bucket_capacity);
    Ok(Moved { amount, cut: 0, parked })
}

/// Adds to a balance of a slot.
pub(crate) fn credit(exchange: &mut Exchange, slot: &mut Slot, index: u8, amount: u64) -> Result<(), Error> {
    if index == 0 {
        let amount = i64::try_from(amount).map_err(|_| Error::ArithmeticOverflow)?;
        return set_usdc(exchange, slot, slot.usdc.0.checked_add(amount).ok_or(Error::ArithmeticOverflow)?);
    }
    let place = slot.collaterals.get_mut(usize::from(index) - 1).ok_or(Error::UnknownCollateral)?;
    *place = place.checked_add(amount).ok_or(Error::ArithmeticOverflow)?;
    Ok(())
}

/// Changes a slot's USDC and the exchange's sum of negative balances with it.
#[inline(never)]
pub(crate) fn set_usdc(exchange: &mut Exchange, slot: &mut Slot, usdc: i64) -> Result<(), Error> {
    set_usdc_inline(exchange, slot, usdc)
}

/// The same in place, for the hot path.
#[inline(always)]
pub(crate) fn set_usdc_inline(exchange: &mut Exchange, slot: &mut Slot, usdc: i64) -> Result<(), Error> {
    if slot.usdc.0 | usdc < 0 {
        owe(exchange, slot.usdc.0, usdc)?;
    }
    slot.usdc = QuoteAtoms(usdc);
    Ok(())
}

#[cold]
#[inline(never)]
fn owe(exchange: &mut Exchange, before: i64, after: i64) -> Result<(), Error> {
    let owed = |balance: i64| balance.min(0).unsigned_abs();
    let others = exchange.negative_usdc.checked_sub(owed(before)).ok_or(Error::BrokenInvariant)?;
    exchange.negative_usdc = others.checked_add(owed(after)).ok_or(Error::ArithmeticOverflow)?;
    Ok(())
}

/// Lets the outflow bucket fill up to now.
fn refill(known: &mut Collateral, now: i64) {
    let seconds = now.saturating_sub(known.bucket_at).max(0).unsigned_abs();
    let more = known.bucket_refill.saturating_mul(seconds);
    known.bucket_level = known.bucket_level.saturating_add(more).min(known.bucket_capacity);
    known.bucket_at = now;
}

/// Realised profit that has not vested yet, rounded up.
#[inline(never)]
pub fn still_locked(slot: &Slot, now: i64) -> u64 {
    let locked = slot.locked.0.max(0).unsigned_abs();
    let passed = now.saturating_sub(i64::from(slot.locked_at)).max(0).unsigned_abs();
    let period = u64::from(slot.locked_for);
    if passed >= period {
        return 0;
    }
    mul_div(locked, period - passed, period, Rounding::Up).unwrap_or(locked)
}

/// Takes money out of the slot or the parked balance; the shell then moves the tokens.
///
/// # Errors
/// `ExchangeNotOpen`, `Paused`, `WithdrawalsResting`, `ZeroAmount`, `UnknownCollateral`,
/// `InsufficientParked`, `ExceedsWithdrawable`, `OutflowLimited`, `StaleGeneration`.
pub fn withdraw(
    exchange: &mut Exchange,
    slots: &mut [Slot],
    trader: &mut Trader,
    index: u8,
    amount: u64,
    now: Now,
) -> Result<Moved, Error> {
    require_open(exchange, 0)?;
    if changes::withdrawals_paused(exchange, now.unix) {
        return Err(Error::Paused);
    }
    if now.unix < exchange.withdraw_rest_until {
        return Err(Error::WithdrawalsResting);
    }
    collateral(exchange, index)?;
    let parked = trader.active == 0;
    let available = if parked {
        *trader.parked.get(usize::from(index)).ok_or(Error::UnknownCollateral)?
    } else {
        withdrawable(exchange, slots::of(slots, trader)?, index, now)?
    };
    let (amount, cut) = outflow(exchange, index, amount, available, parked, now.unix)?;
    if parked {
        trader.parked[usize::from(index)] -= amount;
        let known = &mut exchange.collaterals[usize::from(index)];
        known.total_parked = known.total_parked.checked_sub(amount).ok_or(Error::BrokenInvariant)?;
    } else {
        let slot = slots::of(slots, trader)?;
        debit(exchange, slot, index, amount)?;
        slot.last_active = u32::try_from(now.unix).map_err(|_| Error::ArithmeticOverflow)?;
    }
    Ok(Moved { amount, cut, parked })
}

/// What an active slot may take out of a collateral, with the funding of its markets accrued to now.
pub(crate) fn withdrawable(exchange: &mut Exchange, slot: &Slot, index: u8, now: Now) -> Result<u64, Error> {
    accrue(exchange, slot, now)?;
    margin::withdrawable(exchange, slot, index, now)
}

/// Accrues the funding of a slot's markets to now.
#[inline(never)]
pub(crate) fn accrue(exchange: &mut Exchange, slot: &Slot, now: Now) -> Result<(), Error> {
    for position in slot.positions.iter().filter(|position| position.market != NO_MARKET) {
        let market = exchange.markets.get_mut(usize::from(position.market)).ok_or(Error::BrokenInvariant)?;
        mark::integrate(market, now);
    }
    Ok(())
}

/// Decides how much leaves the balance, and how much of it the deficit takes; the rest comes out of the
/// totals and the outflow bucket.
fn outflow(
    exchange: &mut Exchange,
    index: u8,
    wanted: u64,
    available: u64,
    parked: bool,
    now: i64,
) -> Result<(u64, u64), Error> {
    let known = &mut exchange.collaterals[usize::from(index)];
    refill(known, now);
    let limited = known.bucket_capacity > 0;
    let amount = match wanted {
        EVERYTHING if limited => available.min(known.bucket_level),
        EVERYTHING => available,
        _ => wanted,
    };
    if amount == 0 {
        return Err(Error::ZeroAmount);
    }
    if amount > available {
        return Err(if parked { Error::InsufficientParked } else { Error::ExceedsWithdrawable });
    }
    let cut = if index == 0 { insurance::share_of_deficit(exchange, amount)? } else { 0 };
    let paid = amount - cut;
    let known = &mut exchange.collaterals[usize::from(index)];
    if limited {
        known.bucket_level = known.bucket_level.checked_sub(paid).ok_or(Error::OutflowLimited)?;
    }
    known.total_deposits = known.total_deposits.checked_sub(paid).ok_or(Error::BrokenInvariant)?;
    Ok((amount, cut))
}

pub(crate) fn debit(exchange: &mut Exchange, slot: &mut Slot, index: u8, amount: u64) -> Result<(), Error> {
    if index == 0 {
        let amount = i64::try_from(amount).map_err(|_| Error::ArithmeticOverflow)?;
        return set_usdc(exchange, slot, slot.usdc.0.checked_sub(amount).ok_or(Error::ArithmeticOverflow)?);
    }
    let place = slot.collaterals.get_mut(usize::from(index) - 1).ok_or(Error::UnknownCollateral)?;
    *place = place.checked_sub(amount).ok_or(Error::ExceedsWithdrawable)?;
    Ok(())
}

/// Takes a slot for a parked trader and moves all its parked money into it.
///
/// # Errors
/// `ExchangeNotOpen`, `Paused`, `TraderAlreadyActive`, `BelowSlotEquity`, `LedgerFull`.
pub fn activate(
    exchange: &mut Exchange,
    ledger: &mut LedgerView<'_>,
    trader: &mut Trader,
    now: i64,
) -> Result<(), Error> {
    require_open(exchange, paused::ADMISSION)?;
    if trader.active != 0 {
        return Err(Error::TraderAlreadyActive);
    }
    if trader.parked[0] < slots::slot_price(exchange, ledger.header) {
        return Err(Error::BelowSlotEquity);
    }
    let (index, generation) = slots::take(exchange, ledger, trader.owner, trader.sub, now)?;
    trader.active = 1;
    trader.slot_index = index;
    trader.generation = generation;
    let slot = ledger.slots.get_mut(usize::from(index)).ok_or(Error::BrokenInvariant)?;
    for (kind, parked) in trader.parked.iter_mut().enumerate() {
        let amount = core::mem::take(parked);
        if amount > 0 {
            credit(exchange, slot, kind as u8, amount)?;
            let known = &mut exchange.collaterals[kind];
            known.total_parked = known.total_parked.checked_sub(amount).ok_or(Error::BrokenInvariant)?;
        }
    }
    Ok(())
}

/// Frees the slot of an empty trader, if it has one. The account can be deleted afterwards.
///
/// # Errors
/// `TraderNotEmpty`, `StaleGeneration`.
pub fn close(exchange: &mut Exchange, ledger: &mut LedgerView<'_>, trader: &mut Trader) -> Result<(), Error> {
    if trader.parked.iter().any(|parked| *parked != 0) || trader.executor_fees != 0 {
        return Err(Error::TraderNotEmpty);
    }
    if trader.active != 0 {
        slots::of(ledger.slots, trader)?;
        slots::free(exchange, ledger, trader.slot_index)?;
        trader.active = 0;
        trader.slot_index = NO_SLOT;
    }
    Ok(())
}

/// The balances that an event reports.
///
/// # Errors
/// `StaleGeneration`.
#[inline(never)]
pub fn balances(slots: &mut [Slot], trader: &Trader) -> Result<Balances, Error> {
    let mut balances = Balances {
        slot_index: trader.slot_index,
        generation: trader.generation,
        usdc: 0,
        locked: 0,
        locked_at: 0,
        locked_for: 0,
        collaterals: [0; 4],
        parked: trader.parked,
    };
    if trader.active != 0 {
        let slot = slots::of(slots, trader)?;
        balances.usdc = slot.usdc.0;
        balances.locked = slot.locked.0;
        balances.locked_at = slot.locked_at;
        balances.locked_for = slot.locked_for;
        balances.collaterals = slot.collaterals;
    }
    Ok(balances)
}
