//! Placing, matching and cancelling orders in one market.
//!
//! A [`Venue`] is what one instruction sees. Each public function runs one instruction whole; when it
//! fails the caller discards every change.

mod bankruptcy;
mod batch;
mod cancel;
mod gates;
mod liquidation;
mod matching;
mod modify;
mod place;
mod prune;
mod resting;
mod settle;
pub(crate) mod settlement;
mod takeover;
mod top;
mod trigger;

pub use bankruptcy::{Loss, resolve_bankruptcy};
pub use batch::{place_many, replace_many};
pub use cancel::{cancel_all, cancel_by_client_id, cancel_order};
pub use liquidation::{force_cancel, liquidate};
pub use modify::modify_order;
pub use place::place_order;
pub use prune::prune_expired;
pub use settlement::{SETTLEMENT_S, settle_slots};
pub use takeover::{auto_deleverage, take_over};
pub use trigger::execute_trigger;

use crate::book::BookView;
use crate::delegates;
use crate::error::Error;
use crate::events::{MarketAfter, OrdersProcessed, PositionsTransferred};
use crate::instructions::Side;
use crate::mark;
use crate::now::Now;
use crate::position;
use crate::recorder::Recorder;
use crate::slots;
use crate::state::{Exchange, Market, Slot, Trader};
use crate::units::Pubkey;

/// Which instruction an event came from: `OrdersProcessed::kind`.
pub mod kind {
    /// `place_order`.
    pub const PLACE_ORDER: u8 = 0;
    /// `place_many`.
    pub const PLACE_MANY: u8 = 1;
    /// `replace_many`.
    pub const REPLACE_MANY: u8 = 2;
    /// `cancel_order`.
    pub const CANCEL_ORDER: u8 = 3;
    /// `cancel_by_client_id`.
    pub const CANCEL_BY_CLIENT_ID: u8 = 4;
    /// `cancel_all`.
    pub const CANCEL_ALL: u8 = 5;
    /// `modify_order`.
    pub const MODIFY_ORDER: u8 = 6;
    /// `prune_expired`.
    pub const PRUNE_EXPIRED: u8 = 7;
    /// `force_cancel`; the event's taker is the account in trouble.
    pub const FORCE_CANCEL: u8 = 8;
    /// `liquidate`; the event's taker is the account in trouble.
    pub const LIQUIDATE: u8 = 9;
    /// `settle_slots` while it cancels orders.
    pub const SETTLE_SLOTS: u8 = 11;
    /// `execute_trigger`; the event's taker is the trigger's owner.
    pub const EXECUTE_TRIGGER: u8 = 10;
}

/// On whose behalf an instruction runs, and who signed it.
pub struct Caller<'a> {
    /// The trader that acts.
    pub trader: &'a mut Trader,
    /// Who signed.
    pub signer: &'a Pubkey,
    /// Anyone may run this instruction for the trader.
    pub anyone: bool,
}

/// Everything that an order instruction can touch.
pub struct Venue<'a> {
    exchange: &'a mut Exchange,
    slots: &'a mut [Slot],
    book: BookView<'a>,
    record: Recorder<'a>,
    now: Now,
    market: usize,
    trader: u16,
    account: &'a mut Trader,
    delegate: Option<u8>,
    bids_changed: bool,
    asks_changed: bool,
}

impl<'a> Venue<'a> {
    /// Checks that the book is the market's, that the trader has its slot and that `signer` may act
    /// for it, and adds up what held before this instruction.
    ///
    /// # Errors
    /// `UnknownMarket`, `WrongMarket`, `TraderNotActive`, `StaleGeneration`, `NotAuthorised`, `DelegateExpired`.
    #[inline(always)]
    pub fn open(
        exchange: &'a mut Exchange,
        slots: &'a mut [Slot],
        book: BookView<'a>,
        caller: Caller<'a>,
        market: u16,
        record: Recorder<'a>,
        now: Now,
    ) -> Result<Self, Error> {
        if market >= exchange.market_count {
            return Err(Error::UnknownMarket);
        }
        if book.header.market != market {
            return Err(Error::WrongMarket);
        }
        let Caller { trader, signer, anyone } = caller;
        let delegate = if anyone { None } else { delegates::authorise(trader, signer, now)? };
        slots::of(slots, trader)?.last_active = now.unix as u32;
        let market = usize::from(market);
        mark::integrate(exchange.markets.get_mut(market).ok_or(Error::UnknownMarket)?, now);
        Ok(Self {
            exchange,
            slots,
            book,
            record,
            now,
            market,
            trader: trader.slot_index,
            account: trader,
            delegate,
            bids_changed: false,
            asks_changed: false,
        })
    }

