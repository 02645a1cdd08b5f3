//! Money in and out of parked accounts and slots: every step, every refusal, and nothing lost on the way.

use quantdesk_engine::error::Error;
use quantdesk_engine::money::{self, EVERYTHING};
use quantdesk_engine::now::Now;
use quantdesk_engine::slots::{self, LedgerView};
use quantdesk_engine::state::{Collateral, Exchange, Ledger, MarginTier, NO_SLOT, Slot, Trader, paused};
use quantdesk_engine::units::{Pubkey, QuoteAtoms};
use quantdesk_engine::upkeep;

const USD: u64 = 1_000_000;
const WEEK: i64 = 7 * 86_400;

/// An open exchange with USDC and SOL, a ledger and some traders.
struct Bank {
    exchange: Box<Exchange>,
    header: Box<Ledger>,
    slots: Vec<Slot>,
    traders: Vec<Trader>,
    now: Now,
}

impl Bank {
    fn new(capacity: u32) -> Self {
        let mut exchange = Box::new(Exchange::zeroed());
        exchange.opened = 1;
        exchange.collateral_count = 2;
        exchange.min_slot_equity = 5 * USD;
        exchange.collaterals[0] = Collateral { status: 1, deposit_cap: 1_000_000 * USD, ..Collateral::zeroed() };
        exchange.collaterals[1] = Collateral { status: 1, deposit_cap: 1_000, kind: 1, ..Collateral::zeroed() };
        let mut header = Box::new(Ledger::zeroed());
        header.capacity = capacity;
        header.free_head = NO_SLOT;
        let now = Now { slot: 1_000, unix: 1_000_000 };
        Self { exchange, header, slots: vec![Slot::zeroed(); capacity as usize], traders: Vec::new(), now }
    }

    fn open(&mut self, owner: u8) -> usize {
        let mut trader = Trader::zeroed();
        trader.owner = Pubkey([owner; 32]);
        trader.slot_index = NO_SLOT;
        self.traders.push(trader);
        self.traders.len() - 1
    }

    /// With `usd` in a slot.
    fn active(&mut self, owner: u8, usd: u64) -> usize {
        let who = self.open(owner);
        self.deposit(who, 0, usd * USD).unwrap();
        self.activate(who).unwrap();
        who
    }

    fn deposit(&mut self, who: usize, collateral: u8, amount: u64) -> Result<bool, Error> {
        let (exchange, trader) = (&mut self.exchange, &mut self.traders[who]);
        money::deposit(exchange, &mut self.slots, trader, collateral, amount, self.now.unix).map(|moved| moved.parked)
    }

    fn withdraw(&mut self, who: usize, collateral: u8, amount: u64) -> Result<u64, Error> {
        let (exchange, trader) = (&mut self.exchange, &mut self.traders[who]);
        money::withdraw(exchange, &mut self.slots, trader, collateral, amount, self.now).map(|moved| moved.amount)
    }

    fn activate(&mut self, who: usize) -> Result<(), Error> {
        let mut ledger = LedgerView { header: &mut self.header, slots: &mut self.slots };
        money::activate(&mut self.exchange, &mut ledger, &mut self.traders[who], self.now.unix)
    }

    fn close(&mut self, who: usize) -> Result<(), Error> {
        let mut ledger = LedgerView { header: &mut self.header, slots: &mut self.slots };
        money::close(&mut self.exchange, &mut ledger, &mut self.traders[who])
    }

    fn park(&mut self, who: usize, signer: u8) -> Result<(), Error> {
        let mut ledger = LedgerView { header: &mut self.header, slots: &mut self.slots };
        upkeep::park(&mut self.exchange, &mut ledger, &mut self.traders[who], &Pubkey([signer; 32]), self.now)
    }

    fn transfer(&mut self, from: usize, to: usize, collateral: u8, amount: u64) -> Result<u64, Error> {
        let (mut source, mut target) = (self.traders[from], self.traders[to]);
        let (owner, pair) = (source.owner, (&mut source, &mut target));
        let what = (collateral, amount);
        let moved = upkeep::transfer(&mut self.exchange, &mut self.slots, pair, &owner, what, self.now);
        (self.traders[from], self.traders[to]) = (source, target);
        moved
    }

    fn slot(&mut self, who: usize) -> &mut Slot {
        slots::of(&mut self.slots, &self.traders[who]).unwrap()
    }
}

