//! One order from its gates to its rest.

use super::Venue;
use super::gates::{Band, Intent};
use super::matching::Stop;
use crate::book::ASK_BIT;
use crate::delegates::{self, Sent};
use crate::error::Error;
use crate::events::OrderRecord;
use crate::instructions::{OrderId, OrderKind, PlaceOrder, Quote, Side};
use crate::position;

/// What became of an order.
pub(super) struct Outcome {
    pub code: Option<Error>,
    pub ticks: u32,
    pub lots: u32,
    pub filled: u32,
    pub resting: u32,
    pub seq: u64,
}

impl Outcome {
    pub(super) const fn refused(intent: &Intent, code: Error) -> Self {
        Self { code: Some(code), ticks: intent.ticks, lots: intent.lots, filled: 0, resting: 0, seq: 0 }
    }
}

/// Runs `place_order`.
///
/// # Errors
/// Whatever refuses the order; `InsufficientMargin` and the other limits once its risk is known.
#[inline(always)]
pub fn place_order(venue: &mut Venue<'_>, args: &PlaceOrder) -> Result<(), Error> {
    venue.admit(args.nonce, args.valid_until_slot)?;
    let quote = Quote {
        side: args.side,
        kind: args.kind,
        reduce_only: args.reduce_only,
        ticks: args.ticks,
        lots: args.lots,
        client_id: args.client_id,
    };
    let intent = Intent::new(0, &quote, args.self_trade, args.expiry_kind, args.expiry);
    let market = venue.market as u8;
    let index = position::find_or_take(venue.slot_mut(), market)?;
    let before = venue.before(&venue.slot().positions[index]);
    let outcome = venue.process(&intent, index)?;
    // Dead orders that were cleared away stay away: otherwise enough of them would stop everyone.
    if let Some(error) = outcome.code
        && error != Error::MatchLimitReached
        && outcome.filled == 0
        && outcome.resting == 0
    {
        return Err(error);
    }
    if outcome.filled < args.min_fill_lots {
        return Err(Error::MinimumFillNotReached);
    }
    venue.report(&intent, &outcome)?;
    venue.check_risk(before, index)?;
    venue.finish()
}

impl Venue<'_> {
    /// Gates, matching and resting of one order. An `Err` has changed nothing that a batch keeps
    /// but the removal of dead orders.
    #[inline(never)]
    pub(super) fn process(&mut self, intent: &Intent, index: usize) -> Result<Outcome, Error> {
        self.check_market(intent)?;
        let band = Band::of(self.market())?;
        let lots = self.check_order(intent, &self.slot().positions[index], band)?;
        let seq = self.book.next_seq(intent.side)?;
        let matched = self.take(intent, lots, index, band)?;
        let left = lots - matched.filled;
        let mut outcome = Outcome { code: None, ticks: intent.ticks, lots, filled: matched.filled, resting: 0, seq };
        match (matched.stop, intent.kind) {
            (Stop::Filled, _) => return Ok(outcome),
            (Stop::Blocked(Error::PostOnlyWouldCross), OrderKind::PostOnlySlide) => {
                outcome.ticks = self.behind_best(intent.side)?;
            }
            (Stop::Blocked(error), _) => {
                outcome.code = Some(error);
                return Ok(outcome);
            }
            (Stop::Uncrossed, OrderKind::ImmediateOrCancel) => {
                if matched.filled == 0 {
                    outcome.code = Some(Error::MinimumFillNotReached);
                }
                return Ok(outcome);
            }
            (Stop::Uncrossed, _) => {}
        }
        match self.rest(intent, OrderId { ticks: outcome.ticks, seq }, left, index) {
            Ok(()) => outcome.resting = left,
            Err(error) => outcome.code = Some(error),
        }
        Ok(outcome)
    }

    /// One tick behind the opposite best price.
    fn behind_best(&self, side: Side) -> Result<u32, Error> {
        let best = self.book.best(side.opposite()).ok_or(Error::BrokenInvariant)?.ticks;
        match side {
            Side::Bid if best > 1 => Ok(best - 1),
            Side::Bid => Err(Error::PostOnlyWouldCross),
            Side::Ask => best.checked_add(1).ok_or(Error::ArithmeticOverflow),
        }
    }

    #[cold]
    #[inline(never)]
    fn count_sent(&mut self, delegate: u8, intent: &Intent, outcome: &Outcome) -> Result<(), Error> {
        let used = u64::from(outcome.filled) + u64::from(outcome.resting);
        if used == 0 {
            return Ok(());
        }
        let market = &self.exchange.markets[self.market];
        let sent = Sent {
            market: self.market as u8,
            reduce_only: intent.reduce_only(),
            ticks: outcome.ticks,
            price: 0,
            lots: u64::from(outcome.lots),
            used,
        };
        delegates::charge(&mut self.account.delegates[usize::from(delegate)], market, &sent, self.now)
    }

    /// Records what became of the order, and counts a delegate's against its limits. Its number always names its side: a refused order has the
    /// side alone.
    #[inline(never)]
    pub(super) fn report(&mut self, intent: &Intent, outcome: &Outcome) -> Result<(), Error> {
        let seq = match outcome.seq {
            0 if matches!(intent.side, Side::Ask) => ASK_BIT,
            seq => seq,
        };
        self.record.order(OrderRecord {
            index: intent.index,
            code: outcome.code.map_or(0, |error| error as u16),
            seq,
            client_id: intent.client_id,
            ticks: outcome.ticks,
            lots: outcome.lots,
            filled: outcome.filled,
            resting: outcome.resting,
            kind: intent.kind as u8,
            flags: intent.flags,
            expiry: intent.expiry,
        })?;
        match self.delegate {
            None => Ok(()),
            Some(delegate) => self.count_sent(delegate, intent, outcome),
        }
    }
}
