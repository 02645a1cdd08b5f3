//! The first two steps of liquidation: cancelling orders that add risk, then reducing against the book.
//!
//! Anyone with an active trader may run them; `Venue::trader` is the one in trouble, the caller earns
//! the fee. While a jumped price is pending, the milder of both prices counts.

use super::Venue;
use super::gates::{Band, Intent};
use super::matching::Stop;
use super::place::Outcome;
use crate::error::Error;
use crate::events::removal;
use crate::instructions::{ForceCancel, Liquidate, OrderKind, SelfTrade, Side};
use crate::insurance;
use crate::margin::{self, Standing};
use crate::money;
use crate::position;
use crate::recorder::MAX_MATCH_REMOVALS;
use crate::slots;
use crate::state::{Market, NO_MARKET, Position, market_status, order_flags, paused};
use crate::units::{MILLION, Rounding, mul_div};

/// What a forced cancel earns its caller: $0.10.
const CANCEL_FEE: i64 = 100_000;
/// What a liquidation earns its caller at least: $0.50, from insurance where the fee is less.
const KEEPER_FLOOR: u64 = 500_000;
/// A position that would be left under $50 is closed whole.
const DUST: u64 = 50_000_000;
/// Least that may be liquidated of an account in one slot: $100,000 (or 20 % of the position).
const SLOT_ALLOWANCE: u64 = 100_000_000_000;

/// Runs `force_cancel`.
///
/// # Errors
/// `AccountHealthy` above half-way between maintenance and initial margin; `OrderNotFound` when
/// nothing is left to cancel; those of [`Venue::summon`].
#[inline(never)]
pub fn force_cancel(venue: &mut Venue<'_>, args: &ForceCancel) -> Result<(), Error> {
    let keeper = venue.summon(args.slot, args.generation)?;
    let standing = venue.look()?;
    if standing.equity >= standing.half_way() {
        return Err(Error::AccountHealthy);
    }
    let all = standing.equity < standing.maintenance;
    if venue.cancel_risk(all)? == 0 {
        return Err(Error::OrderNotFound);
    }
    venue.pay(keeper, CANCEL_FEE.min(standing.equity.max(0)))?;
    venue.finish()
}

/// Runs `liquidate`: closes part of the position against the book, at no worse a price than its
/// account can bear. When nobody is there to trade with, only the time of that is noted.
///
/// # Errors
/// `MarketNotActive` while the market settles, `AccountHealthy`, `NoPosition`, `MaintenanceBreach` when the account
/// would stand worse than before; those of [`Venue::summon`].
#[inline(never)]
pub fn liquidate(venue: &mut Venue<'_>, args: &Liquidate) -> Result<(), Error> {
    let keeper = venue.summon(args.slot, args.generation)?;
    venue.require_unsettled()?;
    let before = venue.look()?;
    if before.equity >= before.maintenance {
        return Err(Error::AccountHealthy);
    }
    let entry = position::find(venue.slot(), venue.market as u8).ok_or(Error::NoPosition)?;
    let intent = venue.reduction(entry, &before)?;
    let seq = venue.book.next_seq(intent.side)?;
    let band = Band::of(venue.market())?;
    let matched = venue.take(&intent, intent.lots, entry, band)?;
    let code = match matched.stop {
        Stop::Blocked(error) => Some(error),
        Stop::Uncrossed if matched.filled == 0 => Some(Error::MinimumFillNotReached),
        _ => None,
    };
    let (ticks, lots) = (intent.ticks, intent.lots);
    venue.report(&intent, &Outcome { code, ticks, lots, filled: matched.filled, resting: 0, seq })?;
    venue.note_liquidity(matched.filled);
    if matched.filled > 0 {
        venue.charge(keeper)?;
        let after = venue.standing()?;
        if !after.stands_no_worse_than(&before) {
            return Err(Error::MaintenanceBreach);
        }
    }
    venue.finish()
}

