//! Positions that change hands without the book: take-over by a solvent trader, and deleveraging against
//! those who profit.

use super::Venue;
use super::liquidation::closing_side;
use super::settle::{Trade, settle_funding};
use crate::error::Error;
use crate::events::TransferRecord;
use crate::instructions::{AutoDeleverage, Side, TakeOver};
use crate::insurance;
use crate::margin::{self, Standing};
use crate::position;
use crate::state::{Market, NO_SLOT, Position, Slot};
use crate::units::{MILLION, Rounding, mul_div, value_of};

/// Largest discount of a take-over, 1e-6 of the mark: 2 %.
const LARGEST_DISCOUNT: u64 = 20_000;
/// After a liquidation that found nobody, take over is open this many seconds later.
const NO_BID_S: i64 = 5;
/// Most counterparties of one deleveraging.
const MAX_COUNTERPARTIES: usize = 4;
/// The best of these are tried: some may not stay solvent.
const CANDIDATES: usize = 8;
/// Most positions that one deleveraging looks at; the next one goes on behind them.
const LONGEST_SCAN: usize = 2_048;

/// Runs `take_over`: the caller assumes part of the position at the mark less (for a long) d = min(2 %,
/// E_i / (2 x notional)), where E_i is this position's share of the equity by maintenance margin: who waits
/// for a worse equity gets a smaller discount.
///
/// # Errors
/// `AccountHealthy`, `BookComesFirst`, `NoPosition`, `ZeroSize`, `MaintenanceBreach`; those of the caller's
/// margin check and of [`Venue::summon`].
#[inline(never)]
pub fn take_over(venue: &mut Venue<'_>, args: &TakeOver) -> Result<(), Error> {
    let keeper = venue.summon(args.slot, args.generation)?;
    let entry = venue.entry_in_trouble()?;
    let before = venue.look()?;
    if before.equity >= before.maintenance {
        return Err(Error::AccountHealthy);
    }
    let market = venue.market();
    let waited = market.no_bid_since != 0 && venue.now.unix - market.no_bid_since >= NO_BID_S;
    if 3 * i128::from(before.equity) >= 2 * i128::from(before.maintenance) && !waited {
        return Err(Error::BookComesFirst);
    }
    let position = &venue.slot().positions[entry];
    let mark = market.mark_price.0;
    let discount = discount(market, position, &before)?;
    let side = closing_side(position)?;
    // Rounded towards the mark: against the caller.
    let price = if side == Side::Ask { mark - discount } else { mark + discount };
    let cost = mul_div(discount, MILLION, mark.max(1), Rounding::Up).ok_or(Error::ArithmeticOverflow)?;
    let lots = venue.lots_to_restore(market, position, &before, cost)?.min(u64::from(args.lots)) as u32;
    if lots == 0 {
        return Err(Error::ZeroSize);
    }
    let taken = position::find_or_take(&mut venue.slots[usize::from(keeper)], venue.market as u8)?;
    let held = venue.before(&venue.slots[usize::from(keeper)].positions[taken]);
    venue.hand_over((entry, side), (keeper, taken), lots, price)?;
    if !venue.standing()?.stands_no_worse_than(&before) {
        return Err(Error::MaintenanceBreach);
    }
    let victim = core::mem::replace(&mut venue.trader, keeper);
    venue.check_risk(held, taken)?;
    venue.trader = victim;
    venue.release(keeper, taken);
    venue.finish()
}

/// min(2 % of the mark, E_i / (2 x size)) in quote atoms per lot, E_i = E x MM_i / MM; rounded down: against
/// the caller.
fn discount(market: &Market, position: &Position, standing: &Standing) -> Result<u64, Error> {
    let (size, mark) = (position.base.0.unsigned_abs(), market.mark_price.0);
    let largest = mul_div(mark, LARGEST_DISCOUNT, MILLION, Rounding::Down).ok_or(Error::ArithmeticOverflow)?;
    let share = share(market, size, standing, Rounding::Down)?;
    Ok(if standing.equity > 0 { largest.min(share / (2 * size.max(1))) } else { 0 })
}

