//! A small exchange in memory: one market at $1 a lot, traders with money, and every invariant checked
//! after every instruction. An instruction that fails changes nothing.
#![allow(dead_code)]

pub mod params;

use quantdesk_engine::book::BookView;
use quantdesk_engine::describe::Seq;
use quantdesk_engine::error::Error;
use quantdesk_engine::events::{
    FillRecord, MAX_EVENT_BYTES, OrderRecord, RemovedRecord, TouchedRecord, TransferRecord,
};
use quantdesk_engine::instructions::*;
use quantdesk_engine::margin::{self, Standing};
use quantdesk_engine::now::Now;
use quantdesk_engine::recorder::{RECORDER_BYTES, Recorder};
use quantdesk_engine::state::*;
use quantdesk_engine::trading::{self, Caller, Loss, Venue};
use quantdesk_engine::units::{LotPrice, Pubkey, QuoteAtoms};
use quantdesk_engine::{funding, invariants, mark};

/// Quote atoms per lot at the index of 10,000 ticks.
pub const PRICE: u64 = 1_000_000;
/// Ticks at the index.
pub const MID: u32 = 10_000;
/// One dollar.
pub const USD: i64 = 1_000_000;

#[derive(Clone)]
pub struct World {
    pub exchange: Box<Exchange>,
    pub slots: Vec<Slot>,
    pub header: Box<Book>,
    pub bids: Vec<Order>,
    pub asks: Vec<Order>,
    pub traders: Vec<Trader>,
    pub now: Now,
}

/// What an instruction recorded.
#[derive(Default)]
pub struct Report {
    pub orders: Vec<OrderRecord>,
    pub fills: Vec<FillRecord>,
    pub removed: Vec<RemovedRecord>,
    pub touched: Vec<TouchedRecord>,
    /// Of a take-over or a deleveraging.
    pub transfers: Vec<TransferRecord>,
    /// Of a bankruptcy.
    pub loss: Option<Loss>,
}

impl World {
    /// `traders` of them with $10,000 each and an order book of `capacity` a side.
    pub fn new(traders: u8, capacity: u32) -> Self {
        let mut exchange = Box::new(Exchange::zeroed());
        exchange.opened = 1;
        exchange.collateral_count = 1;
        exchange.market_count = 1;
        exchange.fee_tiers[0] = FeeTier { min_volume: 0, maker: -50, taker: 350 };
        exchange.markets[0] = market();
        let mut header = Box::new(Book::zeroed());
        header.capacity = capacity;
        let room = vec![Order::zeroed(); capacity as usize];
        let mut world = Self {
            exchange,
            slots: Vec::new(),
            header,
            bids: room.clone(),
            asks: room,
            traders: Vec::new(),
            now: Now { slot: 1_000, unix: 3_600_000 },
        };
        for number in 0..traders {
            world.add_trader(number + 1, 0, 10_000 * USD);
        }
        world.publish(PRICE);
        world
    }

    /// Adds a slot for the owner with this number; returns the trader's place.
    pub fn add_trader(&mut self, owner: u8, sub: u8, usdc: i64) -> usize {
        let index = self.slots.len();
        let mut slot = Slot::zeroed();
        slot.owner = Pubkey([owner; 32]);
        slot.sub = sub;
        slot.generation = 7;
        slot.flags = slot_flags::ACTIVE;
        slot.usdc = QuoteAtoms(usdc);
        slot.positions.iter_mut().for_each(|position| position.market = NO_MARKET);
        self.slots.push(slot);
        self.exchange.collaterals[0].total_deposits += usdc as u64;
        let mut trader = Trader::zeroed();
        trader.owner = slot.owner;
        trader.sub = sub;
        trader.active = 1;
        trader.slot_index = index as u16;
        trader.generation = 7;
        trader.triggers.iter_mut().for_each(|trigger| trigger.market = NO_MARKET);
        self.traders.push(trader);
        index
    }

    /// Makes the slot's maintenance equity exactly this, by its balance; the vault follows.
    pub fn set_equity(&mut self, who: usize, equity: i64) {
        let more = equity - self.standing(who).equity;
        let (before, slot) = (self.slots[who].usdc.0, &mut self.slots[who]);
        slot.usdc.0 += more;
        let negative = slot.usdc.0.min(0) - before.min(0);
        self.exchange.negative_usdc = self.exchange.negative_usdc.wrapping_add_signed(-negative);
        let deposits = &mut self.exchange.collaterals[0].total_deposits;
        *deposits = deposits.wrapping_add_signed(more);
    }

