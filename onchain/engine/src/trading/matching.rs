//! Matching an arriving order against the opposite side, best price and oldest order first.

use super::Venue;
use super::gates::{Band, Intent, reducible};
use super::settle::{Trade, fee, may_fill, settle_funding};
use crate::book::crosses;
use crate::error::Error;
use crate::events::{FillRecord, RemovedRecord, removal};
use crate::instructions::{SelfTrade, Side};
use crate::margin::{self, Margin};
use crate::position;
use crate::state::{Order, Position, Slot, order_flags};
use crate::units::{LotPrice, difference, product};

/// Why matching ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// The order is filled.
    Filled,
    /// Nothing on the other side crosses: the rest may rest.
    Uncrossed,
    /// Something that crosses remains: the rest may not rest.
    Blocked(Error),
}

/// How far an order got.
pub(super) struct Matched {
    pub filled: u32,
    pub stop: Stop,
}

/// The arriving order's owner, as far as each fill needs it.
struct Taker {
    index: usize,
    others: Margin,
}

/// What to do with the head of the opposite side.
enum Head {
    Remove(u8),
    RemoveAndStop(u8),
    Stop(Error),
    Trade,
}

impl Venue<'_> {
    /// Matches up to `lots`. Dead, self-owned and unfillable makers are removed on the way.
    #[inline(never)]
    pub(super) fn take(&mut self, intent: &Intent, lots: u32, index: usize, band: Band) -> Result<Matched, Error> {
        let opposite = intent.side.opposite();
        let mut taker: Option<Taker> = None;
        let mut filled = 0;
        let stop = loop {
            if filled == lots {
                break Stop::Filled;
            }
            let Some(head) = self.book.best(opposite).copied() else { break Stop::Uncrossed };
            if !crosses(intent.side, intent.ticks, head.ticks) {
                break Stop::Uncrossed;
            }
            match self.judge(intent, &head, band)? {
                Head::Stop(error) => break Stop::Blocked(error),
                Head::Remove(_) if !self.record.may_remove() => break Stop::Blocked(Error::MatchLimitReached),
                Head::Remove(reason) => self.drop_head(opposite, reason)?,
                Head::RemoveAndStop(reason) => {
                    self.drop_head(opposite, reason)?;
                    break Stop::Blocked(Error::SelfTrade);
                }
                Head::Trade if !self.record.may_fill() => break Stop::Blocked(Error::MatchLimitReached),
                Head::Trade => {
                    let taker = match &mut taker {
                        Some(taker) => taker,
                        none => none.insert(self.taker(index)?),
                    };
                    match self.trade(intent, lots - filled, &head, taker)? {
                        Traded::Filled(lots) => filled += lots,
                        Traded::MakerRemoved => {}
                        Traded::Stops(error) => break Stop::Blocked(error),
                    }
                }
            }
        };
        Ok(Matched { filled, stop })
    }

    /// Settles the arriving owner's funding and adds up everything but the position.
    #[inline(never)]
    fn taker(&mut self, index: usize) -> Result<Taker, Error> {
        let slot = &mut self.slots[usize::from(self.trader)];
        let paid = settle_funding(self.exchange, self.market, slot, index)?;
        self.record.touch(self.trader, paid)?;
        let mut others = margin::maintenance_except(self.exchange, slot, self.market as u8, self.now)?;
        others.equity = difference(others.equity, slot.usdc.0);
        Ok(Taker { index, others })
    }

    #[inline(always)]
    fn judge(&self, intent: &Intent, head: &Order, band: Band) -> Result<Head, Error> {
        let owner = self.slots.get(usize::from(head.slot)).ok_or(Error::BrokenInvariant)?;
        if let Some(reason) = self.dead(head, owner, band) {
            return Ok(Head::Remove(reason));
        }
        if intent.post_only() {
            return Ok(Head::Stop(Error::PostOnlyWouldCross));
        }
        if head.slot == self.trader || owner.owner == self.slot().owner {
            return Ok(match intent.self_trade {
                SelfTrade::CancelMaker => Head::Remove(removal::SELF_TRADE),
                SelfTrade::CancelTaker => Head::Stop(Error::SelfTrade),
                SelfTrade::CancelBoth => Head::RemoveAndStop(removal::SELF_TRADE),
            });
        }
        Ok(Head::Trade)
    }

    /// Why a resting order may not trade any more.
    #[inline(always)]
    fn dead(&self, order: &Order, owner: &Slot, band: Band) -> Option<u8> {
        if let Some(reason) = self.expired(order, owner) {
            return Some(reason);
        }
        if !band.holds(order.ticks) {
            return Some(removal::OUTSIDE_BAND);
        }
        None
    }

    /// Why a resting order's time is over.
    #[inline(always)]
    pub(super) fn expired(&self, order: &Order, owner: &Slot) -> Option<u8> {
        let expiry = u64::from(order.expiry);
        if order.flags & order_flags::EXPIRES_AT_SLOT != 0 && self.now.slot >= expiry
            || order.flags & order_flags::EXPIRES_AT_TIME != 0 && self.now.unix >= expiry as i64
        {
            return Some(removal::EXPIRED);
        }
        if owner.cancel_after_slot != 0 && self.now.slot > owner.cancel_after_slot {
            return Some(removal::DEAD_MAN);
        }
        None
    }

    #[inline(never)]
    fn drop_head(&mut self, side: Side, reason: u8) -> Result<(), Error> {
        self.record.count_match_removal();
        let last = self.book.count(side).checked_sub(1).ok_or(Error::BrokenInvariant)?;
        self.remove_order(side, last, reason)
    }

    /// Takes an order out of the book and its owner's totals, and records why.
    #[inline(never)]
    pub(super) fn remove_order(&mut self, side: Side, index: usize, reason: u8) -> Result<(), Error> {
        let order = self.book.remove(side, index)?;
        self.changed(side);
        let owner = self.slots.get_mut(usize::from(order.slot)).ok_or(Error::BrokenInvariant)?;
        let entry = position::find_inline(owner, self.market as u8).ok_or(Error::BrokenInvariant)?;
        position::unrest(&mut owner.positions[entry], side, order.lots, true);
        if order.slot != self.trader {
            position::free_if_empty(owner, entry);
        }
        self.record.removed(RemovedRecord {
            slot: order.slot,
            generation: owner.generation,
            ticks: order.ticks,
            seq: order.seq,
            client_id: order.client_id,
            lots: order.lots,
            reason,
        })?;
        self.record.touch_inline(order.slot, 0)
    }
}

