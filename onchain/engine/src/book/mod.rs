//! A book's two sides: sorted arrays whose best price is at the END, so that taking it is a
//! decrement and resting near it moves few bytes.
//!
//! Among equal prices the oldest lies nearest the end: it is matched first.

mod side;

pub use side::{crosses, insertion_point, position_of, position_of_inline};

use crate::error::Error;
use crate::instructions::Side;
use crate::state::{Book, Order};

/// Top bit of an order's running number: an ask.
pub const ASK_BIT: u64 = 1 << 63;

/// A book's header and its two sides.
pub struct BookView<'a> {
    /// Header.
    pub header: &'a mut Book,
    /// Room for bids.
    pub bids: &'a mut [Order],
    /// Room for asks.
    pub asks: &'a mut [Order],
}

/// The side that an order's running number names.
#[inline(always)]
pub const fn side_of(seq: u64) -> Side {
    if seq & ASK_BIT == 0 { Side::Bid } else { Side::Ask }
}

impl BookView<'_> {
    /// Resting orders of a side.
    #[inline(always)]
    pub fn count(&self, side: Side) -> usize {
        match side {
            Side::Bid => self.header.bid_count as usize,
            Side::Ask => self.header.ask_count as usize,
        }
    }

    /// Resting orders of a side, worst first.
    #[inline(always)]
    pub fn orders(&self, side: Side) -> &[Order] {
        let count = self.count(side);
        let room = match side {
            Side::Bid => &*self.bids,
            Side::Ask => &*self.asks,
        };
        room.get(..count).unwrap_or(&[])
    }

    /// As [`Self::orders`], to change sizes in place.
    #[inline(always)]
    pub fn orders_mut(&mut self, side: Side) -> &mut [Order] {
        let count = self.count(side);
        let room = match side {
            Side::Bid => &mut *self.bids,
            Side::Ask => &mut *self.asks,
        };
        room.get_mut(..count).unwrap_or(&mut [])
    }

    /// The next order to match, and what a removal has to name.
    #[inline(always)]
    pub fn best(&self, side: Side) -> Option<&Order> {
        self.orders(side).last()
    }

    /// The next running number for an order of this side.
    ///
    /// # Errors
    /// `ArithmeticOverflow`.
    #[inline(always)]
    pub fn next_seq(&mut self, side: Side) -> Result<u64, Error> {
        let seq = self.header.order_seq + 1;
        if seq >= ASK_BIT {
            return Err(Error::ArithmeticOverflow);
        }
        self.header.order_seq = seq;
        Ok(match side {
            Side::Bid => seq,
            Side::Ask => seq | ASK_BIT,
        })
    }

    /// Rests an order behind all others at its price. The caller has made room.
    ///
    /// # Errors
    /// `BookSideFull`.
    #[inline(always)]
    pub fn insert(&mut self, side: Side, order: Order) -> Result<(), Error> {
        let at = insertion_point(self.orders(side), side, order.ticks);
        let (room, count) = self.raw(side);
        let end = *count as usize;
        if end >= room.len() {
            return Err(Error::BookSideFull);
        }
        if at < end {
            room.copy_within(at..end, at + 1);
        }
        room[at] = order;
        *count += 1;
        Ok(())
    }

    /// Removes the order at `index`.
    ///
    /// # Errors
    /// `BrokenInvariant` when there is none.
    #[inline(always)]
    pub fn remove(&mut self, side: Side, index: usize) -> Result<Order, Error> {
        let (room, count) = self.raw(side);
        let end = *count as usize;
        if index >= end || end > room.len() {
            return Err(Error::BrokenInvariant);
        }
        let order = room[index];
        if index + 1 < end {
            room.copy_within(index + 1..end, index);
        }
        *count -= 1;
        Ok(order)
    }

    /// Removes the best order.
    ///
    /// # Errors
    /// `BrokenInvariant` when there is none.
    #[inline(always)]
    pub fn pop(&mut self, side: Side) -> Result<(), Error> {
        let (_, count) = self.raw(side);
        *count = count.checked_sub(1).ok_or(Error::BrokenInvariant)?;
        Ok(())
    }

    #[inline(always)]
    fn raw(&mut self, side: Side) -> (&mut [Order], &mut u32) {
        match side {
            Side::Bid => (self.bids, &mut self.header.bid_count),
            Side::Ask => (self.asks, &mut self.header.ask_count),
        }
    }
}