#[test]
fn money_is_parked_then_in_the_slot_then_out_again() {
    let mut bank = Bank::new(4);
    let who = bank.open(1);
    assert_eq!(bank.deposit(who, 0, 7 * USD), Ok(true));
    assert_eq!(bank.exchange.collaterals[0].total_parked, 7 * USD);
    assert_eq!(bank.withdraw(who, 0, 8 * USD), Err(Error::InsufficientParked));
    assert_eq!(bank.withdraw(who, 0, USD), Ok(USD));
    bank.activate(who).unwrap();
    assert_eq!(bank.activate(who), Err(Error::TraderAlreadyActive));
    assert_eq!((bank.slot(who).usdc, bank.exchange.collaterals[0].total_parked), (QuoteAtoms(6 * USD as i64), 0));
    assert_eq!(bank.deposit(who, 1, 30), Ok(false));
    assert_eq!(bank.slot(who).collaterals[0], 30);
    let told = money::balances(&mut bank.slots, &bank.traders[who]).unwrap();
    assert_eq!(({ told.usdc }, told.collaterals, told.parked), (6 * USD as i64, [30, 0, 0, 0], [0; 5]));
    assert_eq!(bank.withdraw(who, 0, 6 * USD + 1), Err(Error::ExceedsWithdrawable));
    assert_eq!(bank.withdraw(who, 0, EVERYTHING), Ok(6 * USD));
    assert_eq!(bank.close(who), Err(Error::TraderNotEmpty));
    assert_eq!(bank.withdraw(who, 1, EVERYTHING), Ok(30));
    assert_eq!(bank.withdraw(who, 1, EVERYTHING), Err(Error::ZeroAmount));
    bank.close(who).unwrap();
    assert_eq!((bank.header.active, bank.exchange.active_slots), (0, 0));
    assert!(bank.exchange.collaterals.iter().all(|known| known.total_deposits == 0));
}

#[test]
fn deposits_and_withdrawals_are_refused_by_name() {
    let mut bank = Bank::new(4);
    let who = bank.open(1);
    assert_eq!(bank.deposit(who, 0, 0), Err(Error::ZeroAmount));
    assert_eq!(bank.deposit(who, 2, 1), Err(Error::UnknownCollateral));
    assert_eq!(bank.deposit(who, 1, 1_001), Err(Error::DepositCapReached));
    bank.deposit(who, 1, 1_000).unwrap();
    bank.exchange.collaterals[1].status = 2;
    bank.exchange.collaterals[1].deposit_cap = 2_000;
    assert_eq!(bank.deposit(who, 1, 1), Err(Error::CollateralInactive));
    assert_eq!(bank.withdraw(who, 1, 400), Ok(400), "a collateral that is withdraw only still leaves");
    assert_eq!(bank.activate(who), Err(Error::BelowSlotEquity), "other collateral buys no slot");
    bank.exchange.paused = paused::ADMISSION;
    assert_eq!(bank.activate(who), Err(Error::Paused));
    bank.exchange.paused = 0;
    bank.exchange.withdraw_rest_until = bank.now.unix + 1;
    assert_eq!(bank.withdraw(who, 1, 1), Err(Error::WithdrawalsResting));
    bank.exchange.opened = 0;
    assert_eq!(bank.deposit(who, 0, 1), Err(Error::ExchangeNotOpen));
}

#[test]
fn money_leaves_again_the_second_that_a_pause_or_a_rest_ends() {
    let mut bank = Bank::new(4);
    let (parked, active) = (bank.open(1), bank.active(2, 10));
    bank.deposit(parked, 0, 5 * USD).unwrap();
    let end = bank.now.unix + 60;
    let waits = |bank: &mut Bank, error: Error| {
        for who in [parked, active] {
            bank.now.unix = end - 1;
            assert_eq!(bank.withdraw(who, 0, USD), Err(error));
            bank.now.unix = end;
            assert_eq!(bank.withdraw(who, 0, USD), Ok(USD));
        }
    };
    (bank.exchange.paused, bank.exchange.withdrawals_paused_until) = (paused::WITHDRAWALS, end);
    waits(&mut bank, Error::Paused);
    (bank.exchange.paused, bank.exchange.withdraw_rest_until) = (0, end);
    waits(&mut bank, Error::WithdrawalsResting);
    assert_eq!(i64::from(bank.slot(active).last_active), end);
}

