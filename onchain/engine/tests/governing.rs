//! What may be set before an exchange opens, and whose signature the offices need.

mod support;

use quantdesk_engine::authority;
use quantdesk_engine::error::Error;
use quantdesk_engine::instructions::*;
use quantdesk_engine::now::Now;
use quantdesk_engine::state::{Exchange, paused};
use quantdesk_engine::units::Pubkey;
use quantdesk_engine::{changes, governance, migration};
use support::params::*;

const NOW: Now = Now { slot: 1_000, unix: 1_700_000_000 };
const OUT: Result<(), Error> = Err(Error::ParameterOutOfBounds);

fn exchange() -> Box<Exchange> {
    let mut exchange = Box::new(Exchange::zeroed());
    (exchange.admin, exchange.guardian) = (ADMIN, GUARDIAN);
    exchange
}

type Spoils<T> = [fn(&mut T)];

/// Every change alone is out of bounds.
fn refused<T>(valid: impl Fn() -> T, check: impl Fn(&T) -> Result<(), Error>, spoils: &Spoils<T>) {
    assert_eq!(check(&valid()), Ok(()));
    for (number, spoil) in spoils.iter().enumerate() {
        let mut spoiled = valid();
        spoil(&mut spoiled);
        assert_eq!(check(&spoiled), OUT, "change {number}");
    }
}

#[test]
fn an_exchanges_terms_have_bounds_and_no_rebate_exceeds_a_fee() {
    refused(
        terms,
        governance::check_exchange,
        &[
            |terms| terms.guardian = Pubkey::default(),
            |terms| terms.timelock_s = 28 * 86_400 + 1,
            |terms| terms.min_slot_equity = 0,
            |terms| terms.min_slot_equity = 1_000_000_001,
            |terms| terms.slot_capacity = 0,
            |terms| terms.slot_capacity = 8_001,
            |terms| terms.fee_tiers[0].min_volume = 1,
            |terms| terms.fee_tiers[0].taker = 10_001,
            |terms| terms.fee_tiers[0].maker = 10_001,
            |terms| terms.fee_tiers[1].maker = -401,
            |terms| terms.fee_tiers[2] = FeeTierParams { min_volume: 9, maker: 0, taker: 400 },
            |terms| terms.fee_tiers[3] = FeeTierParams { min_volume: 0, maker: 0, taker: 1 },
        ],
    );
    let stored = governance::fee_tiers(&terms().fee_tiers);
    assert_eq!((stored[1].min_volume, stored[1].maker, stored[1].taker), (10, -40, 400));
    assert_eq!((stored[2].min_volume, stored[2].maker), (u64::MAX, 0), "out of anyone's reach");
}

#[test]
fn a_markets_parameters_have_bounds() {
    refused(
        market,
        |market| governance::check_market(market, 500),
        &[
            |market| market.symbol = [0; 16],
            |market| market.symbol[1] = b' ',
            |market| market.symbol[9] = b'X',
            |market| market.price_authority = Pubkey::default(),
            |market| market.source = 9,
            |market| market.book_capacity = 0,
            |market| market.book_capacity = 2_049,
            |market| market.lots_per_base = 0,
            |market| market.tick_size = 0,
            |market| market.tick_size = 14,
            |market| market.tick_size = 151,
            |market| market.reference_price = 99_999,
            |market| market.reference_price = 100_000_001,
            |market| market.tiers[0].rate = 9_999,
            |market| market.tiers[1].rate = 49_999,
            |market| market.tiers[1].up_to = 1,
            |market| market.tiers[1].rate = 1_000_001,
            |market| market.tiers[3].rate = 1,
            |market| market.maintenance_fraction = 99_999,
            |market| market.maintenance_fraction = 900_001,
            |market| market.profit_weight = 1_000_001,
            |market| market.oi_cap = 0,
            |market| market.surcharge_start = 1_000_001,
            |market| market.surcharge_rate = 1_000_001,
            |market| market.max_position = 0,
            |market| market.max_position = (1 << 53) / 1_500_000 + 1,
            |market| market.mark_band = 0,
            |market| market.mark_band = 12_501,
            |market| market.trade_band = 12_499,
            |market| market.vesting_s = 59,
            |market| market.funding_cap = 0,
            |market| market.funding_cap = 40_001,
            |market| market.interest = -1_001,
            |market| market.impact_notional = 9_999_999,
            |market| market.min_order_notional = 999_999,
            |market| market.open_max_age_ms = 999,
            |market| market.liquidate_max_age_ms = 9_999,
            |market| market.open_confidence = 0,
            |market| market.liquidate_confidence = 2_499,
            |market| market.jump_band = 999,
            |market| market.minute_band = 500_001,
        ],
    );
}