/// |E| x MM_i / MM: what of the equity belongs to a position of `size` lots.
fn share(market: &Market, size: u64, standing: &Standing, rounding: Rounding) -> Result<u64, Error> {
    let own = margin::maintenance_of(market, size, market.mark_price.0)?;
    let all = standing.maintenance.max(1).unsigned_abs();
    mul_div(standing.equity.unsigned_abs(), own, all, rounding).ok_or(Error::ArithmeticOverflow)
}

/// Runs `auto_deleverage`: closes the position at its bankruptcy price against up to four of those on the
/// other side who profit most and are leveraged most. Source of the price: dYdX v4, "Deleveraging".
///
/// # Errors
/// `AccountSolvent` at an equity above 0, `InsuranceFirst` while insurance can pay what is missing,
/// `NoPosition`, `NoCounterparty`; those of [`Venue::summon`].
#[inline(never)]
pub fn auto_deleverage(venue: &mut Venue<'_>, args: &AutoDeleverage) -> Result<(), Error> {
    venue.summon(args.slot, args.generation)?;
    let entry = venue.entry_in_trouble()?;
    let standing = venue.look()?;
    if standing.equity > 0 {
        return Err(Error::AccountSolvent);
    }
    if standing.equity < 0 && insurance::available(venue.exchange, venue.market()) > 0 {
        return Err(Error::InsuranceFirst);
    }
    let position = &venue.slot().positions[entry];
    let side = closing_side(position)?;
    let price = bankruptcy_price(venue.market(), position, &standing)?;
    let best = venue.best_counterparties(side)?;
    for other in best.into_iter().filter(|other| *other != NO_SLOT) {
        let left = venue.slot().positions[entry].base.0.unsigned_abs();
        if left == 0 || venue.record.transfers() == MAX_COUNTERPARTIES {
            break;
        }
        venue.deleverage((entry, side), other, left, price)?;
    }
    if venue.record.transfers() == 0 {
        return Err(Error::NoCounterparty);
    }
    venue.finish()
}

/// mark - side x E_i / |base|, rounded so that the account ends at no less than 0.
fn bankruptcy_price(market: &Market, position: &Position, standing: &Standing) -> Result<u64, Error> {
    let (size, mark) = (position.base.0.unsigned_abs(), market.mark_price.0);
    let missing = share(market, size, standing, Rounding::Up)?.div_ceil(size.max(1));
    Ok(if position.base.0 > 0 { mark + missing } else { mark.saturating_sub(missing).max(1) })
}

/// (profit / entry notional) x (notional / USDC), for comparing only: both ratios in 2^-20, cut to 32 bits.
///
/// Notionals are under 2^53, so nothing here overflows 64 bits or needs 128.
fn score(profit: u64, entry: u64, notional: u64, usdc: i64) -> u64 {
    let ratio = |part: u64, whole: u64| ((part << 10) / (whole >> 10).max(1)).min(u64::from(u32::MAX));
    ratio(profit, entry) * ratio(notional, usdc.max(1).unsigned_abs())
}

