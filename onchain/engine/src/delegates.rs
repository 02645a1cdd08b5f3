//! Keys that act for an owner, within limits that the program holds.
//!
//! A delegate may place, change and cancel orders and triggers, and transfer between the owner's own
//! sub-accounts where its entry says so. Its limits count what it sends, when it sends it: who fills a
//! resting order later does not see this account.

use crate::error::Error;
use crate::instructions::DelegateTerms;
use crate::margin;
use crate::now::Now;
use crate::state::{Delegate, Market, Trader};
use crate::units::{Pubkey, product};

/// Bits of `Delegate::flags`.
pub mod delegate_flags {
    /// Only orders that may but shrink a position.
    pub const REDUCE_ONLY: u32 = 1;
    /// May transfer between the owner's sub-accounts.
    pub const TRANSFER: u32 = 2;
}

const ALL_FLAGS: u32 = delegate_flags::REDUCE_ONLY | delegate_flags::TRANSFER;
const DAY_S: i64 = 86_400;

/// Sets a delegate's limits, or takes its entry away when `expires` has passed. What it used today stays
/// counted.
///
/// # Errors
/// `ParameterOutOfBounds` for the owner itself, nobody, or an unknown bit; `TableFull` beyond four.
pub fn set(trader: &mut Trader, terms: &DelegateTerms, now: Now) -> Result<(), Error> {
    let DelegateTerms { delegate, expires, market_bitmap, max_order, max_position, daily_limit, flags } = *terms;
    let nobody = Pubkey::default();
    if delegate == trader.owner || delegate == nobody || flags & !ALL_FLAGS != 0 {
        return Err(Error::ParameterOutOfBounds);
    }
    let entries = &mut trader.delegates;
    let known = entries.iter().position(|entry| entry.key == delegate);
    if expires != 0 && expires <= now.unix {
        if let Some(index) = known {
            entries[index] = Delegate::zeroed();
        }
        return Ok(());
    }
    let index = known.or_else(|| entries.iter().position(|entry| entry.key == nobody)).ok_or(Error::TableFull)?;
    let old = entries[index];
    entries[index] =
        Delegate { key: delegate, expires, market_bitmap, max_order, max_position, daily_limit, flags, ..old };
    Ok(())
}

/// Which entry `signer` acts by; `None` for the owner.
///
/// # Errors
/// `NotAuthorised`, `DelegateExpired`.
#[inline(always)]
pub fn authorise(trader: &Trader, signer: &Pubkey, now: Now) -> Result<Option<u8>, Error> {
    if trader.owner == *signer { Ok(None) } else { find(trader, signer, now).map(Some) }
}

#[cold]
#[inline(never)]
fn find(trader: &Trader, signer: &Pubkey, now: Now) -> Result<u8, Error> {
    let index = trader.delegates.iter().position(|entry| entry.key == *signer).ok_or(Error::NotAuthorised)?;
    let entry = &trader.delegates[index];
    if entry.key == Pubkey::default() {
        return Err(Error::NotAuthorised);
    }
    if entry.expires != 0 && entry.expires <= now.unix {
        return Err(Error::DelegateExpired);
    }
    Ok(index as u8)
}

/// Whether `signer` may transfer from this account to another of its owner.
///
/// # Errors
/// `NotAuthorised`, `DelegateExpired`; `DelegateLimit` without the bit.
pub fn may_transfer(trader: &Trader, signer: &Pubkey, now: Now) -> Result<(), Error> {
    match authorise(trader, signer, now)? {
        Some(index) if trader.delegates[usize::from(index)].flags & delegate_flags::TRANSFER == 0 => {
            Err(Error::DelegateLimit)
        }
        _ => Ok(()),
    }
}

/// An order as the limits see it. Its price is its own or the mark, whichever is higher: a sale at a
/// low limit fills at better prices.
#[derive(Clone, Copy)]
pub struct Sent {
    /// Market index.
    pub market: u8,
    /// It can but shrink the position.
    pub reduce_only: bool,
    /// Limit price in ticks; 0 is none.
    pub ticks: u32,
    /// Another price that it may trade at, quote atoms per lot; 0 is none.
    pub price: u64,
    /// Lots sent.
    pub lots: u64,
    /// Lots that traded or rest.
    pub used: u64,
}

/// Counts an order against the delegate's limits.
///
/// # Errors
/// `DelegateLimit`, `NotionalTooLarge`.
#[cold]
#[inline(never)]
pub fn charge(entry: &mut Delegate, market: &Market, sent: &Sent, now: Now) -> Result<(), Error> {
    let limit = product(u64::from(sent.ticks), market.tick_size).ok_or(Error::NotionalTooLarge)?;
    let price = limit.max(sent.price).max(market.mark_price.0);
    let barred = entry.market_bitmap & (1 << sent.market) == 0
        || entry.flags & delegate_flags::REDUCE_ONLY != 0 && !sent.reduce_only
        || exceeds(margin::notional(sent.lots, price)?, entry.max_order);
    let day = (now.unix / DAY_S) as u32;
    if entry.day != day {
        (entry.day, entry.daily_used) = (day, 0);
    }
    entry.daily_used = entry.daily_used.saturating_add(margin::notional(sent.used, price)?);
    if barred || exceeds(entry.daily_used, entry.daily_limit) {
        return Err(Error::DelegateLimit);
    }
    Ok(())
}

/// Holds the position, with all its orders of a side filled, to the delegate's largest.
///
/// # Errors
/// `DelegateLimit`, `NotionalTooLarge`.
#[cold]
#[inline(never)]
pub fn check_position(entry: &Delegate, market: &Market, exposure: u64) -> Result<(), Error> {
    if exceeds(margin::notional(exposure, market.mark_price.0)?, entry.max_position) {
        return Err(Error::DelegateLimit);
    }
    Ok(())
}

const fn exceeds(notional: u64, limit: u64) -> bool {
    limit != 0 && notional > limit
}