#[test]
fn the_fees_of_closing_stay_under_the_maintenance_rate_in_new_and_changed_markets_and_fees() {
    // Maintenance of 2.5 %: 5 % by one half.
    let fees = |taker, liquidation_fee| governance::check_market(&MarketParams { liquidation_fee, ..market() }, taker);
    assert_eq!(fees(500, 24_499), Ok(()));
    assert_eq!(fees(500, 24_500), Err(Error::FeesExceedMaintenance));
    assert_eq!(fees(501, 24_499), Err(Error::FeesExceedMaintenance));
    // A market of 0.2 %, and fees that grow to that.
    let mut exchange = exchange();
    let mut params = MarketParams { liquidation_fee: 0, mark_band: 500, maintenance_fraction: 100_000, ..market() };
    params.tiers[0].rate = 20_000;
    governance::add_market(&mut exchange, &CreateMarket { market: 0, params }, OTHER, NOW.unix).unwrap();
    exchange.markets[0].status = 2;
    let mut charge = |taker| {
        let mut tiers = terms().fee_tiers;
        tiers[1].taker = taker;
        let changed = changes::perform(&mut exchange, &Change::Fees(&FeesChange { tiers }), NOW, true);
        (changed, exchange.fee_tiers[1].taker)
    };
    assert_eq!(charge(2_000), (Err(Error::FeesExceedMaintenance), 0));
    assert_eq!(charge(1_999), (Ok(()), 1_999));
    let mut changed = |liquidation_fee| {
        let to = MarketChange { market: 0, params: MarketParams { liquidation_fee, ..params } };
        changes::perform(&mut exchange, &Change::Market(&to), NOW, true)
    };
    assert_eq!(changed(1), Err(Error::FeesExceedMaintenance));
    assert_eq!(changed(0), Ok(()));
    // A market that settles holds no fee back.
    exchange.markets[0].status = 4;
    let mut tiers = terms().fee_tiers;
    tiers[1].taker = 9_000;
    assert_eq!(changes::perform(&mut exchange, &Change::Fees(&FeesChange { tiers }), NOW, true), Ok(()));
}

#[test]
fn a_migration_brings_rows_once_in_order_and_can_stop_anywhere() {
    let fresh = || {
        let mut exchange = exchange();
        exchange.header.layout_version = 1;
        exchange.collateral_count = 5;
        for (index, known) in exchange.collaterals.iter_mut().enumerate().take(5) {
            known.kind = u8::from(index != 0);
        }
        exchange
    };
    let bands = |exchange: &Exchange| exchange.collaterals.map(|known| known.jump_band);
    for steps in [&[9][..], &[5], &[1, 1, 1, 1, 1], &[2, 3], &[4, u32::MAX]] {
        let mut exchange = fresh();
        for (number, rows) in steps.iter().enumerate() {
            assert_eq!(exchange.header.layout_version, 1, "before step {number} of {steps:?}");
            let cursor = exchange.migrated;
            migration::migrate(&mut exchange, cursor, *rows).unwrap();
            let again = migration::migrate(&mut exchange, cursor, *rows);
            assert!(matches!(again, Err(Error::CursorNotNext | Error::AlreadyMigrated)), "{again:?}");
        }
        assert_eq!((exchange.header.layout_version, exchange.migrated), (2, 0));
        assert_eq!(bands(&exchange), [0, 20_000, 20_000, 20_000, 20_000, 0, 0, 0], "USDC has no price to jump");
        assert_eq!(migration::migrate(&mut exchange, 0, 1), Err(Error::AlreadyMigrated));
    }
    let mut exchange = fresh();
    assert_eq!(migration::migrate(&mut exchange, 1, 1), Err(Error::CursorNotNext));
    assert_eq!(migration::migrate(&mut exchange, 0, 0), Err(Error::ZeroAmount));
    exchange.header.layout_version = 3;
    assert_eq!(migration::migrate(&mut exchange, 0, 1), Err(Error::WrongLayoutVersion));
    assert_eq!(bands(&exchange), [0; 8]);
    let mut exchange = fresh();
    exchange.collateral_count = 0;
    migration::migrate(&mut exchange, 0, 1).unwrap();
    assert_eq!(exchange.header.layout_version, 2, "one that was not set up yet");
}