impl Venue<'_> {
    /// The entry of the slot in trouble for this market.
    ///
    /// # Errors
    /// `MarketNotActive` while the market settles, `NoPosition`.
    fn entry_in_trouble(&self) -> Result<usize, Error> {
        self.require_unsettled()?;
        let entry = position::find(self.slot(), self.market as u8).ok_or(Error::NoPosition)?;
        if self.slot().positions[entry].base.0 == 0 { Err(Error::NoPosition) } else { Ok(entry) }
    }

    /// Moves `lots` of the position in trouble to another slot at `price` quote atoms per lot, without fees.
    fn hand_over(
        &mut self,
        (entry, side): (usize, Side),
        (other, taken): (u16, usize),
        lots: u32,
        price: u64,
    ) -> Result<(), Error> {
        let given = Trade { side, lots, price, fee: 0 };
        let from_pnl = self.settle_side(self.trader, entry, &given)?;
        let pnl = self.settle_side(other, taken, &Trade { side: side.opposite(), ..given })?;
        let generation = self.slots[usize::from(other)].generation;
        self.record.transfer(TransferRecord { slot: other, generation, side: side as u8, lots, price, from_pnl, pnl })
    }

    /// Funding, then one side of a trade; returns the profit that it realised.
    #[inline(never)]
    pub(super) fn settle_side(&mut self, index: u16, entry: usize, trade: &Trade) -> Result<i64, Error> {
        let slot = &mut self.slots[usize::from(index)];
        let paid = settle_funding(self.exchange, self.market, slot, entry)?;
        let pnl = self.settle_trade(index, entry, trade)?;
        self.record.touch(index, paid)?;
        Ok(pnl)
    }

    /// Frees another slot's entry if it became empty.
    fn release(&mut self, other: u16, entry: usize) {
        position::free_if_empty(&mut self.slots[usize::from(other)], entry);
    }

    /// Closes what one counterparty has, or is needed of it, unless that would leave it without equity.
    fn deleverage(&mut self, own: (usize, Side), other: u16, left: u64, price: u64) -> Result<(), Error> {
        let slot = &self.slots[usize::from(other)];
        let entry = position::find(slot, self.market as u8).ok_or(Error::BrokenInvariant)?;
        let lots = slot.positions[entry].base.0.unsigned_abs().min(left).min(u64::from(u32::MAX)) as u32;
        let worse = price.abs_diff(self.market().mark_price.0);
        let cost = value_of(i64::from(lots), worse).ok_or(Error::ArithmeticOverflow)?;
        if margin::standing(self.exchange, slot, self.now)?.equity < cost {
            return Ok(());
        }
        self.hand_over(own, (other, entry), lots, price)?;
        self.release(other, entry);
        Ok(())
    }

    /// Slots with the best scores on the side that can close an order of `side`, best first; 65535 is none.
    /// Begins where the last scan ended and remembers where this one does.
    #[inline(never)]
    fn best_counterparties(&mut self, side: Side) -> Result<[u16; CANDIDATES], Error> {
        let mut best = [(0u64, NO_SLOT); CANDIDATES];
        let (count, start) = (self.slots.len(), self.market().cursor as usize % self.slots.len().max(1));
        let (mut seen, mut next) = (0, start);
        for step in 0..count {
            let index = if start + step < count { start + step } else { start + step - count };
            next = if index + 1 == count { 0 } else { index + 1 };
            let Some((profit, position)) = self.profit_of(&self.slots[index], side)? else { continue };
            let entry = position.entry_quote.0.unsigned_abs();
            let notional = margin::notional(position.base.0.unsigned_abs(), self.market().mark_price.0)?;
            let found = score(profit, entry, notional, self.slots[index].usdc.0);
            rank(&mut best, found, index as u16);
            seen += 1;
            if seen == LONGEST_SCAN {
                break;
            }
        }
        self.exchange.markets[self.market].cursor = if seen == LONGEST_SCAN { next as u32 } else { 0 };
        Ok(best.map(|(_, slot)| slot))
    }

    /// The slot's position and its profit at the mark, if it is on the other side of `side` and has one.
    #[inline(always)]
    fn profit_of<'s>(&self, slot: &'s Slot, side: Side) -> Result<Option<(u64, &'s Position)>, Error> {
        let Some(entry) = position::find_inline(slot, self.market as u8) else { return Ok(None) };
        let position = &slot.positions[entry];
        let opposite = match side {
            Side::Ask => position.base.0 < 0,
            Side::Bid => position.base.0 > 0,
        };
        if !opposite {
            return Ok(None);
        }
        let profit = margin::profit(position, self.market(), self.market().mark_price.0)?;
        Ok(u64::try_from(profit).ok().filter(|profit| *profit > 0).map(|profit| (profit, position)))
    }
}

/// Puts a slot into the ranking; of equal scores the lower slot comes first.
#[inline(always)]
fn rank(best: &mut [(u64, u16); CANDIDATES], score: u64, slot: u16) {
    let ahead = |one: &(u64, u16)| one.1 != NO_SLOT && (one.0 > score || (one.0 == score && one.1 < slot));
    let Some(last) = best.last() else { return };
    if ahead(last) {
        return;
    }
    let place = best.iter().take_while(|one| ahead(one)).count();
    best[place..].rotate_right(1);
    best[place] = (score, slot);
}
