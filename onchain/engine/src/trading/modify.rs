//! Changing a resting order.

use super::Venue;
use super::gates::Intent;
use crate::book::{position_of, side_of};
use crate::error::Error;
use crate::events::{OrderRecord, removal};
use crate::instructions::{ModifyOrder, OrderKind, SelfTrade, Side};
use crate::margin;
use crate::position;
use crate::state::{Order, order_flags};

/// Runs `modify_order`. A smaller size at the same price keeps the order's place; anything else is a
/// cancel and a new order at the end of the queue. What has been filled is never revived: an order
/// that is gone is not found.
///
/// # Errors
/// `OrderNotFound`, `NotYourOrder`, `ZeroSize`, and those of `place_order` when the order moves.
#[inline(never)]
pub fn modify_order(venue: &mut Venue<'_>, args: &ModifyOrder) -> Result<(), Error> {
    venue.admit(args.nonce, args.valid_until_slot)?;
    if args.new_lots == 0 {
        return Err(Error::ZeroSize);
    }
    let side = side_of(args.seq);
    let orders = venue.book.orders(side);
    let place = position_of(orders, side, args.ticks, args.seq).ok_or(Error::OrderNotFound)?;
    let order = orders[place];
    if order.slot != venue.trader {
        return Err(Error::NotYourOrder);
    }
    let entry = position::find(venue.slot(), venue.market as u8).ok_or(Error::BrokenInvariant)?;
    if args.new_ticks == order.ticks && args.new_lots <= order.lots {
        venue.shrink(side, place, entry, args.new_lots)?;
    } else {
        venue.requeue(side, place, entry, &order, args)?;
    }
    venue.finish()
}

impl Venue<'_> {
    fn shrink(&mut self, side: Side, place: usize, entry: usize, lots: u32) -> Result<(), Error> {
        let market = self.market();
        let order = &self.book.orders(side)[place];
        let notional = margin::notional(u64::from(lots), u64::from(order.ticks) * market.tick_size)?;
        if notional < market.min_order_notional && lots != order.lots && order.flags & order_flags::REDUCE_ONLY == 0 {
            return Err(Error::BelowRestingMinimum);
        }
        let cut = order.lots - lots;
        let order = &mut self.book.orders_mut(side)[place];
        order.lots = lots;
        let order = *order;
        position::unrest(&mut self.slot_mut().positions[entry], side, cut, false);
        self.changed(side);
        self.record.touch(self.trader, 0)?;
        self.record.order(OrderRecord {
            index: 0,
            code: 0,
            seq: order.seq,
            client_id: order.client_id,
            ticks: order.ticks,
            lots,
            filled: 0,
            resting: lots,
            kind: kind_of(&order) as u8,
            flags: order.flags,
            expiry: order.expiry,
        })
    }

    fn requeue(
        &mut self,
        side: Side,
        place: usize,
        entry: usize,
        order: &Order,
        args: &ModifyOrder,
    ) -> Result<(), Error> {
        let before = self.before(&self.slot().positions[entry]);
        self.remove_order(side, place, removal::MODIFIED)?;
        let intent = Intent {
            index: 0,
            side,
            kind: kind_of(order),
            self_trade: SelfTrade::CancelMaker,
            ticks: args.new_ticks,
            lots: args.new_lots,
            client_id: order.client_id,
            expiry: order.expiry,
            flags: order.flags,
        };
        let outcome = self.process(&intent, entry)?;
        if let Some(error) = outcome.code
            && outcome.filled == 0
            && outcome.resting == 0
        {
            return Err(error);
        }
        self.report(&intent, &outcome)?;
        self.check_risk(before, entry)
    }
}

/// The kind that a resting order was sent with, as far as it still matters.
const fn kind_of(order: &Order) -> OrderKind {
    if order.flags & order_flags::POST_ONLY != 0 { OrderKind::PostOnly } else { OrderKind::Limit }
}