#[test]
fn a_withdrawal_pays_the_funding_until_now_first() {
    // A position of 1,000 lots at $1 that pays 36 atoms a lot this hour: 100 atoms after ten seconds.
    let mut bank = Bank::new(4);
    let who = bank.active(1, 1_000);
    bank.exchange.market_count = 1;
    let market = &mut bank.exchange.markets[0];
    (market.index_price.0, market.mark_price.0, market.tick_size) = (1_000_000, 1_000_000, 100);
    market.tiers = [MarginTier { up_to: u64::MAX, rate: 50_000, reserved: 0 }; 4];
    (market.maintenance_fraction, market.funding_rate, market.open_max_age_ms) = (500_000, 36_000_000, 60_000);
    (market.sampled_at, market.publish_ms) = (bank.now.unix, bank.now.unix * 1_000);
    market.funding_hour = bank.now.unix.div_euclid(3_600);
    let begun = bank.now.unix - market.funding_hour * 3_600;
    market.funding_index.0 = 36_000_000 * begun / 3_600;
    let index = market.funding_index;
    let slot = bank.slot(who);
    slot.market_bitmap = 1;
    let position = &mut slot.positions[0];
    (position.market, position.base.0, position.quote.0, position.funding_index) = (0, 1_000, -1_000_000_000, index);
    let free = 1_000 * USD - 50 * USD;
    assert_eq!(bank.withdraw(who, 0, free + 1), Err(Error::ExceedsWithdrawable));
    bank.now.unix += 10;
    assert_eq!(bank.withdraw(who, 0, EVERYTHING), Ok(free - 100));
}

#[test]
fn the_bucket_lets_so_much_out_and_fills_with_time_and_deposits() {
    let mut bank = Bank::new(4);
    let who = bank.open(1);
    bank.deposit(who, 0, 100 * USD).unwrap();
    let known = &mut bank.exchange.collaterals[0];
    (known.bucket_capacity, known.bucket_level, known.bucket_refill) = (50 * USD, 50 * USD, USD);
    known.bucket_at = bank.now.unix;
    assert_eq!(bank.withdraw(who, 0, 51 * USD), Err(Error::OutflowLimited));
    assert_eq!(bank.withdraw(who, 0, EVERYTHING), Ok(50 * USD));
    bank.now.unix += 3;
    assert_eq!(bank.withdraw(who, 0, EVERYTHING), Ok(3 * USD));
    bank.deposit(who, 0, 7 * USD).unwrap();
    assert_eq!(bank.withdraw(who, 0, EVERYTHING), Ok(7 * USD));
    bank.now.unix += 1_000;
    bank.deposit(who, 0, 7 * USD).unwrap();
    assert_eq!(bank.exchange.collaterals[0].bucket_level, 50 * USD, "never over its capacity");
}

#[test]
fn a_slot_costs_more_by_quarters_and_a_freed_one_is_taken_first_under_a_new_generation() {
    let mut bank = Bank::new(4);
    for (owner, price) in [(1, 5), (2, 10), (3, 20), (4, 40)] {
        assert_eq!(slots::slot_price(&bank.exchange, &bank.header), price * USD);
        bank.active(owner, price);
    }
    let late = bank.open(5);
    bank.deposit(late, 0, 1_000 * USD).unwrap();
    assert_eq!(bank.activate(late), Err(Error::LedgerFull));
    let stale = bank.traders[1];
    bank.withdraw(1, 0, EVERYTHING).unwrap();
    bank.close(1).unwrap();
    bank.activate(late).unwrap();
    assert_eq!((bank.traders[late].slot_index, bank.traders[late].generation), (1, 1));
    bank.traders[1] = stale;
    assert_eq!(bank.deposit(1, 0, 1), Err(Error::StaleGeneration));
    assert_eq!(bank.close(1), Err(Error::StaleGeneration));
    bank.traders[1].slot_index = 99;
    assert_eq!(bank.withdraw(1, 0, 1), Err(Error::StaleGeneration));
    assert_eq!(slots::slot_price(&bank.exchange, &Ledger::zeroed()), 5 * USD, "an empty ledger costs the least");
}