    /// The event of what happened, with the exchange's running number `seq`.
    pub fn event(&self, seq: u64, kind: u8, signer: &Pubkey) -> OrdersProcessed<'_> {
        OrdersProcessed {
            seq,
            slot: self.now.slot,
            unix_ts: self.now.unix,
            market: self.market as u16,
            kind,
            taker_slot: self.trader,
            generation: self.slot().generation,
            signer: *signer,
            update_seq: self.book.header.update_seq,
            orders: self.record.order_records(),
            fills: self.record.fill_records(),
            removed: self.record.removed_records(),
            touched: self.record.touched_records(),
            market_after: self.market_after(),
        }
    }

    /// The event of positions that changed hands; `kind` is one of [`crate::events::transfer_kind`].
    pub fn transferred(&self, seq: u64, kind: u8, signer: &Pubkey) -> PositionsTransferred<'_> {
        PositionsTransferred {
            seq,
            slot: self.now.slot,
            unix_ts: self.now.unix,
            market: self.market as u16,
            kind,
            from_slot: self.trader,
            generation: self.slot().generation,
            signer: *signer,
            transfers: self.record.transfer_records(),
            touched: self.record.touched_records(),
            market_after: self.market_after(),
        }
    }

    /// Takes the exchange's next event number.
    ///
    /// # Errors
    /// `ArithmeticOverflow`.
    pub fn next_event(&mut self) -> Result<u64, Error> {
        self.exchange.event_seq = self.exchange.event_seq.checked_add(1).ok_or(Error::ArithmeticOverflow)?;
        Ok(self.exchange.event_seq)
    }

    fn market_after(&self) -> MarketAfter {
        let market = self.market();
        MarketAfter {
            best_bid: market.best_bid_ticks,
            best_ask: market.best_ask_ticks,
            mark: market.mark_price.0,
            index: market.index_price.0,
            last: market.last_trade.0,
            open_interest: market.open_long,
            funding_index: market.funding_index.0,
            next_rate: market.next_rate,
        }
    }

    #[inline(always)]
    fn market(&self) -> &Market {
        // `open` checked the index against the table.
        &self.exchange.markets[self.market]
    }

    #[inline(always)]
    fn slot(&self) -> &Slot {
        // `open` checked the index against the ledger.
        &self.slots[usize::from(self.trader)]
    }

    #[inline(always)]
    fn slot_mut(&mut self) -> &mut Slot {
        &mut self.slots[usize::from(self.trader)]
    }

    #[inline(always)]
    fn changed(&mut self, side: Side) {
        match side {
            Side::Bid => self.bids_changed = true,
            Side::Ask => self.asks_changed = true,
        }
    }

    /// After the last change: frees an empty position, caches the top of the book, computes the mark,
    /// writes down the touched slots.
    #[inline(never)]
    fn finish(&mut self) -> Result<(), Error> {
        let market = self.market as u8;
        let trader = usize::from(self.trader);
        if let Some(index) = position::find_inline(&self.slots[trader], market) {
            position::free_if_empty(&mut self.slots[trader], index);
        }
        if self.bids_changed || self.asks_changed {
            self.book.header.update_seq += 1;
            top::refresh(self)?;
            mark::refresh(&mut self.exchange.markets[self.market], self.now);
        }
        self.record.close(self.slots, market)
    }
}
