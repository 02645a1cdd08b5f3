//! Freeing slots, the dead-man switch, and money between an owner's own sub-accounts.

use crate::delegates;
use crate::error::Error;
use crate::money::{self, EVERYTHING};
use crate::now::Now;
use crate::slots::{self, LedgerView};
use crate::state::{Exchange, NO_SLOT, Slot, Trader};
use crate::triggers;
use crate::units::{Pubkey, QuoteAtoms};

/// A slot unused for this long may be freed by anyone: seven days.
const IDLE_S: i64 = 7 * 86_400;

/// Frees a flat trader's slot and parks its money. `signer` may be anyone once the slot was idle for
/// seven days or holds less USDC than the exchange's minimum.
///
/// # Errors
/// `TraderNotActive`, `StaleGeneration`; `NotAuthorised` for others too early; `TraderNotEmpty` with a
/// position, an order or a negative balance; `ExceedsWithdrawable` while a profit still vests, which
/// parking would otherwise set free.
pub fn park(
    exchange: &mut Exchange,
    ledger: &mut LedgerView<'_>,
    trader: &mut Trader,
    signer: &Pubkey,
    now: Now,
) -> Result<(), Error> {
    money::require_open(exchange, 0)?;
    let slot = slots::of(ledger.slots, trader)?;
    if trader.owner != *signer && !is_forsaken(exchange, slot, now) {
        return Err(Error::NotAuthorised);
    }
    if slot.market_bitmap != 0 || slot.usdc.0 < 0 {
        return Err(Error::TraderNotEmpty);
    }
    if money::still_locked(slot, now.unix) != 0 {
        return Err(Error::ExceedsWithdrawable);
    }
    triggers::release_all(exchange, slot, trader)?;
    let balances = [
        slot.usdc.0.unsigned_abs(),
        slot.collaterals[0],
        slot.collaterals[1],
        slot.collaterals[2],
        slot.collaterals[3],
    ];
    slot.usdc = QuoteAtoms::ZERO;
    slot.collaterals = [0; 4];
    for (index, amount) in balances.into_iter().enumerate().filter(|(_, amount)| *amount > 0) {
        park_amount(exchange, trader, index, amount)?;
    }
    slots::free(exchange, ledger, trader.slot_index)?;
    trader.active = 0;
    trader.slot_index = NO_SLOT;
    Ok(())
}

fn is_forsaken(exchange: &Exchange, slot: &Slot, now: Now) -> bool {
    let idle = now.unix - i64::from(slot.last_active) > IDLE_S;
    idle || slot.usdc.0 < exchange.min_slot_equity as i64
}

fn park_amount(exchange: &mut Exchange, trader: &mut Trader, index: usize, amount: u64) -> Result<(), Error> {
    let known = exchange.collaterals.get_mut(index).ok_or(Error::UnknownCollateral)?;
    known.total_parked = known.total_parked.checked_add(amount).ok_or(Error::ArithmeticOverflow)?;
    let place = trader.parked.get_mut(index).ok_or(Error::UnknownCollateral)?;
    *place = place.checked_add(amount).ok_or(Error::ArithmeticOverflow)?;
    Ok(())
}

/// Sets the slot past which the trader's orders count as expired; 0 switches it off.
///
/// # Errors
/// `NotAuthorised`, `TraderNotActive`, `StaleGeneration`; `InstructionExpired` for a slot that has passed.
pub fn set_dead_man(
    slots: &mut [Slot],
    trader: &Trader,
    signer: &Pubkey,
    cancel_after_slot: u64,
    now: Now,
) -> Result<(), Error> {
    if trader.owner != *signer {
        return Err(Error::NotAuthorised);
    }
    if cancel_after_slot != 0 && cancel_after_slot < now.slot {
        return Err(Error::InstructionExpired);
    }
    let slot = slots::of(slots, trader)?;
    slot.cancel_after_slot = cancel_after_slot;
    slot.last_active = u32::try_from(now.unix).map_err(|_| Error::ArithmeticOverflow)?;
    Ok(())
}

/// Moves money from one sub-account to another of the same owner; returns how much. What may leave is
/// what could be withdrawn, so that no transfer frees a profit that still vests or margin in use.
///
/// # Errors
/// `ExchangeNotOpen`, `NotAuthorised` between owners, those of
/// [`delegates::may_transfer`], `UnknownCollateral`, `ZeroAmount`, `InsufficientParked`,
/// `ExceedsWithdrawable`, `StaleGeneration`.
pub fn transfer(
    exchange: &mut Exchange,
    slots: &mut [Slot],
    (from, to): (&mut Trader, &mut Trader),
    signer: &Pubkey,
    (index, amount): (u8, u64),
    now: Now,
) -> Result<u64, Error> {
    money::require_open(exchange, 0)?;
    delegates::may_transfer(from, signer, now)?;
    money::collateral(exchange, index)?;
    if from.owner != to.owner {
        return Err(Error::NotAuthorised);
    }
    let amount = leave(exchange, slots, from, index, amount, now)?;
    if to.active == 0 {
        park_amount(exchange, to, usize::from(index), amount)?;
    } else {
        let slot = slots::of(slots, to)?;
        money::credit(exchange, slot, index, amount)?;
    }
    Ok(amount)
}

fn leave(
    exchange: &mut Exchange,
    slots: &mut [Slot],
    from: &mut Trader,
    index: u8,
    wanted: u64,
    now: Now,
) -> Result<u64, Error> {
    let parked = from.active == 0;
    let available = if parked {
        *from.parked.get(usize::from(index)).ok_or(Error::UnknownCollateral)?
    } else {
        money::withdrawable(exchange, slots::of(slots, from)?, index, now)?
    };
    let amount = if wanted == EVERYTHING { available } else { wanted };
    if amount == 0 {
        return Err(Error::ZeroAmount);
    }
    if amount > available {
        return Err(if parked { Error::InsufficientParked } else { Error::ExceedsWithdrawable });
    }
    if parked {
        from.parked[usize::from(index)] -= amount;
        let known = &mut exchange.collaterals[usize::from(index)];
        known.total_parked = known.total_parked.checked_sub(amount).ok_or(Error::BrokenInvariant)?;
    } else {
        money::debit(exchange, slots::of(slots, from)?, index, amount)?;
    }
    Ok(amount)
}
