//! Stop and take-profit orders that wait in the trader account for the mark price.
//!
//! A trigger only ever shrinks the position it was placed for: it is bound to that position's epoch, so
//! one whose position was closed or turned is dead, however it came about. Its executor's fee leaves
//! the slot when it is placed and comes back when it dies.

use crate::delegates::{self, Sent};
use crate::error::Error;
use crate::instructions::{Side, TriggerTerms};
use crate::margin;
use crate::money;
use crate::now::Now;
use crate::position;
use crate::slots;
use crate::state::{Exchange, NO_MARKET, Position, Slot, Trader, Trigger};
use crate::units::{LotPrice, MILLION, Pubkey};

/// `Trigger::pair` of a trigger without one.
pub const NO_PAIR: u8 = u8::MAX;
/// Largest executor's fee: $1. What it moves must not be worth a way around the vesting of profit.
const LARGEST_FEE: u64 = 1_000_000;

/// `Trigger::kind`.
pub mod trigger_kind {
    /// Closes at the market when the price turns against the position.
    pub const STOP_MARKET: u8 = 0;
    /// Places a limit order then.
    pub const STOP_LIMIT: u8 = 1;
    /// Closes at the market when the price reaches a profit.
    pub const TAKE_PROFIT_MARKET: u8 = 2;
    /// Places a limit order then.
    pub const TAKE_PROFIT_LIMIT: u8 = 3;
}

/// Side of the order that a trigger sends.
#[inline(always)]
pub const fn side_of(side: u8) -> Side {
    if side == 0 { Side::Bid } else { Side::Ask }
}

/// Whether a kind sends a limit order.
pub const fn is_limit(kind: u8) -> bool {
    kind & 1 != 0
}

/// Whether the mark has reached a trigger: from above for the stop of a long and the profit of a short.
pub const fn reached(kind: u8, side: u8, trigger_price: u64, mark: u64) -> bool {
    let stop = kind <= trigger_kind::STOP_LIMIT;
    if stop == (side != 0) { mark <= trigger_price } else { mark >= trigger_price }
}

/// The position that a trigger would shrink, as its entry in the slot; `None` when the trigger is dead.
pub fn bound(slot: &Slot, trigger: &Trigger, now: Now) -> Option<usize> {
    let entry = position::find(slot, trigger.market)?;
    let position = &slot.positions[entry];
    let alive = position.epoch == trigger.epoch && closable(position, trigger.side) != 0;
    (alive && !has_expired(trigger.expires, now)).then_some(entry)
}

/// Whether a trigger's time is over.
pub const fn has_expired(expires: i64, now: Now) -> bool {
    expires != 0 && expires <= now.unix
}

/// Lots of the position that an order of this side would close.
pub fn closable(position: &Position, side: u8) -> u64 {
    let base = position.base.0;
    if (base < 0) == (side == 0) { base.unsigned_abs() } else { 0 }
}

/// Places a trigger in the entry that `terms` name; fills in its size where a delegate left that open.
/// Returns the epoch that it is bound to.
///
/// # Errors
/// `ExchangeNotOpen`, those of [`delegates::authorise`] and
/// [`delegates::charge`], `TraderNotActive`, `StaleGeneration`; `ParameterOutOfBounds`, `UnknownMarket`,
/// `ZeroPrice`, `OrderExpired`, `BelowMinimumNotional`, `ReduceOnlyWouldIncrease` without a position to
/// shrink, `TriggerWouldFire` at the present mark, `TriggerTaken`, `TriggerNotFound` for a pair that
/// cannot be one; `ExceedsWithdrawable` and `InsufficientMargin` for the fee.
#[inline(never)]
pub fn place(
    exchange: &mut Exchange,
    slots: &mut [Slot],
    trader: &mut Trader,
    signer: &Pubkey,
    terms: &mut TriggerTerms,
    now: Now,
) -> Result<u32, Error> {
    money::require_open(exchange, 0)?;
    let delegate = delegates::authorise(trader, signer, now)?;
    let slot = slots::of(slots, trader)?;
    let position = check(exchange, slot, terms, now)?;
    let most = closable(&position, terms.side);
    if delegate.is_some() && terms.lots == 0 {
        terms.lots = most;
    }
    if let Some(delegate) = delegate {
        let lots = terms.lots;
        let (market, ticks) = (terms.market, terms.limit_ticks);
        let sent = Sent { market, reduce_only: true, ticks, price: terms.trigger_price, lots, used: lots };
        let known = &exchange.markets[usize::from(market)];
        delegates::charge(&mut trader.delegates[usize::from(delegate)], known, &sent, now)?;
    }
    let index = usize::from(terms.index);
    let old = trader.triggers.get(index).ok_or(Error::ParameterOutOfBounds)?;
    if old.market != NO_MARKET {
        if bound(slot, old, now).is_some() {
            return Err(Error::TriggerTaken);
        }
        release(exchange, slot, trader, index)?;
    }
    if terms.pair != NO_PAIR {
        let other = trader.triggers.get_mut(usize::from(terms.pair)).ok_or(Error::TriggerNotFound)?;
        if (other.market, other.side, other.epoch, other.pair) != (terms.market, terms.side, position.epoch, NO_PAIR) {
            return Err(Error::TriggerNotFound);
        }
        other.pair = terms.index;
    }
    reserve(exchange, slot, trader, terms.executor_fee, now)?;
    let place = &mut trader.triggers[index];
    place.market = terms.market;
    place.kind = terms.kind;
    place.side = terms.side;
    place.epoch = position.epoch;
    place.trigger_price = LotPrice(terms.trigger_price);
    place.limit_ticks = terms.limit_ticks;
    place.max_slippage = terms.max_slippage;
    place.lots = terms.lots;
    place.executor_fee = terms.executor_fee;
    place.client_id = terms.client_id;
    place.expires = terms.expires;
    place.pair = terms.pair;
    Ok(position.epoch)
}