#[test]
fn markets_take_the_next_index_and_a_symbol_of_their_own_and_end_in_their_last_step() {
    let mut exchange = exchange();
    let mut add = |index: u16, name: u8| {
        let mut params = market();
        params.symbol[0] = name;
        governance::add_market(&mut exchange, &CreateMarket { market: index, params }, OTHER, NOW.unix)
    };
    assert_eq!(add(1, b'!'), Err(Error::UnknownMarket));
    add(0, b'!').unwrap();
    assert_eq!(add(1, b'!'), Err(Error::AlreadyInitialised));
    for index in 1..64 {
        add(index, b'!' + index as u8).unwrap();
    }
    assert_eq!(add(64, b'~'), Err(Error::TableFull));
    let made = &exchange.markets[0];
    assert_eq!((made.book, made.created, made.status), (OTHER, NOW.unix, 0));
    assert_eq!((made.tiers[0].rate, made.tiers[1].rate), (50_000, 100_000));
    assert_eq!((made.tiers[1].up_to, made.tiers[3].rate), (u64::MAX, 100_000), "the last step has no end");
}

#[test]
fn usdc_comes_first_and_other_collaterals_within_their_bounds() {
    let mut exchange = exchange();
    let mut add = |params: CollateralParams, mint: u8, decimals: u8| {
        governance::add_collateral(&mut exchange, &params, Pubkey([mint; 32]), OTHER, decimals)
    };
    let refuse = Err(Error::ParameterOutOfBounds);
    assert_eq!(add(usdc(), 1, 9), refuse);
    assert_eq!(add(sol(), 1, 6), refuse);
    assert_eq!(add(CollateralParams { deposit_cap: 0, ..usdc() }, 1, 6), refuse);
    assert_eq!(add(usdc(), 1, 6), Ok(0));
    assert_eq!(add(sol(), 1, 9), Err(Error::AlreadyInitialised));
    for spoiled in [
        CollateralParams { feed_id: [0; 32], ..sol() },
        CollateralParams { max_age_s: 0, ..sol() },
        CollateralParams { initial_weight: 900_001, ..sol() },
        CollateralParams { maintenance_weight: 1_000_000, ..sol() },
        CollateralParams { convert_discount_min: 50_001, ..sol() },
        CollateralParams { convert_discount_max: 50_001, ..sol() },
        CollateralParams { jump_band: 999, ..sol() },
        CollateralParams { jump_band: 500_001, ..sol() },
    ] {
        assert_eq!(add(spoiled, 2, 9), refuse);
    }
    assert_eq!(add(sol(), 2, 10), refuse);
    for mint in 2..6 {
        assert_eq!(add(sol(), mint, 9), Ok(mint - 1));
    }
    assert_eq!(add(sol(), 9, 9), Err(Error::TableFull));
}

#[test]
fn the_admins_office_passes_to_who_was_named_and_accepts() {
    let mut exchange = exchange();
    assert_eq!(authority::propose(&mut exchange, &OTHER, OTHER), Err(Error::NotAuthorised));
    assert_eq!(authority::accept(&mut exchange, &Pubkey::default()), Err(Error::NotAuthorised), "nobody was named");
    authority::propose(&mut exchange, &ADMIN, OTHER).unwrap();
    assert_eq!(authority::accept(&mut exchange, &GUARDIAN), Err(Error::NotAuthorised));
    authority::propose(&mut exchange, &ADMIN, Pubkey::default()).unwrap();
    assert_eq!(authority::accept(&mut exchange, &OTHER), Err(Error::NotAuthorised), "the offer was withdrawn");
    authority::propose(&mut exchange, &ADMIN, OTHER).unwrap();
    authority::accept(&mut exchange, &OTHER).unwrap();
    assert_eq!((exchange.admin, exchange.pending_admin), (OTHER, Pubkey::default()));
    assert_eq!(authority::set_guardian(&mut exchange, &ADMIN, ADMIN), Err(Error::NotAuthorised));
    assert_eq!(authority::set_guardian(&mut exchange, &OTHER, Pubkey::default()), OUT);
    authority::set_guardian(&mut exchange, &OTHER, ADMIN).unwrap();
    assert_eq!(exchange.guardian, ADMIN);
}