enum Traded {
    Filled(u32),
    MakerRemoved,
    Stops(Error),
}

/// A fill as both of its sides see it.
struct Pair {
    made: Trade,
    took: Trade,
}

impl Venue<'_> {
    /// One fill against the head of the opposite side, if both sides' margin allows it.
    #[inline(always)]
    fn trade(&mut self, intent: &Intent, wanted: u32, head: &Order, taker: &Taker) -> Result<Traded, Error> {
        let opposite = intent.side.opposite();
        let (trader, maker) = (usize::from(self.trader), usize::from(head.slot));
        let entry = position::find_inline(&self.slots[maker], self.market as u8).ok_or(Error::BrokenInvariant)?;
        let lots = fillable(head, &self.slots[maker].positions[entry], opposite, wanted);
        if lots == 0 {
            return self.drop_maker(opposite, removal::REDUCE_ONLY);
        }
        let pair = self.terms(intent, head.ticks, lots)?;
        let maker_others = self.maker_others(head.slot, entry)?;
        let market = self.market();
        let resting = &self.slots[maker];
        if !may_fill(market, &resting.positions[entry], resting.usdc.0, &maker_others, &pair.made)? {
            return self.drop_maker(opposite, removal::MARGIN);
        }
        let arriving = &self.slots[trader];
        if !may_fill(market, &arriving.positions[taker.index], arriving.usdc.0, &taker.others, &pair.took)? {
            return Ok(Traded::Stops(Error::MaintenanceBreach));
        }
        self.book_trade(intent, head, entry, taker.index, &pair)?;
        Ok(Traded::Filled(lots))
    }

    /// Price and fees of a fill.
    #[inline(always)]
    fn terms(&self, intent: &Intent, ticks: u32, lots: u32) -> Result<Pair, Error> {
        let price = product(u64::from(ticks), self.market().tick_size).ok_or(Error::ArithmeticOverflow)?;
        let notional = margin::notional(u64::from(lots), price)?;
        let tier = &self.exchange.fee_tiers[0];
        let (maker_rate, taker_rate) = (i64::from(tier.maker), i64::from(tier.taker));
        Ok(Pair {
            made: Trade { side: intent.side.opposite(), lots, price, fee: fee(notional, maker_rate)? },
            took: Trade { side: intent.side, lots, price, fee: fee(notional, taker_rate)? },
        })
    }

    /// Settles the maker's funding and adds up everything of it but the position and the balance.
    #[inline(always)]
    fn maker_others(&mut self, maker: u16, entry: usize) -> Result<Margin, Error> {
        let resting = &mut self.slots[usize::from(maker)];
        let paid = settle_funding(self.exchange, self.market, resting, entry)?;
        self.record.touch_inline(maker, paid)?;
        let mut others = margin::maintenance_except(self.exchange, resting, self.market as u8, self.now)?;
        others.equity = difference(others.equity, resting.usdc.0);
        Ok(others)
    }

    /// Moves what a fill moves: both slots, the book's head, the last price; and records it.
    #[inline(always)]
    fn book_trade(
        &mut self,
        intent: &Intent,
        head: &Order,
        entry: usize,
        index: usize,
        pair: &Pair,
    ) -> Result<(), Error> {
        let (unix, lots, opposite) = (self.now.unix, pair.made.lots, pair.made.side);
        let gone = lots == head.lots;
        let maker_pnl = self.settle_trade(head.slot, entry, &pair.made)?;
        let resting = &mut self.slots[usize::from(head.slot)];
        position::unrest(&mut resting.positions[entry], opposite, lots, gone);
        if gone {
            position::free_if_empty(resting, entry);
        }
        let taker_pnl = self.settle_trade(self.trader, index, &pair.took)?;
        self.shrink_head(opposite, lots, gone)?;
        let market = &mut self.exchange.markets[self.market];
        market.last_trade = LotPrice(pair.made.price);
        market.last_trade_at = unix;
        market.volume_lots = market.volume_lots.wrapping_add(u64::from(lots));
        self.record.fill(FillRecord {
            maker_slot: head.slot,
            maker_seq: head.seq,
            maker_client_id: head.client_id,
            taker_index: intent.index,
            ticks: head.ticks,
            lots,
            maker_left: head.lots - lots,
            maker_fee: pair.made.fee,
            taker_fee: pair.took.fee,
            maker_pnl,
            taker_pnl,
        })
    }

    #[inline(always)]
    fn shrink_head(&mut self, side: Side, lots: u32, gone: bool) -> Result<(), Error> {
        self.changed(side);
        if gone {
            self.book.pop(side)?;
        } else if let Some(order) = self.book.orders_mut(side).last_mut() {
            order.lots -= lots;
        }
        Ok(())
    }

    #[cold]
    #[inline(never)]
    fn drop_maker(&mut self, side: Side, reason: u8) -> Result<Traded, Error> {
        if !self.record.may_remove() {
            return Ok(Traded::Stops(Error::MatchLimitReached));
        }
        self.drop_head(side, reason)?;
        Ok(Traded::MakerRemoved)
    }
}

/// Lots that the head can give: a reduce-only maker no more than its position.
#[inline(always)]
fn fillable(head: &Order, position: &Position, side: Side, wanted: u32) -> u32 {
    let lots = wanted.min(head.lots);
    if head.flags & order_flags::REDUCE_ONLY == 0 {
        return lots;
    }
    u64::from(lots).min(reducible(position, side)) as u32
}