    /// Opens `base` lots for `who`, from `other`, in a second market that is like the first.
    pub fn hold_elsewhere(&mut self, who: usize, other: usize, base: i64) {
        self.exchange.market_count = 2;
        self.exchange.markets[1] = self.exchange.markets[0];
        let price = self.exchange.markets[1].index_price.0 as i64;
        for (slot, base) in [(who, base), (other, -base)] {
            let entry = quantdesk_engine::position::find_or_take(&mut self.slots[slot], 1).expect("an entry is free");
            let position = &mut self.slots[slot].positions[entry];
            (position.base.0, position.quote.0, position.entry_quote.0) = (base, -base * price, -base * price);
        }
        let market = &mut self.exchange.markets[1];
        (market.open_long, market.open_short) = (base.unsigned_abs(), base.unsigned_abs());
    }

    /// Sets the index price, as an accepted update does.
    pub fn publish(&mut self, price: u64) {
        let market = &mut self.exchange.markets[0];
        mark::integrate(market, self.now);
        market.index_price = LotPrice(price);
        market.publish_ms = self.now.unix * 1_000;
        mark::refresh(market, self.now);
    }

    /// Lets time pass, with a fresh price of the same value at the end.
    pub fn pass(&mut self, seconds: i64) {
        self.now.unix += seconds;
        self.now.slot += seconds as u64 * 2;
        self.publish(self.exchange.markets[0].index_price.0);
    }

