//! Taking dead orders out of the book, for anyone.

use super::Venue;
use super::batch::CANCEL_INDEX;
use crate::book::{position_of, side_of};
use crate::error::Error;
use crate::events::OrderRecord;
use crate::instructions::{MAX_BATCH, OrderId, PruneExpired};

/// Runs `prune_expired`. An order that is missing or still alive is a result code.
///
/// # Errors
/// `TooManyQuotes`, `MalformedArguments`.
#[inline(never)]
pub fn prune_expired(venue: &mut Venue<'_>, args: &PruneExpired<'_>) -> Result<(), Error> {
    if args.orders.len() > MAX_BATCH {
        return Err(Error::TooManyQuotes);
    }
    venue.record.expect_orders(args.orders.len());
    for (place, id) in args.orders.iter().enumerate() {
        venue.prune(place as u8, &id.ok_or(Error::MalformedArguments)?)?;
    }
    venue.finish()
}

impl Venue<'_> {
    fn prune(&mut self, place: u8, id: &OrderId) -> Result<(), Error> {
        let side = side_of(id.seq);
        let orders = self.book.orders(side);
        let code = match position_of(orders, side, id.ticks, id.seq) {
            None => Error::OrderNotFound,
            Some(index) => {
                let order = orders[index];
                let owner = self.slots.get(usize::from(order.slot)).ok_or(Error::BrokenInvariant)?;
                match self.expired(&order, owner) {
                    Some(reason) => return self.remove_order(side, index, reason),
                    None => Error::OrderNotExpired,
                }
            }
        };
        self.record.order(OrderRecord {
            index: CANCEL_INDEX + place,
            code: code as u16,
            seq: id.seq,
            client_id: 0,
            ticks: id.ticks,
            lots: 0,
            filled: 0,
            resting: 0,
            kind: 0,
            flags: 0,
            expiry: 0,
        })
    }
}