impl Venue<'_> {
    /// Makes the slot in trouble the venue's trader; returns the caller's slot, which earns the fee.
    ///
    /// # Errors
    /// `Paused`, `MatchingPaused`, `StaleGeneration`, `NotAuthorised` for one's own account and by a delegate,
    /// `PriceStale`, `PriceUncertain`.
    pub(super) fn summon(&mut self, slot: u16, generation: u32) -> Result<u16, Error> {
        let market = self.market();
        if self.exchange.paused & paused::LIQUIDATION != 0 {
            return Err(Error::Paused);
        }
        if self.now.unix < market.resume_at.max(self.exchange.resume_at) {
            return Err(Error::MatchingPaused);
        }
        let victim = self.slots.get(usize::from(slot)).ok_or(Error::StaleGeneration)?;
        if victim.generation != generation || !slots::is_active(victim) {
            return Err(Error::StaleGeneration);
        }
        if victim.owner == self.slot().owner || self.delegate.is_some() {
            return Err(Error::NotAuthorised);
        }
        for position in victim.positions.iter().filter(|position| position.market != NO_MARKET) {
            let known = self.exchange.markets.get(usize::from(position.market)).ok_or(Error::BrokenInvariant)?;
            self.check_price(known)?;
        }
        let keeper = self.trader;
        self.trader = slot;
        Ok(keeper)
    }

    /// No position changes hands any more in a market that settles.
    pub(super) fn require_unsettled(&self) -> Result<(), Error> {
        if self.market().status >= market_status::SETTLING { Err(Error::MarketNotActive) } else { Ok(()) }
    }

    fn check_price(&self, market: &Market) -> Result<(), Error> {
        if self.now.unix.wrapping_mul(1_000) - market.publish_ms > i64::from(market.liquidate_max_age_ms) {
            return Err(Error::PriceStale);
        }
        let widest = mul_div(market.index_price.0, u64::from(market.liquidate_confidence), MILLION, Rounding::Down);
        if market.confidence > widest.ok_or(Error::ArithmeticOverflow)? {
            return Err(Error::PriceUncertain);
        }
        Ok(())
    }

    pub(super) fn standing(&self) -> Result<Standing, Error> {
        margin::standing(self.exchange, self.slot(), self.now)
    }

    /// How the account stands at first sight. An equity below 0 that insurance cannot pay lets withdrawals
    /// rest.
    pub(super) fn look(&mut self) -> Result<Standing, Error> {
        let standing = self.standing()?;
        let missing = standing.equity.min(0).unsigned_abs();
        if missing > insurance::available(self.exchange, self.market()) {
            insurance::rest_withdrawals(self.exchange, self.now);
        }
        Ok(standing)
    }

    /// Cancels orders of this market, the farthest from the mark first: all that are not reduce-only,
    /// or only what adds risk until half-way is reached again. Returns how many.
    fn cancel_risk(&mut self, all: bool) -> Result<usize, Error> {
        let Some(entry) = position::find(self.slot(), self.market as u8) else { return Ok(0) };
        let mut next = [0usize; 2];
        let mut cancelled = 0;
        while cancelled < MAX_MATCH_REMOVALS {
            let position = &self.slot().positions[entry];
            let side = riskier_side(position);
            if !all && (position::exposure(position) == position.base.0.unsigned_abs()) {
                break;
            }
            let found = match self.next_forced(side, &mut next) {
                None if all => self.next_forced(side.opposite(), &mut next).map(|index| (side.opposite(), index)),
                found => found.map(|index| (side, index)),
            };
            let Some((side, index)) = found else { break };
            self.remove_order(side, index, removal::FORCED)?;
            cancelled += 1;
            let standing = self.standing()?;
            if !all && standing.equity >= standing.half_way() {
                break;
            }
        }
        Ok(cancelled)
    }

    /// Index of the slot's next order of a side, from the worst price on, that is not reduce-only.
    fn next_forced(&self, side: Side, next: &mut [usize; 2]) -> Option<usize> {
        let start = &mut next[usize::from(matches!(side, Side::Ask))];
        let orders = self.book.orders(side);
        while let Some(order) = orders.get(*start) {
            if order.slot == self.trader && order.flags & order_flags::REDUCE_ONLY == 0 {
                return Some(*start);
            }
            *start += 1;
        }
        None
    }

    /// Moves quote atoms from the slot in trouble to the caller's.
    fn pay(&mut self, keeper: u16, amount: i64) -> Result<(), Error> {
        let victim = &mut self.slots[usize::from(self.trader)];
        money::set_usdc(self.exchange, victim, victim.usdc.0 - amount)?;
        let earner = &mut self.slots[usize::from(keeper)];
        money::set_usdc(self.exchange, earner, earner.usdc.0 + amount)?;
        self.record.touch(self.trader, 0)?;
        self.record.touch(keeper, 0)
    }

    /// The order that brings the account back: how much, and at what price at worst.
    fn reduction(&self, entry: usize, standing: &Standing) -> Result<Intent, Error> {
        let position = &self.slot().positions[entry];
        let market = self.market();
        let side = closing_side(position)?;
        let lots = self.lots_to_close(market, position, standing)?;
        let ticks = limit(market, position, standing)?;
        Ok(Intent {
            index: 0,
            side,
            kind: OrderKind::ImmediateOrCancel,
            self_trade: SelfTrade::CancelMaker,
            ticks,
            lots,
            client_id: 0,
            expiry: 0,
            flags: order_flags::REDUCE_ONLY,
        })
    }

    /// What of the position the book may get in this slot.
    fn lots_to_close(&self, market: &Market, position: &Position, standing: &Standing) -> Result<u32, Error> {
        let price = market.mark_price.0;
        let fees = u64::from(market.liquidation_fee) + u64::from(self.exchange.fee_tiers[0].taker);
        let wanted = self.lots_to_restore(market, position, standing, fees)?;
        let notional = margin::notional(position.base.0.unsigned_abs(), price)?;
        let slot = self.slot();
        let used = if slot.liquidated_slot == self.now.slot { slot.liquidated } else { 0 };
        let allowance = SLOT_ALLOWANCE.max(notional / 5).saturating_sub(used) / price.max(1);
        let lots = wanted.min(allowance).min(u64::from(u32::MAX));
        if lots == 0 { Err(Error::MatchLimitReached) } else { Ok(lots as u32) }
    }

    /// n = (k MM - E) / (k mmr - f) with k = 1.25: as much as restores 1.25 times maintenance when each closed
    /// lot costs `fees` (1e-6 of the mark); all of it when under $50 would remain.
    pub(super) fn lots_to_restore(
        &self,
        market: &Market,
        position: &Position,
        standing: &Standing,
        fees: u64,
    ) -> Result<u64, Error> {
        let (size, price) = (position.base.0.unsigned_abs(), market.mark_price.0);
        let notional = margin::notional(size, price)?;
        let maintenance = margin::maintenance_of(market, size, price)?;
        let rate = mul_div(maintenance, MILLION, notional.max(1), Rounding::Down).unwrap_or(0) * 5 / 4;
        let missing = (standing.maintenance + standing.maintenance / 4 - standing.equity).max(0).unsigned_abs();
        let wanted = match rate.checked_sub(fees) {
            None | Some(0) => size,
            Some(rate) => {
                let value = mul_div(missing, MILLION, rate, Rounding::Up).unwrap_or(u64::MAX);
                value.div_ceil(price.max(1)).min(size)
            }
        };
        let whole = margin::notional(size - wanted, price)? < DUST;
        Ok(if whole { size } else { wanted })
    }

    /// Since when nobody is there to trade with, and how much of this slot's allowance is used.
    fn note_liquidity(&mut self, filled: u32) {
        let (now, market) = (self.now, &mut self.exchange.markets[self.market]);
        if filled == 0 {
            if market.no_bid_since == 0 {
                market.no_bid_since = now.unix;
            }
            return;
        }
        market.no_bid_since = 0;
        let mark = market.mark_price.0;
        let slot = self.slot_mut();
        if slot.liquidated_slot != now.slot {
            (slot.liquidated, slot.liquidated_slot) = (0, now.slot);
        }
        slot.liquidated = slot.liquidated.saturating_add(u64::from(filled).saturating_mul(mark));
    }

    /// The liquidation fee on what was filled, never more than the equity that is left: half to the
    /// caller, the rest to insurance. The caller gets at least $0.50 while insurance has it, but never more than
    /// what this liquidation and its trades brought in: who owns both accounts takes nothing out.
    fn charge(&mut self, keeper: u16) -> Result<(), Error> {
        let market = self.market();
        let tick_size = market.tick_size;
        let (mut traded, mut traded_fees) = (0u64, 0i64);
        for fill in self.record.fill_records().iter().flatten() {
            traded += u64::from(fill.ticks) * u64::from(fill.lots) * tick_size;
            traded_fees += fill.maker_fee + fill.taker_fee;
        }
        let due = mul_div(traded, u64::from(market.liquidation_fee), MILLION, Rounding::Up);
        let fee = due.ok_or(Error::ArithmeticOverflow)?.min(self.standing()?.equity.max(0).unsigned_abs());
        let share = fee / 2;
        insurance::credit(self.exchange, fee - share)?;
        let brought_in = fee - share + traded_fees.max(0).unsigned_abs();
        let topped = KEEPER_FLOOR.saturating_sub(share).min(brought_in).min(self.exchange.insurance);
        self.exchange.insurance -= topped;
        let victim = &mut self.slots[usize::from(self.trader)];
        money::set_usdc(self.exchange, victim, victim.usdc.0 - fee as i64)?;
        let earner = &mut self.slots[usize::from(keeper)];
        money::set_usdc(self.exchange, earner, earner.usdc.0 + (share + topped) as i64)?;
        self.record.touch(keeper, 0)
    }
}