/// Checks the form of a trigger and returns the position that it shrinks.
fn check(exchange: &Exchange, slot: &Slot, terms: &TriggerTerms, now: Now) -> Result<Position, Error> {
    let odd = terms.kind > trigger_kind::TAKE_PROFIT_LIMIT || terms.side > 1;
    if odd || u64::from(terms.max_slippage) >= MILLION || terms.executor_fee > LARGEST_FEE {
        return Err(Error::ParameterOutOfBounds);
    }
    if u16::from(terms.market) >= exchange.market_count {
        return Err(Error::UnknownMarket);
    }
    let market = &exchange.markets[usize::from(terms.market)];
    if terms.trigger_price == 0 || is_limit(terms.kind) != (terms.limit_ticks != 0) {
        return Err(Error::ZeroPrice);
    }
    if has_expired(terms.expires, now) {
        return Err(Error::OrderExpired);
    }
    let entry = position::find(slot, terms.market).ok_or(Error::ReduceOnlyWouldIncrease)?;
    let position = slot.positions[entry];
    let most = closable(&position, terms.side);
    if most == 0 {
        return Err(Error::ReduceOnlyWouldIncrease);
    }
    let whole = terms.lots == 0 || terms.lots >= most;
    if !whole && margin::notional(terms.lots, terms.trigger_price)? < market.min_order_notional {
        return Err(Error::BelowMinimumNotional);
    }
    if reached(terms.kind, terms.side, terms.trigger_price, market.mark_price.0) {
        return Err(Error::TriggerWouldFire);
    }
    Ok(position)
}

/// Moves the executor's fee out of the slot: only vested money, and never into liquidation.
fn reserve(exchange: &mut Exchange, slot: &mut Slot, trader: &mut Trader, fee: u64, now: Now) -> Result<(), Error> {
    if fee == 0 {
        return Ok(());
    }
    let locked = money::still_locked(slot, now.unix) as i64;
    if slot.usdc.0 - locked < fee as i64 {
        return Err(Error::ExceedsWithdrawable);
    }
    money::set_usdc(exchange, slot, slot.usdc.0 - fee as i64)?;
    money::accrue(exchange, slot, now)?;
    let standing = margin::standing(exchange, slot, now)?;
    if standing.equity < standing.maintenance {
        return Err(Error::InsufficientMargin);
    }
    trader.executor_fees += fee;
    exchange.collaterals[0].total_parked += fee;
    Ok(())
}

/// Takes the reserved fee of a trigger, for whoever it goes to.
pub(crate) fn unreserve(exchange: &mut Exchange, trader: &mut Trader, index: usize) -> Result<i64, Error> {
    let fee = core::mem::take(&mut trader.triggers[index].executor_fee);
    trader.executor_fees = trader.executor_fees.checked_sub(fee).ok_or(Error::BrokenInvariant)?;
    let parked = &mut exchange.collaterals[0].total_parked;
    *parked = parked.checked_sub(fee).ok_or(Error::BrokenInvariant)?;
    Ok(fee as i64)
}

/// Removes a trigger; what its fee reserved goes back to the slot.
#[inline(never)]
pub(crate) fn release(
    exchange: &mut Exchange,
    slot: &mut Slot,
    trader: &mut Trader,
    index: usize,
) -> Result<(), Error> {
    let fee = unreserve(exchange, trader, index)?;
    money::set_usdc(exchange, slot, slot.usdc.0 + fee)?;
    let pair = trader.triggers[index].pair;
    trader.triggers[index] = Trigger { market: NO_MARKET, ..Trigger::zeroed() };
    if let Some(other) = trader.triggers.get_mut(usize::from(pair)) {
        other.pair = NO_PAIR;
    }
    Ok(())
}

/// Removes every trigger.
pub(crate) fn release_all(exchange: &mut Exchange, slot: &mut Slot, trader: &mut Trader) -> Result<(), Error> {
    for index in 0..trader.triggers.len() {
        if trader.triggers[index].market != NO_MARKET {
            release(exchange, slot, trader, index)?;
        }
    }
    Ok(())
}

/// Removes a trigger on behalf of the owner or a delegate.
///
/// # Errors
/// Those of [`delegates::authorise`], `TraderNotActive`, `StaleGeneration`, `TriggerNotFound`.
pub fn cancel(
    exchange: &mut Exchange,
    slots: &mut [Slot],
    trader: &mut Trader,
    signer: &Pubkey,
    index: u8,
    now: Now,
) -> Result<(), Error> {
    delegates::authorise(trader, signer, now)?;
    let slot = slots::of(slots, trader)?;
    let index = usize::from(index);
    if trader.triggers.get(index).is_none_or(|trigger| trigger.market == NO_MARKET) {
        return Err(Error::TriggerNotFound);
    }
    release(exchange, slot, trader, index)
}