#[test]
fn a_negative_balance_is_added_up_and_a_deposit_pays_it() {
    let mut bank = Bank::new(4);
    let who = bank.active(1, 10);
    bank.slot(who).usdc = QuoteAtoms(-3);
    bank.exchange.negative_usdc = 3;
    bank.deposit(who, 0, 2).unwrap();
    assert_eq!((bank.slot(who).usdc.0, bank.exchange.negative_usdc), (-1, 1));
    bank.deposit(who, 0, 5).unwrap();
    assert_eq!((bank.slot(who).usdc.0, bank.exchange.negative_usdc), (4, 0));
    bank.slot(who).usdc = QuoteAtoms(-3);
    assert_eq!(bank.deposit(who, 0, 1), Err(Error::BrokenInvariant), "nobody added this one up");
}

#[test]
fn the_owner_parks_at_once_and_others_only_the_idle_and_the_poor() {
    let mut bank = Bank::new(4);
    let who = bank.active(1, 10);
    bank.deposit(who, 1, 3).unwrap();
    assert_eq!(bank.park(who, 2), Err(Error::NotAuthorised));
    bank.slot(who).market_bitmap = 1;
    assert_eq!(bank.park(who, 1), Err(Error::TraderNotEmpty));
    bank.slot(who).market_bitmap = 0;
    let now = bank.now.unix as u32;
    let slot = bank.slot(who);
    (slot.locked, slot.locked_at, slot.locked_for) = (QuoteAtoms(1), now, 60);
    assert_eq!(bank.park(who, 1), Err(Error::ExceedsWithdrawable));
    bank.now.unix += 60;
    bank.park(who, 1).unwrap();
    assert_eq!((bank.traders[who].parked, bank.traders[who].active), ([10 * USD, 3, 0, 0, 0], 0));
    assert_eq!(bank.exchange.collaterals[1].total_parked, 3);
    assert_eq!(bank.park(who, 1), Err(Error::TraderNotActive));
    bank.activate(who).unwrap();
    bank.now.unix += WEEK;
    assert_eq!(bank.park(who, 2), Err(Error::NotAuthorised), "a week to the second is not over a week");
    bank.now.unix += 1;
    bank.park(who, 2).unwrap();
    bank.activate(who).unwrap();
    bank.withdraw(who, 0, 5 * USD + 1).unwrap();
    bank.park(who, 2).unwrap();
}

#[test]
fn the_dead_mans_slot_lies_ahead_and_is_the_owners() {
    let mut bank = Bank::new(4);
    let who = bank.active(1, 10);
    let (trader, now) = (bank.traders[who], bank.now);
    let mut set =
        |signer: u8, slot: u64| upkeep::set_dead_man(&mut bank.slots, &trader, &Pubkey([signer; 32]), slot, now);
    assert_eq!(set(2, 2_000), Err(Error::NotAuthorised));
    assert_eq!(set(1, 999), Err(Error::InstructionExpired));
    set(1, 1_000).unwrap();
    set(1, 0).unwrap();
    set(1, 2_000).unwrap();
    assert_eq!(bank.slot(who).cancel_after_slot, 2_000);
}

#[test]
fn money_moves_between_an_owners_accounts_as_far_as_it_could_leave() {
    let mut bank = Bank::new(4);
    let (main, spare, other) = (bank.active(1, 30), bank.open(1), bank.open(2));
    assert_eq!(bank.transfer(main, other, 0, 1), Err(Error::NotAuthorised));
    assert_eq!(bank.transfer(main, spare, 2, 1), Err(Error::UnknownCollateral));
    assert_eq!(bank.transfer(main, spare, 0, 30 * USD + 1), Err(Error::ExceedsWithdrawable));
    assert_eq!(bank.transfer(main, spare, 0, 12 * USD), Ok(12 * USD));
    assert_eq!(bank.traders[spare].parked[0], 12 * USD);
    assert_eq!(bank.transfer(spare, main, 0, 13 * USD), Err(Error::InsufficientParked));
    bank.activate(spare).unwrap();
    assert_eq!(bank.transfer(spare, main, 0, EVERYTHING), Ok(12 * USD));
    assert_eq!(bank.transfer(spare, main, 0, EVERYTHING), Err(Error::ZeroAmount));
    assert_eq!(bank.slot(main).usdc.0, 30 * USD as i64);
    let totals = (bank.exchange.collaterals[0].total_deposits, bank.exchange.collaterals[0].total_parked);
    assert_eq!(totals, (30 * USD, 0), "a transfer changes no total");
    let back = bank.open(1);
    bank.deposit(back, 1, 4).unwrap();
    assert_eq!(bank.transfer(back, main, 1, 4), Ok(4));
    assert_eq!(bank.slot(main).collaterals[0], 4);
}
