//! The end of a market: every order is cancelled and every position closed at one computed price.
//!
//! The price is the mean of the index over the first hour in which the market settles, weighted by time
//! ([`crate::mark`] gathers it): no argument, and no single print, decides it.

use super::Venue;
use super::settle::Trade;
use crate::error::Error;
use crate::events::{TransferRecord, removal};
use crate::instructions::Side;
use crate::now::Now;
use crate::position;
use crate::recorder::{MAX_MATCH_REMOVALS, MAX_TRANSFERS};
use crate::state::{Market, market_status};
use crate::units::LotPrice;

/// The index is gathered this long, seconds.
pub const SETTLEMENT_S: u64 = 3_600;

/// Adds what the index was from `from` (unix seconds) to now while a market settles, up to one hour. Time at whose
/// end the price was too old to liquidate with does not count: a feed that stands still settles nobody.
#[cold]
#[inline(never)]
pub(crate) fn gather(market: &mut Market, from: i64, now: Now) {
    if now.unix.saturating_mul(1_000) - market.publish_ms > i64::from(market.liquidate_max_age_ms) {
        return;
    }
    let left = SETTLEMENT_S - market.settlement_seconds.min(SETTLEMENT_S);
    let seconds = (now.unix - from).max(0).unsigned_abs().min(left);
    market.settlement_sum = market.settlement_sum.saturating_add(market.index_price.0.saturating_mul(seconds));
    market.settlement_seconds += seconds;
}

/// Runs `settle_slots`: cancels up to 32 orders a side, best first, and closes nothing (`false`); once the book is
/// empty closes up to sixteen positions, from the slot where the last call ended. With the last position the market
/// is settled.
///
/// # Errors
/// `MarketNotActive` unless the market settles, `SettlementTooEarly` before the hour is full.
#[inline(never)]
pub fn settle_slots(venue: &mut Venue<'_>) -> Result<bool, Error> {
    let market = &mut venue.exchange.markets[venue.market];
    if market.status != market_status::SETTLING {
        return Err(Error::MarketNotActive);
    }
    if market.settlement_seconds < SETTLEMENT_S {
        return Err(Error::SettlementTooEarly);
    }
    if market.settlement_price.0 == 0 {
        market.settlement_price = LotPrice((market.settlement_sum / market.settlement_seconds).max(1));
        market.cursor = 0;
    }
    if venue.clear_book()? {
        venue.finish()?;
        return Ok(false);
    }
    venue.close_positions()?;
    venue.finish()?;
    Ok(true)
}

impl Venue<'_> {
    /// Cancels orders; returns whether there were any.
    fn clear_book(&mut self) -> Result<bool, Error> {
        let mut any = false;
        for side in [Side::Bid, Side::Ask].into_iter().cycle().take(2 * MAX_MATCH_REMOVALS) {
            if let Some(last) = self.book.count(side).checked_sub(1) {
                self.remove_order(side, last, removal::SETTLED)?;
                any = true;
            }
        }
        Ok(any)
    }

    fn close_positions(&mut self) -> Result<(), Error> {
        let (count, price) = (self.slots.len(), self.market().settlement_price.0);
        let mut index = self.market().cursor as usize;
        while index < count && self.record.transfers() < MAX_TRANSFERS {
            if let Some(entry) = position::find(&self.slots[index], self.market as u8) {
                self.close_at(index as u16, entry, price)?;
            }
            index += 1;
        }
        let market = &mut self.exchange.markets[self.market];
        market.cursor = index as u32;
        if index == count {
            (market.status, market.cursor) = (market_status::SETTLED, 0);
        }
        Ok(())
    }

    fn close_at(&mut self, index: u16, entry: usize, price: u64) -> Result<(), Error> {
        let base = self.slots[usize::from(index)].positions[entry].base.0;
        let lots = u32::try_from(base.unsigned_abs()).map_err(|_| Error::ArithmeticOverflow)?;
        let side = if base > 0 { Side::Ask } else { Side::Bid };
        let pnl = self.settle_side(index, entry, &Trade { side, lots, price, fee: 0 })?;
        let slot = &mut self.slots[usize::from(index)];
        position::free_if_empty(slot, entry);
        let generation = slot.generation;
        let side = side as u8;
        self.record.transfer(TransferRecord { slot: index, generation, side, lots, price, from_pnl: 0, pnl })
    }
}
