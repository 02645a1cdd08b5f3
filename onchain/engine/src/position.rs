//! A slot's positions: finding, opening and freeing entries; what a fill does to one.

use crate::error::Error;
use crate::instructions::Side;
use crate::state::{NO_MARKET, Position, Slot};
use crate::units::{BaseLots, QuoteAtoms, Rounding, difference, mul_div_signed, sum, value_of};

/// Index of the entry for a market, if the slot has one.
#[inline(never)]
pub fn find(slot: &Slot, market: u8) -> Option<usize> {
    find_inline(slot, market)
}

/// The same in place, for the hot path.
#[inline(always)]
pub fn find_inline(slot: &Slot, market: u8) -> Option<usize> {
    if slot.market_bitmap & (1 << market) == 0 {
        return None;
    }
    slot.positions.iter().position(|position| position.market == market)
}

/// Index of the entry for a market, taking a free one if there is none yet.
///
/// # Errors
/// `TooManyPositions`.
#[inline(always)]
pub fn find_or_take(slot: &mut Slot, market: u8) -> Result<usize, Error> {
    match find_inline(slot, market) {
        Some(index) => Ok(index),
        None => take(slot, market),
    }
}

#[inline(never)]
fn take(slot: &mut Slot, market: u8) -> Result<usize, Error> {
    let free = slot.positions.iter().position(|position| position.market == NO_MARKET);
    let index = free.ok_or(Error::TooManyPositions)?;
    let position = &mut slot.positions[index];
    *position = Position::zeroed();
    position.market = market;
    slot.market_bitmap |= 1 << market;
    Ok(index)
}

/// Frees the entry when nothing is left in it.
#[inline(always)]
pub fn free_if_empty(slot: &mut Slot, index: usize) {
    let position = &mut slot.positions[index];
    if position.base == BaseLots::ZERO && position.bid_orders | position.ask_orders == 0 {
        let market = position.market;
        position.market = NO_MARKET;
        slot.market_bitmap &= !(1 << market);
    }
}

/// The larger of what the position would be if all its bids, or all its asks, were filled.
#[inline(never)]
pub fn exposure(position: &Position) -> u64 {
    exposure_inline(position)
}

/// The same in place, for the hot path.
#[inline(always)]
pub fn exposure_inline(position: &Position) -> u64 {
    let longest = sum(position.base.0, i64::from(position.bid_lots)).unsigned_abs();
    let shortest = difference(position.base.0, i64::from(position.ask_lots)).unsigned_abs();
    longest.max(shortest)
}

/// Counts an order into, or out of, the resting totals.
#[inline(always)]
pub fn rest(position: &mut Position, side: Side, lots: u32) -> Result<(), Error> {
    let (orders, total) = match side {
        Side::Bid => (&mut position.bid_orders, &mut position.bid_lots),
        Side::Ask => (&mut position.ask_orders, &mut position.ask_lots),
    };
    *total = total.checked_add(lots).ok_or(Error::ArithmeticOverflow)?;
    *orders += 1;
    Ok(())
}

/// Takes lots, and the order itself when it is `gone`, out of the resting totals.
#[inline(always)]
pub fn unrest(position: &mut Position, side: Side, lots: u32, gone: bool) {
    let (orders, total) = match side {
        Side::Bid => (&mut position.bid_orders, &mut position.bid_lots),
        Side::Ask => (&mut position.ask_orders, &mut position.ask_lots),
    };
    *total -= lots;
    *orders -= u8::from(gone);
}

/// Moves base and quote for a fill of `lots` at `price` quote atoms per lot and returns the profit
/// that it realised. `epoch` marks a position that opened or turned.
///
/// The quote of the closed part leaves proportionally, rounded down: against its owner's balance.
///
/// # Errors
/// `ArithmeticOverflow`.
#[inline(always)]
pub fn fill(position: &mut Position, side: Side, lots: u32, price: u64, epoch: u32) -> Result<QuoteAtoms, Error> {
    let lots = i64::from(lots);
    let base = position.base.0;
    let adds = base == 0 || (base > 0) == matches!(side, Side::Bid);
    let closed = if adds { 0 } else { lots.min(base.abs()) };
    let mut realised = 0;
    if closed > 0 {
        realised = close(position, bought(side, closed), price)?;
    }
    let opened = lots - closed;
    if opened > 0 {
        if position.base.0 == 0 {
            position.epoch = epoch;
        }
        let opened = bought(side, opened);
        let paid = value_of(opened, price).ok_or(Error::ArithmeticOverflow)?;
        position.base.0 = sum(position.base.0, opened);
        position.quote.0 = difference(position.quote.0, paid);
        position.entry_quote.0 = difference(position.entry_quote.0, paid);
    }
    Ok(QuoteAtoms(realised))
}

/// Lots that a fill of this side adds to the base.
#[inline(always)]
const fn bought(side: Side, lots: i64) -> i64 {
    match side {
        Side::Bid => lots,
        Side::Ask => -lots,
    }
}

/// Closes part of a position; `bought` is against its sign.
#[inline(always)]
fn close(position: &mut Position, bought: i64, price: u64) -> Result<i64, Error> {
    let closed = bought.unsigned_abs();
    let size = position.base.0.unsigned_abs();
    let (quote, entry) = if closed == size {
        (position.quote.0, position.entry_quote.0)
    } else {
        (part(position.quote.0, closed, size)?, part(position.entry_quote.0, closed, size)?)
    };
    position.base.0 = sum(position.base.0, bought);
    position.quote.0 = difference(position.quote.0, quote);
    position.entry_quote.0 = difference(position.entry_quote.0, entry);
    Ok(difference(quote, value_of(bought, price).ok_or(Error::ArithmeticOverflow)?))
}

#[inline(never)]
fn part(amount: i64, of: u64, whole: u64) -> Result<i64, Error> {
    mul_div_signed(amount, of, whole, Rounding::Down).ok_or(Error::ArithmeticOverflow)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(base: i64, quote: i64) -> Position {
        let mut position = Position::zeroed();
        position.base = BaseLots(base);
        position.quote = QuoteAtoms(quote);
        position.entry_quote = QuoteAtoms(quote);
        position
    }

    #[test]
    fn opening_pays_the_notional_and_realises_nothing() {
        let mut position = open(0, 0);
        assert_eq!(fill(&mut position, Side::Bid, 5, 100, 7), Ok(QuoteAtoms(0)));
        assert_eq!((position.base.0, position.quote.0, position.epoch), (5, -500, 7));
    }

    #[test]
    fn a_reduction_realises_its_share_rounded_against_the_owner() {
        let mut position = open(3, -100);
        // A third of -100 is -33.33: rounded down to -34, and the sale brings 40.
        assert_eq!(fill(&mut position, Side::Ask, 1, 40, 7), Ok(QuoteAtoms(6)));
        assert_eq!((position.base.0, position.quote.0, position.epoch), (2, -66, 0));
    }

    #[test]
    fn a_turn_realises_everything_and_opens_the_rest_in_a_new_epoch() {
        let mut position = open(-2, 210);
        assert_eq!(fill(&mut position, Side::Bid, 5, 100, 9), Ok(QuoteAtoms(10)));
        assert_eq!((position.base.0, position.quote.0, position.entry_quote.0), (3, -300, -300));
        assert_eq!(position.epoch, 9);
    }

    #[test]
    fn exposure_is_the_larger_side_with_its_orders() {
        let mut position = open(5, 0);
        (position.bid_lots, position.ask_lots) = (3, 20);
        assert_eq!(exposure(&position), 15);
    }
}
