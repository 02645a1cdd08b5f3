//! Firing a trigger: anyone may, whoever does earns the fee that its owner reserved.

use super::Venue;
use super::gates::{Band, Intent};
use crate::error::Error;
use crate::events::OrderRecord;
use crate::instructions::{ExecuteTrigger, OrderKind, SelfTrade, Side};
use crate::margin;
use crate::money;
use crate::slots;
use crate::state::{Trigger, order_flags};
use crate::triggers;
use crate::units::{MILLION, Rounding, mul_div};

/// Runs `execute_trigger`. A dead trigger is removed, its fee given back, the reason a result code. A
/// market trigger that the book could not fill whole stays for the rest, its fee paid.
///
/// # Errors
/// `TriggerNotFound`, `TriggerNotReached`, `StaleGeneration` for the slot that earns; whatever refuses
/// the order.
#[inline(never)]
pub fn execute_trigger(venue: &mut Venue<'_>, args: &ExecuteTrigger) -> Result<(), Error> {
    let index = usize::from(args.index);
    let trigger = *venue.account.triggers.get(index).ok_or(Error::TriggerNotFound)?;
    if u16::from(trigger.market) != args.market {
        return Err(Error::TriggerNotFound);
    }
    let Some(entry) = triggers::bound(venue.slot(), &trigger, venue.now) else {
        return venue.bury(args.index, &trigger);
    };
    let mark = venue.market().mark_price.0;
    if !triggers::reached(trigger.kind, trigger.side, trigger.trigger_price.0, mark) {
        return Err(Error::TriggerNotReached);
    }
    let intent = venue.fired(args.index, &trigger, entry)?;
    let before = venue.before(&venue.slot().positions[entry]);
    let outcome = venue.process(&intent, entry)?;
    let placed = outcome.filled + outcome.resting;
    if placed == 0
        && let Some(error) = outcome.code
        && error != Error::MatchLimitReached
    {
        return Err(error);
    }
    venue.report(&intent, &outcome)?;
    if placed > 0 {
        venue.reward(args, index)?;
        let left = u64::from(outcome.lots - placed);
        let left = if outcome.resting > 0 { 0 } else { left };
        venue.retire(index, &trigger, entry, left)?;
    }
    venue.check_risk(before, entry)?;
    venue.finish()
}

impl Venue<'_> {
    /// Removes a dead trigger and says why.
    fn bury(&mut self, index: u8, trigger: &Trigger) -> Result<(), Error> {
        self.release_trigger(usize::from(index))?;
        let expired = triggers::has_expired(trigger.expires, self.now);
        let code = if expired { Error::OrderExpired } else { Error::ReduceOnlyWouldIncrease };
        self.record.order(OrderRecord { index, code: code as u16, ..NOTHING })?;
        self.finish()
    }

    fn release_trigger(&mut self, index: usize) -> Result<(), Error> {
        let slot = &mut self.slots[usize::from(self.trader)];
        triggers::release(self.exchange, slot, self.account, index)?;
        self.record.touch(self.trader, 0)
    }

    /// The order that a trigger sends: never beyond the trade band, where it could not trade anyway.
    fn fired(&self, index: u8, trigger: &Trigger, entry: usize) -> Result<Intent, Error> {
        let side = triggers::side_of(trigger.side);
        let most = triggers::closable(&self.slot().positions[entry], trigger.side);
        let wanted = if trigger.lots == 0 { most } else { trigger.lots.min(most) };
        let market = self.market();
        let (mark, band) = (market.mark_price.0, Band::of(market)?);
        let slip = mul_div(mark, u64::from(trigger.max_slippage), MILLION, Rounding::Down);
        let slip = slip.ok_or(Error::ArithmeticOverflow)?;
        let limit = triggers::is_limit(trigger.kind);
        let worst = match side {
            Side::Bid => (mark + slip) / market.tick_size,
            Side::Ask => (mark - slip).div_ceil(market.tick_size),
        };
        let ticks = if limit { u64::from(trigger.limit_ticks) } else { worst }.min(u64::from(u32::MAX)) as u32;
        Ok(Intent {
            index,
            side,
            kind: if limit { OrderKind::Limit } else { OrderKind::ImmediateOrCancel },
            self_trade: SelfTrade::CancelMaker,
            ticks: if matches!(side, Side::Bid) { ticks.min(band.high) } else { ticks.max(band.low) },
            lots: wanted.min(u64::from(u32::MAX)) as u32,
            client_id: 0,
            expiry: 0,
            flags: order_flags::REDUCE_ONLY,
        })
    }

    /// Pays the reserved fee to the slot that the executor named.
    fn reward(&mut self, args: &ExecuteTrigger, index: usize) -> Result<(), Error> {
        let fee = triggers::unreserve(self.exchange, self.account, index)?;
        let earner = self.slots.get_mut(usize::from(args.slot)).ok_or(Error::StaleGeneration)?;
        if earner.generation != args.generation || !slots::is_active(earner) {
            return Err(Error::StaleGeneration);
        }
        money::set_usdc(self.exchange, earner, earner.usdc.0 + fee)?;
        self.record.touch(args.slot, 0)
    }

    /// After firing: its pair goes; it goes too, unless `left` lots of the position are still to close and
    /// an order of that size is allowed.
    fn retire(&mut self, index: usize, trigger: &Trigger, entry: usize, left: u64) -> Result<(), Error> {
        if trigger.pair != triggers::NO_PAIR {
            self.release_trigger(usize::from(trigger.pair))?;
        }
        let market = self.market();
        let small = margin::notional(left, market.mark_price.0)? < market.min_order_notional;
        let most = triggers::closable(&self.slot().positions[entry], trigger.side);
        if left == 0 || small && left < most {
            return self.release_trigger(index);
        }
        if trigger.lots != 0 {
            self.account.triggers[index].lots = left;
        }
        Ok(())
    }
}

const NOTHING: OrderRecord = OrderRecord {
    index: 0,
    code: 0,
    seq: 0,
    client_id: 0,
    ticks: 0,
    lots: 0,
    filled: 0,
    resting: 0,
    kind: 0,
    flags: 0,
    expiry: 0,
};