#[test]
fn the_guardian_only_adds_to_a_pause_and_what_the_admin_lifts_rests_first() {
    let mut exchange = exchange();
    let mut set =
        |who: &Pubkey, bits: u32| authority::set_pause(&mut exchange, who, bits, NOW).map(|()| exchange.resume_at);
    assert_eq!(set(&OTHER, paused::TRADING), Err(Error::NotAuthorised));
    assert_eq!(set(&ADMIN, 16), Err(Error::ParameterOutOfBounds));
    set(&GUARDIAN, paused::TRADING).unwrap();
    set(&GUARDIAN, paused::TRADING | paused::ADMISSION).unwrap();
    assert_eq!(set(&GUARDIAN, paused::TRADING), Err(Error::NotAuthorised));
    assert_eq!(set(&ADMIN, paused::TRADING), Ok(0), "admissions need no rest");
    assert_eq!(set(&ADMIN, 0), Ok(NOW.unix + 60));
    assert_eq!(exchange.paused, 0);
}

#[test]
fn withdrawals_are_paused_for_three_days_of_seven_whoever_asks_and_whenever() {
    const DAY: i64 = 86_400;
    let mut exchange = exchange();
    let mut set = |who: &Pubkey, bits: u32, after: i64| {
        let now = Now { slot: 1_000, unix: NOW.unix + after };
        authority::set_pause(&mut exchange, who, bits, now)?;
        Ok((exchange.paused, exchange.withdrawals_paused_until - NOW.unix))
    };
    assert_eq!(set(&GUARDIAN, paused::WITHDRAWALS, 0), Ok((paused::WITHDRAWALS, 3 * DAY)));
    let later = set(&ADMIN, paused::WITHDRAWALS | paused::TRADING, DAY);
    assert_eq!(later, Ok((paused::WITHDRAWALS | paused::TRADING, 3 * DAY)), "asking again adds nothing");
    assert_eq!(set(&GUARDIAN, paused::TRADING, DAY), Err(Error::NotAuthorised), "the guardian lifts nothing");
    assert_eq!(set(&ADMIN, paused::TRADING, 2 * DAY), Ok((paused::TRADING, 2 * DAY)), "lifted, it ends now");
    let again = set(&ADMIN, paused::WITHDRAWALS | paused::TRADING, 2 * DAY + 60);
    assert_eq!(again, Ok((paused::WITHDRAWALS | paused::TRADING, 3 * DAY)), "what is left of three days");
    let ended = set(&GUARDIAN, paused::TRADING, 3 * DAY);
    assert_eq!(ended, Ok((paused::TRADING, 3 * DAY)), "a pause that ended by itself is lifted by nobody");
    for asked in [3 * DAY, 7 * DAY - 1] {
        assert_eq!(set(&ADMIN, paused::WITHDRAWALS | paused::TRADING, asked), Err(Error::PauseUsedUp));
    }
    let next = set(&GUARDIAN, paused::WITHDRAWALS | paused::TRADING, 7 * DAY);
    assert_eq!(next, Ok((paused::WITHDRAWALS | paused::TRADING, 10 * DAY)), "seven days later they begin anew");
}

#[test]
fn rests_after_a_pause_are_ten_minutes_apart() {
    let mut exchange = exchange();
    let mut set = |bits: u32, after: i64| {
        let now = Now { slot: 1_000, unix: NOW.unix + after };
        authority::set_pause(&mut exchange, &ADMIN, bits, now).map(|()| exchange.resume_at - NOW.unix)
    };
    set(paused::LIQUIDATION, 0).unwrap();
    assert_eq!(set(0, 0), Ok(60), "liquidation rests as trading does");
    set(paused::TRADING, 100).unwrap();
    assert_eq!(set(0, 659), Ok(60), "the last rest ended 599 seconds ago");
    set(paused::TRADING, 659).unwrap();
    assert_eq!(set(0, 660), Ok(720));
}

#[test]
fn the_guardian_names_another_and_before_opening_the_admin_does_too() {
    let mut exchange = exchange();
    authority::set_guardian(&mut exchange, &ADMIN, OTHER).unwrap();
    authority::set_guardian(&mut exchange, &OTHER, GUARDIAN).unwrap();
    exchange.opened = 1;
    assert_eq!(authority::set_guardian(&mut exchange, &ADMIN, OTHER), Err(Error::ExchangeAlreadyOpen));
    assert_eq!(authority::set_guardian(&mut exchange, &OTHER, OTHER), Err(Error::NotAuthorised));
    authority::set_guardian(&mut exchange, &GUARDIAN, OTHER).unwrap();
    assert_eq!(exchange.guardian, OTHER);
}
