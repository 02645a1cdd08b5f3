//! Up to 16 quotes with one margin check. What fails alone is a result code, never the batch.

use super::Venue;
use super::gates::Intent;
use super::place::Outcome;
use crate::book::{position_of, side_of};
use crate::describe::Seq;
use crate::error::Error;
use crate::events::{OrderRecord, removal};
use crate::instructions::{ExpiryKind, MAX_BATCH, OrderId, PlaceMany, Quote, ReplaceMany, SelfTrade};
use crate::position;

/// Added to the index of a cancel that found no order, in `OrderRecord::index`.
pub const CANCEL_INDEX: u8 = 128;

/// Runs `place_many`.
///
/// # Errors
/// `TooManyQuotes`, `MalformedArguments`, and what concerns the batch as a whole: margin, limits.
pub fn place_many(venue: &mut Venue<'_>, args: &PlaceMany<'_>) -> Result<(), Error> {
    venue.admit(args.nonce, args.valid_until_slot)?;
    let shared = (args.self_trade, args.expiry_kind, args.expiry);
    run(venue, None, &args.quotes, shared)
}

/// Runs `replace_many`: cancels first, then quotes.
///
/// # Errors
/// As [`place_many`].
pub fn replace_many(venue: &mut Venue<'_>, args: &ReplaceMany<'_>) -> Result<(), Error> {
    venue.admit(args.nonce, args.valid_until_slot)?;
    let shared = (args.self_trade, args.expiry_kind, args.expiry);
    run(venue, Some(&args.cancels), &args.quotes, shared)
}

#[inline(never)]
fn run(
    venue: &mut Venue<'_>,
    cancels: Option<&Seq<'_, OrderId>>,
    quotes: &Seq<'_, Quote>,
    (self_trade, expiry_kind, expiry): (SelfTrade, ExpiryKind, u32),
) -> Result<(), Error> {
    if quotes.len() > MAX_BATCH || cancels.is_some_and(|cancels| cancels.len() > MAX_BATCH) {
        return Err(Error::TooManyQuotes);
    }
    venue.record.expect_orders(quotes.len() + cancels.map_or(0, Seq::len));
    let market = venue.market as u8;
    let index = position::find_or_take(venue.slot_mut(), market)?;
    let before = venue.before(&venue.slot().positions[index]);
    if let Some(cancels) = cancels {
        for (place, id) in cancels.iter().enumerate() {
            venue.cancel_listed(place as u8, &id.ok_or(Error::MalformedArguments)?)?;
        }
    }
    for (place, quote) in quotes.iter().enumerate() {
        let quote = quote.ok_or(Error::MalformedArguments)?;
        let intent = Intent::new(place as u8, &quote, self_trade, expiry_kind, expiry);
        let outcome = match venue.process(&intent, index) {
            Ok(outcome) => outcome,
            Err(error) if is_own_fault(error) => Outcome::refused(&intent, error),
            Err(error) => return Err(error),
        };
        venue.report(&intent, &outcome)?;
    }
    venue.check_risk(before, index)?;
    venue.finish()
}

/// Errors of one quote alone, found before it changed anything.
const fn is_own_fault(error: Error) -> bool {
    matches!(
        error,
        Error::ZeroSize
            | Error::ZeroPrice
            | Error::BelowMinimumNotional
            | Error::BelowRestingMinimum
            | Error::PriceOutsideBand
            | Error::PostOnlyWouldCross
            | Error::ReduceOnlyWouldIncrease
            | Error::OrderExpired
            | Error::DuplicateClientId
            | Error::MarketNotActive
            | Error::MatchingPaused
    )
}

impl Venue<'_> {
    /// Cancels one order of the list; a missing one is recorded as such.
    #[inline(always)]
    fn cancel_listed(&mut self, place: u8, id: &OrderId) -> Result<(), Error> {
        let side = side_of(id.seq);
        let orders = self.book.orders(side);
        let found = position_of(orders, side, id.ticks, id.seq).filter(|index| orders[*index].slot == self.trader);
        match found {
            Some(index) => self.remove_order(side, index, removal::CANCELLED),
            None => self.record.order(OrderRecord {
                index: CANCEL_INDEX + place,
                code: Error::OrderNotFound as u16,
                seq: id.seq,
                client_id: 0,
                ticks: id.ticks,
                lots: 0,
                filled: 0,
                resting: 0,
                kind: 0,
                flags: 0,
                expiry: 0,
            }),
        }
    }
}