    /// Runs an instruction as trader `who`; state is as before when it fails.
    pub fn run(&mut self, who: usize, act: impl FnOnce(&mut Venue<'_>) -> Result<(), Error>) -> Result<Report, Error> {
        self.run_signed(who, self.traders[who].owner, act)
    }

    /// As [`Self::run`], signed by another key.
    pub fn run_signed(
        &mut self,
        who: usize,
        signer: Pubkey,
        act: impl FnOnce(&mut Venue<'_>) -> Result<(), Error>,
    ) -> Result<Report, Error> {
        self.run_for(who, signer, false, act)
    }

    /// As [`Self::run_signed`], for instructions that `anyone` may run.
    pub fn run_for(
        &mut self,
        who: usize,
        signer: Pubkey,
        anyone: bool,
        act: impl FnOnce(&mut Venue<'_>) -> Result<(), Error>,
    ) -> Result<Report, Error> {
        let before = self.clone();
        let mut region = vec![0u64; RECORDER_BYTES.div_ceil(8)];
        // SAFETY: u64s viewed as bytes.
        let bytes = unsafe { std::slice::from_raw_parts_mut(region.as_mut_ptr().cast(), region.len() * 8) };
        let mut trader = self.traders[who];
        let book = BookView { header: &mut self.header, bids: &mut self.bids, asks: &mut self.asks };
        let record = Recorder::new(bytes)?;
        let result = Venue::open(
            &mut self.exchange,
            &mut self.slots,
            book,
            Caller { trader: &mut trader, signer: &signer, anyone },
            0,
            record,
            self.now,
        )
        .and_then(|mut venue| {
            act(&mut venue)?;
            venue.next_event()?;
            let event = venue.event(1, 0, &signer);
            assert!(encoded(&[event]).len() + 16 <= MAX_EVENT_BYTES, "with tag and discriminator an event fits a CPI");
            Ok(Report {
                orders: event.orders.iter().flatten().collect(),
                fills: event.fills.iter().flatten().collect(),
                removed: event.removed.iter().flatten().collect(),
                touched: event.touched.iter().flatten().collect(),
                ..Report::default()
            })
        });
        match &result {
            Ok(report) => {
                self.traders[who] = trader;
                self.check_touched(&before, who, report);
            }
            Err(_) => *self = before,
        }
        self.check();
        result
    }

    /// The event tells of every slot that changed, as it is now.
    fn check_touched(&self, before: &World, who: usize, report: &Report) {
        for record in &report.touched {
            let (slot, position) = (&self.slots[usize::from(record.slot)], self.position(usize::from(record.slot)));
            assert_eq!(({ record.usdc }, { record.locked }), (slot.usdc.0, slot.locked.0));
            assert_eq!(({ record.base }, { record.quote }), (position.base.0, position.quote.0));
            assert_eq!(({ record.bid_lots }, { record.ask_lots }), (position.bid_lots, position.ask_lots));
        }
        for (index, (old, new)) in before.slots.iter().zip(&self.slots).enumerate() {
            let told = report.touched.iter().any(|record| usize::from(record.slot) == index);
            let same = format!("{old:?}") == format!("{new:?}");
            assert!(told || same || index == who, "slot {index} changed without a word");
        }
    }

    pub fn check(&mut self) {
        let book = BookView { header: &mut self.header, bids: &mut self.bids, asks: &mut self.asks };
        invariants::check(&self.exchange, &self.slots, &[book]).expect("an invariant does not hold");
    }

    pub fn place(&mut self, who: usize, order: PlaceOrder) -> Result<Report, Error> {
        self.run(who, |venue| trading::place_order(venue, &order))
    }

    pub fn replace(&mut self, who: usize, cancels: &[OrderId], quotes: &[Quote]) -> Result<Report, Error> {
        let (cancels, quotes) = (encoded(cancels), encoded(quotes));
        self.run(who, |venue| trading::replace_many(venue, &replacement(&cancels, &quotes)))
    }

    pub fn cancel(&mut self, who: usize, ticks: u32, seq: u64) -> Result<Report, Error> {
        self.run(who, |venue| trading::cancel_order(venue, &CancelOrder { market: 0, ticks, seq }))
    }

    pub fn modify(&mut self, who: usize, id: (u32, u64), ticks: u32, lots: u32) -> Result<Report, Error> {
        let args = ModifyOrder {
            market: 0,
            ticks: id.0,
            seq: id.1,
            new_ticks: ticks,
            new_lots: lots,
            nonce: 0,
            valid_until_slot: 0,
        };
        self.run(who, |venue| trading::modify_order(venue, &args))
    }

    pub fn prune(&mut self, who: usize, orders: &[OrderId]) -> Result<Report, Error> {
        let orders = encoded(orders);
        let args = PruneExpired { market: 0, orders: Seq::over(&orders) };
        self.run(who, |venue| trading::prune_expired(venue, &args))
    }

    pub fn force_cancel(&mut self, keeper: usize, victim: usize) -> Result<Report, Error> {
        let args = ForceCancel { market: 0, slot: victim as u16, generation: self.slots[victim].generation };
        self.run(keeper, |venue| trading::force_cancel(venue, &args))
    }

    pub fn liquidate(&mut self, keeper: usize, victim: usize) -> Result<Report, Error> {
        let args = Liquidate { market: 0, slot: victim as u16, generation: self.slots[victim].generation };
        self.run(keeper, |venue| trading::liquidate(venue, &args))
    }

    pub fn take_over(&mut self, keeper: usize, victim: usize, lots: u32) -> Result<Report, Error> {
        let args = TakeOver { market: 0, slot: victim as u16, generation: self.slots[victim].generation, lots };
        self.transferring(keeper, victim, |venue| trading::take_over(venue, &args))
    }

    pub fn resolve_bankruptcy(&mut self, keeper: usize, victim: usize) -> Result<Report, Error> {
        let args = ResolveBankruptcy { market: 0, slot: victim as u16, generation: self.slots[victim].generation };
        let mut loss = None;
        let report = self.run(keeper, |venue| {
            let found = trading::resolve_bankruptcy(venue, &args)?;
            let event = venue.resolved(1, &Pubkey::default(), found);
            assert_eq!(
                ({ event.from_slot }, { event.paid }, { event.unpaid }),
                (victim as u16, found.paid, found.unpaid)
            );
            loss = Some(found);
            Ok(())
        })?;
        Ok(Report { loss, ..report })
    }

    pub fn auto_deleverage(&mut self, keeper: usize, victim: usize) -> Result<Report, Error> {
        let args = AutoDeleverage { market: 0, slot: victim as u16, generation: self.slots[victim].generation };
        self.transferring(keeper, victim, |venue| trading::auto_deleverage(venue, &args))
    }

    /// Runs what moves positions; its event names the account in trouble and every transfer.
    fn transferring(
        &mut self,
        keeper: usize,
        victim: usize,
        act: impl FnOnce(&mut Venue<'_>) -> Result<(), Error>,
    ) -> Result<Report, Error> {
        let mut transfers = Vec::new();
        let report = self.run(keeper, |venue| {
            act(venue)?;
            let event = venue.transferred(1, 0, &Pubkey::default());
            assert_eq!({ event.from_slot }, victim as u16);
            transfers = event.transfers.iter().map(|record| record.expect("a record")).collect();
            Ok(())
        })?;
        Ok(Report { transfers, ..report })
    }

    /// Gives to the insurance fund.
    pub fn insure(&mut self, amount: u64) {
        quantdesk_engine::insurance::deposit(&mut self.exchange, amount).expect("the fund takes it");
    }

    pub fn standing(&self, who: usize) -> Standing {
        margin::standing(&self.exchange, &self.slots[who], self.now).expect("a standing")
    }

    pub fn cancel_all(&mut self, who: usize) -> Result<Report, Error> {
        self.run(who, |venue| trading::cancel_all(venue, &CancelAll { market: 0, side: CancelSide::Both }))
    }

    /// The trader's position, flat if there is none.
    pub fn position(&self, who: usize) -> Position {
        let slot = &self.slots[who];
        *slot.positions.iter().find(|position| position.market == 0).unwrap_or(&Position::zeroed())
    }

    /// Funding that the trader's position owes now.
    pub fn owed(&self, who: usize) -> i64 {
        funding::owed(&self.position(who), self.exchange.markets[0].funding_index).expect("funding").0
    }

    /// Resting orders of a side as (ticks, lots, slot), best first.
    pub fn side(&self, side: Side) -> Vec<(u32, u32, u16)> {
        let (room, count) = match side {
            Side::Bid => (&self.bids, self.header.bid_count),
            Side::Ask => (&self.asks, self.header.ask_count),
        };
        room[..count as usize].iter().rev().map(|order| (order.ticks, order.lots, order.slot)).collect()
    }
}

pub fn encoded<T: quantdesk_engine::describe::Encode>(items: &[T]) -> Vec<u8> {
    let mut buffer = vec![0; 16_384];
    let mut writer = quantdesk_engine::describe::Writer::new(&mut buffer);
    items.iter().for_each(|item| item.encode(&mut writer));
    let length = writer.finish().expect("the buffer is large enough");
    buffer.truncate(length);
    buffer
}

fn market() -> Market {
    let mut market = Market::zeroed();
    market.status = market_status::ACTIVE;
    market.lots_per_base = 100;
    market.tick_size = 100;
    market.tiers = [(1_000_000, 50_000), (5_000_000, 100_000), (20_000_000, 200_000), (90_000_000, 500_000)]
        .map(|(usd, rate)| MarginTier { up_to: usd * USD as u64, rate, reserved: 0 });
    market.maintenance_fraction = 500_000;
    market.profit_weight = 1_000_000;
    market.oi_cap = 10_000_000;
    market.surcharge_start = 800_000;
    market.surcharge_rate = 100_000;
    market.max_position = 5_000_000;
    market.mark_band = 12_500;
    market.trade_band = 50_000;
    market.vesting_s = 600;
    market.funding_cap = 5_000;
    market.interest = 100;
    market.impact_notional = 1_000 * USD as u64;
    market.min_order_notional = 10 * USD as u64;
    market.open_max_age_ms = 10_000;
    market.liquidate_max_age_ms = 60_000;
    market.open_confidence = 2_500;
    market.liquidate_confidence = 10_000;
    market.jump_band = 20_000;
    market.minute_band = 100_000;
    market.sampled_at = 3_600_000;
    market.funding_hour = 1_000;
    market
}

/// A limit order.
pub fn limit(side: Side, ticks: u32, lots: u32) -> PlaceOrder {
    PlaceOrder {
        market: 0,
        side,
        kind: OrderKind::Limit,
        reduce_only: false,
        self_trade: SelfTrade::CancelMaker,
        ticks,
        lots,
        min_fill_lots: 0,
        expiry_kind: ExpiryKind::Never,
        expiry: 0,
        client_id: 0,
        nonce: 0,
        valid_until_slot: 0,
    }
}

/// An immediate-or-cancel order.
pub fn ioc(side: Side, ticks: u32, lots: u32) -> PlaceOrder {
    PlaceOrder { kind: OrderKind::ImmediateOrCancel, ..limit(side, ticks, lots) }
}

/// A post-only quote of a batch.
/// A batch in market 0 without expiry and nonce, of encoded quotes.
pub fn batch(quotes: &[u8]) -> PlaceMany<'_> {
    PlaceMany {
        market: 0,
        self_trade: SelfTrade::CancelMaker,
        expiry_kind: ExpiryKind::Never,
        expiry: 0,
        nonce: 0,
        valid_until_slot: 0,
        quotes: Seq::over(quotes),
    }
}

/// The same, in the place of orders whose encoded ids are given.
pub fn replacement<'a>(cancels: &'a [u8], quotes: &'a [u8]) -> ReplaceMany<'a> {
    ReplaceMany {
        market: 0,
        self_trade: SelfTrade::CancelMaker,
        expiry_kind: ExpiryKind::Never,
        expiry: 0,
        nonce: 0,
        valid_until_slot: 0,
        cancels: Seq::over(cancels),
        quotes: Seq::over(quotes),
    }
}

pub fn quote(side: Side, ticks: u32, lots: u32) -> Quote {
    Quote { side, kind: OrderKind::PostOnly, reduce_only: false, ticks, lots, client_id: 0 }
}