/// The side of an order that closes the position.
///
/// # Errors
/// `NoPosition`.
pub(super) fn closing_side(position: &Position) -> Result<Side, Error> {
    match position.base.0 {
        0 => Err(Error::NoPosition),
        base if base > 0 => Ok(Side::Ask),
        _ => Ok(Side::Bid),
    }
}

/// The side whose orders make the exposure.
fn riskier_side(position: &Position) -> Side {
    let longest = (position.base.0 + i64::from(position.bid_lots)).unsigned_abs();
    let shortest = (position.base.0 - i64::from(position.ask_lots)).unsigned_abs();
    if longest >= shortest { Side::Bid } else { Side::Ask }
}

/// Worst price in ticks: the mark less (for a long) max(mmr / 4, mmr x (1 - Q)), never past the price at
/// which the account would be bankrupt; rounded towards the mark.
fn limit(market: &Market, position: &Position, standing: &Standing) -> Result<u32, Error> {
    let (size, mark) = (position.base.0.unsigned_abs(), market.mark_price.0);
    let maintenance = margin::maintenance_of(market, size, mark)?;
    let missing = (standing.maintenance - standing.equity).max(0).unsigned_abs();
    let all = standing.maintenance.max(1).unsigned_abs();
    let by_health = mul_div(maintenance, missing, all, Rounding::Down).unwrap_or(maintenance);
    let slip = (maintenance / 4).max(by_health).min(standing.equity.max(0).unsigned_abs()) / size.max(1);
    let ticks = match position.base.0 > 0 {
        true => (mark - slip.min(mark - 1)).div_ceil(market.tick_size),
        false => (mark + slip) / market.tick_size,
    };
    u32::try_from(ticks.max(1)).map_err(|_| Error::ArithmeticOverflow)
}
