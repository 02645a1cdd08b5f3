//! One side of a trade on one slot: funding, base and quote, fees, open interest.

use super::Venue;
use crate::error::Error;
use crate::funding;
use crate::instructions::Side;
use crate::margin::{self, Margin};
use crate::money;
use crate::position;
use crate::state::{Exchange, Market, Position, Slot};
use crate::units::{MILLION, Rounding, difference, mul_div_signed, sum, value_of};
use crate::vesting;

/// A trade as one of its two sides sees it.
#[derive(Clone, Copy)]
pub(super) struct Trade {
    pub side: Side,
    pub lots: u32,
    /// Quote atoms per lot.
    pub price: u64,
    /// Quote atoms, negative is a rebate.
    pub fee: i64,
}

/// Fee on a notional, rounded up: against who pays it and against who would receive a rebate.
#[inline(always)]
pub(super) fn fee(notional: u64, rate: i64) -> Result<i64, Error> {
    mul_div_signed(rate, notional, MILLION, Rounding::Up).ok_or(Error::ArithmeticOverflow)
}

/// Settles the funding of a position into the balance; returns what was paid.
#[inline(always)]
pub(super) fn settle_funding(
    exchange: &mut Exchange,
    market: usize,
    slot: &mut Slot,
    index: usize,
) -> Result<i64, Error> {
    let paid = funding::settle(&mut exchange.markets[market], &mut slot.positions[index])?.0;
    if paid != 0 {
        money::set_usdc(exchange, slot, difference(slot.usdc.0, paid))?;
    }
    Ok(paid)
}

/// The predicate of a fill, for maker and taker alike: maintenance health afterwards must be at least
/// 0 or at least what it was. `others` is the margin of everything but this position and without
/// the USDC balance. Funding of the position is settled.
#[inline(never)]
pub(super) fn may_fill(
    market: &Market,
    position: &Position,
    usdc: i64,
    others: &Margin,
    trade: &Trade,
) -> Result<bool, Error> {
    let after = health_after(market, position, usdc, others, trade)?;
    if after >= 0 {
        return Ok(true);
    }
    let unchanged = Trade { lots: 0, fee: 0, ..*trade };
    Ok(after >= health_after(market, position, usdc, others, &unchanged)?)
}

#[inline(never)]
fn health_after(market: &Market, position: &Position, usdc: i64, others: &Margin, trade: &Trade) -> Result<i64, Error> {
    let mark = market.mark_price.0;
    let bought = match trade.side {
        Side::Bid => i64::from(trade.lots),
        Side::Ask => -i64::from(trade.lots),
    };
    let base = sum(position.base.0, bought);
    let paid = value_of(bought, trade.price).ok_or(Error::ArithmeticOverflow)?;
    let quote = difference(position.quote.0, paid);
    let required = margin::maintenance_of_inline(market, base.unsigned_abs(), mark)? as i64;
    let value = value_of(base, mark).ok_or(Error::ArithmeticOverflow)?;
    let health = sum(difference(sum(others.health(), usdc), trade.fee), quote);
    Ok(difference(sum(health, value), required))
}

impl Venue<'_> {
    /// Books the trade on a slot and returns the profit that it realised. One copy for both sides of a fill
    /// and for positions that change hands without the book: it is long.
    #[inline(never)]
    pub(super) fn settle_trade(&mut self, slot: u16, index: usize, trade: &Trade) -> Result<i64, Error> {
        let (exchange, slot) = (&mut *self.exchange, &mut self.slots[usize::from(slot)]);
        // The number of the event that will report it: unique, so that no trigger survives its position.
        let epoch = (exchange.event_seq + 1) as u32;
        let before = slot.positions[index].base.0;
        let realised = position::fill(&mut slot.positions[index], trade.side, trade.lots, trade.price, epoch)?.0;
        let after = slot.positions[index].base.0;
        vesting::book(slot, realised, exchange.markets[self.market].vesting_s, self.now.unix)?;
        money::set_usdc_inline(exchange, slot, difference(sum(slot.usdc.0, realised), trade.fee))?;
        exchange.open_quote = difference(exchange.open_quote, realised);
        exchange.fees_collected = sum(exchange.fees_collected, trade.fee);
        let market = &mut exchange.markets[self.market];
        market.open_long = market.open_long + after.max(0).unsigned_abs() - before.max(0).unsigned_abs();
        market.open_short = market.open_short + after.min(0).unsigned_abs() - before.min(0).unsigned_abs();
        Ok(realised)
    }
}
