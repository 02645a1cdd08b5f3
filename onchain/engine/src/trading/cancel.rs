//! Cancels. They need no price and are never paused.

use super::Venue;
use crate::book::{position_of_inline, side_of};
use crate::error::Error;
use crate::events::removal;
use crate::instructions::{CancelAll, CancelByClientId, CancelOrder, CancelSide, Side};
use crate::position;

/// Runs `cancel_order`.
///
/// # Errors
/// `OrderNotFound`, `NotYourOrder`.
#[inline(always)]
pub fn cancel_order(venue: &mut Venue<'_>, args: &CancelOrder) -> Result<(), Error> {
    let side = side_of(args.seq);
    let orders = venue.book.orders(side);
    let index = position_of_inline(orders, side, args.ticks, args.seq).ok_or(Error::OrderNotFound)?;
    if orders[index].slot != venue.trader {
        return Err(Error::NotYourOrder);
    }
    venue.remove_order(side, index, removal::CANCELLED)?;
    venue.finish()
}

/// Runs `cancel_by_client_id`.
///
/// # Errors
/// `OrderNotFound`.
#[inline(always)]
pub fn cancel_by_client_id(venue: &mut Venue<'_>, args: &CancelByClientId) -> Result<(), Error> {
    let (side, index) = venue.by_client_id(args.client_id).ok_or(Error::OrderNotFound)?;
    venue.remove_order(side, index, removal::CANCELLED)?;
    venue.finish()
}

/// Runs `cancel_all`. Cancelling nothing succeeds.
///
/// # Errors
/// `BrokenInvariant`.
#[inline(always)]
pub fn cancel_all(venue: &mut Venue<'_>, args: &CancelAll) -> Result<(), Error> {
    if !matches!(args.side, CancelSide::Asks) {
        venue.cancel_side(Side::Bid)?;
    }
    if !matches!(args.side, CancelSide::Bids) {
        venue.cancel_side(Side::Ask)?;
    }
    venue.finish()
}

impl Venue<'_> {
    #[inline(always)]
    fn own_orders(&self, side: Side) -> u8 {
        match position::find(self.slot(), self.market as u8) {
            Some(index) if matches!(side, Side::Bid) => self.slot().positions[index].bid_orders,
            Some(index) => self.slot().positions[index].ask_orders,
            None => 0,
        }
    }

    #[inline(always)]
    fn by_client_id(&self, client_id: u64) -> Option<(Side, usize)> {
        if client_id == 0 {
            return None;
        }
        [Side::Bid, Side::Ask].into_iter().find_map(|side| match self.own_orders(side) {
            0 => None,
            own => self.find_client_id(side, own, client_id).map(|index| (side, index)),
        })
    }

    /// Removes the slot's orders of a side, walking from the top until all were seen.
    fn cancel_side(&mut self, side: Side) -> Result<(), Error> {
        let mut left = self.own_orders(side);
        let mut index = self.book.count(side);
        while left > 0 {
            index = index.checked_sub(1).ok_or(Error::BrokenInvariant)?;
            if self.book.orders(side)[index].slot == self.trader {
                self.remove_order(side, index, removal::CANCELLED)?;
                left -= 1;
            }
        }
        Ok(())
    }
}
