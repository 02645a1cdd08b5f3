//! Resting what is left of an order.

use super::Venue;
use super::gates::Intent;
use crate::book::crosses;
use crate::error::Error;
use crate::events::removal;
use crate::instructions::{OrderId, Side};
use crate::position;
use crate::state::Order;
use crate::units::product;

/// Most resting orders a side of a market per slot.
pub const MAX_ORDERS_A_SIDE: u8 = 64;
/// The minimum to rest is multiplied by 1, 2, 8, 32 by quarter of the side's occupancy: as shifts.
const OCCUPANCY_SHIFT: [u32; 4] = [0, 1, 3, 5];

impl Venue<'_> {
    /// Rests `lots` under the order's id. On a full side the worst price,
    /// newest first, makes room for a better one.
    #[inline(always)]
    pub(super) fn rest(&mut self, intent: &Intent, id: OrderId, lots: u32, index: usize) -> Result<(), Error> {
        let side = intent.side;
        let OrderId { ticks, seq } = id;
        self.check_rest(intent, ticks, lots, index)?;
        if self.book.count(side) >= self.book.header.capacity as usize {
            self.evict(side, ticks)?;
        }
        let order = Order {
            ticks,
            lots,
            seq,
            client_id: intent.client_id,
            expiry: intent.expiry,
            slot: self.trader,
            flags: intent.flags,
            ledger: 0,
        };
        self.book.insert(side, order)?;
        self.changed(side);
        position::rest(&mut self.slot_mut().positions[index], side, lots)?;
        self.record.touch_inline(self.trader, 0)
    }

    #[inline(always)]
    fn check_rest(&self, intent: &Intent, ticks: u32, lots: u32, index: usize) -> Result<(), Error> {
        let position = &self.slot().positions[index];
        let (own, held) = match intent.side {
            Side::Bid => (position.bid_orders, position.bid_lots),
            Side::Ask => (position.ask_orders, position.ask_lots),
        };
        if own >= MAX_ORDERS_A_SIDE {
            return Err(Error::TooManyOrders);
        }
        let market = self.market();
        let capacity = u64::from(self.book.header.capacity.max(1));
        let quarter = (self.book.count(intent.side) as u64 * 4 / capacity).min(3) as usize;
        // At most $1,000 by its bounds, times 32.
        let least = market.min_order_notional << OCCUPANCY_SHIFT[quarter];
        let closes = intent.reduce_only() && u64::from(lots) == position.base.0.unsigned_abs();
        let price = product(u64::from(ticks), market.tick_size).ok_or(Error::NotionalTooLarge)?;
        if product(u64::from(lots), price).is_some_and(|notional| notional < least) && !closes {
            return Err(Error::BelowRestingMinimum);
        }
        // Before the book changes: a batch keeps what a refused order did, and an order that its owner's
        // total does not count could never be taken or cancelled.
        if held.checked_add(lots).is_none() {
            return Err(Error::ArithmeticOverflow);
        }
        Ok(())
    }

    #[cold]
    #[inline(never)]
    fn evict(&mut self, side: Side, ticks: u32) -> Result<(), Error> {
        let worst = self.book.orders(side).first().ok_or(Error::BookSideFull)?.ticks;
        if ticks == worst || crosses(side, worst, ticks) {
            return Err(Error::BookSideFull);
        }
        self.remove_order(side, 0, removal::EVICTED)
    }
}
