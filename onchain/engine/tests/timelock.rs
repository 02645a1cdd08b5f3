//! Queued changes: when they are due, who may drop them, what they may hold and what they do.

mod support;

use quantdesk_engine::changes;
use quantdesk_engine::error::Error;
use quantdesk_engine::governance;
use quantdesk_engine::instructions::*;
use quantdesk_engine::mark;
use quantdesk_engine::now::Now;
use quantdesk_engine::state::{Exchange, Ledger, QueuedChange, Slot, market_status, paused};
use quantdesk_engine::units::{LotPrice, Pubkey};
use support::params::*;

const DAY: i64 = 86_400;
const WEEK: i64 = 7 * DAY;
/// The beginning of an hour.
const QUEUED: i64 = 472_222 * 3_600;
const NOW: Now = at(QUEUED);
const OUT: Result<(), Error> = Err(Error::ParameterOutOfBounds);

const fn at(unix: i64) -> Now {
    Now { slot: 1_000, unix }
}

/// Open, with USDC and one active market, and a timelock of a day.
fn exchange() -> Box<Exchange> {
    let mut exchange = Box::new(Exchange::zeroed());
    (exchange.admin, exchange.guardian) = (ADMIN, GUARDIAN);
    exchange.timelock_s = DAY as u32;
    exchange.slot_capacity = 64;
    exchange.fee_tiers = governance::fee_tiers(&terms().fee_tiers);
    governance::add_collateral(&mut exchange, &usdc(), Pubkey([9; 32]), OTHER, 6).unwrap();
    governance::add_market(&mut exchange, &CreateMarket { market: 0, params: market() }, OTHER, QUEUED).unwrap();
    exchange.markets[0].status = market_status::ACTIVE;
    exchange.markets[0].index_price = LotPrice(1_500_000);
    exchange.opened = 1;
    exchange
}

fn queued(exchange: &Exchange) -> QueuedChange {
    let mut queued = QueuedChange::zeroed();
    queued.queued_at = QUEUED;
    queued.eta = QUEUED + changes::timelock(exchange);
    queued
}

fn apply(exchange: &mut Exchange, change: &Change<'_>, now: Now) -> Result<(), Error> {
    changes::perform(exchange, change, now, true)
}

fn bytes(exchange: &Exchange) -> Vec<u8> {
    let mut copy = Box::new(*exchange);
    quantdesk_engine::describe::bytes_of_mut(&mut *copy).to_vec()
}

/// Checked, a change leaves every byte; refused, it leaves every byte also when it should be made.
fn checked(exchange: &mut Exchange, change: &Change<'_>) -> Result<(), Error> {
    let before = bytes(exchange);
    let result = changes::perform(exchange, change, NOW, false);
    assert_eq!(bytes(exchange), before, "a check changed something");
    if result.is_err() {
        assert_eq!(apply(exchange, change, NOW), result);
        assert_eq!(bytes(exchange), before, "a refusal changed something");
    }
    result
}

fn market_change(params: MarketParams) -> MarketChange {
    MarketChange { market: 0, params }
}

fn status_change(status: u8) -> StatusChange {
    StatusChange { market: 0, status }
}

#[test]
fn a_change_is_due_after_its_timelock_and_for_seven_days() {
    let exchange = exchange();
    let queued = queued(&exchange);
    let due = |unix: i64| changes::require_due(&exchange, &queued, at(unix));
    assert_eq!(due(QUEUED), Err(Error::ChangeNotDue));
    assert_eq!(due(QUEUED + DAY - 1), Err(Error::ChangeNotDue));
    assert_eq!(due(QUEUED + DAY), Ok(()));
    assert_eq!(due(QUEUED + DAY + WEEK), Ok(()));
    assert_eq!(due(QUEUED + DAY + WEEK + 1), Err(Error::ChangeExpired));
}

#[test]
fn before_opening_nothing_waits_and_nothing_expires() {
    let mut exchange = exchange();
    exchange.opened = 0;
    let queued = queued(&exchange);
    assert_eq!((changes::timelock(&exchange), queued.eta), (0, QUEUED));
    (exchange.paused, exchange.withdrawals_paused_until) = (paused::WITHDRAWALS, QUEUED + DAY);
    assert_eq!(changes::require_due(&exchange, &queued, NOW), Ok(()));
    assert_eq!(changes::require_due(&exchange, &queued, at(QUEUED + 30 * DAY)), Ok(()));
    exchange.opened = 1;
    exchange.paused = 0;
    let early = changes::require_due(&exchange, &queued, at(QUEUED + 2 * DAY - 1));
    assert_eq!(early, Err(Error::ChangeNotDue), "what was queued before waits once it is open");
}

#[test]
fn nobody_meets_a_change_that_they_could_not_leave_before() {
    let mut exchange = exchange();
    let queued = queued(&exchange);
    exchange.paused = paused::WITHDRAWALS;
    exchange.withdrawals_paused_until = QUEUED + 2 * DAY;
    let due = |unix: i64| changes::require_due(&exchange, &queued, at(unix));
    assert!(changes::withdrawals_paused(&exchange, QUEUED + 2 * DAY - 1));
    assert!(!changes::withdrawals_paused(&exchange, QUEUED + 2 * DAY), "a pause ends by itself");
    assert_eq!(due(QUEUED + 2 * DAY - 1), Err(Error::Paused));
    assert_eq!(due(QUEUED + 2 * DAY), Err(Error::ChangeNotDue), "the wait begins anew");
    assert_eq!(due(QUEUED + 3 * DAY - 1), Err(Error::ChangeNotDue));
    assert_eq!(due(QUEUED + 3 * DAY), Ok(()));
    assert_eq!(due(QUEUED + 3 * DAY + WEEK), Ok(()));
    assert_eq!(due(QUEUED + 3 * DAY + WEEK + 1), Err(Error::ChangeExpired));
    let mut another = exchange.clone();
    another.paused = paused::TRADING;
    another.withdrawals_paused_until = QUEUED - DAY;
    assert_eq!(changes::require_due(&another, &queued, at(QUEUED + DAY)), Ok(()), "only withdrawals count");
}

#[test]
fn a_longer_timelock_holds_for_what_waits_and_a_shorter_one_does_not() {
    let mut exchange = exchange();
    let queued = queued(&exchange);
    exchange.timelock_s = 2 * DAY as u32;
    assert_eq!(changes::require_due(&exchange, &queued, at(QUEUED + 2 * DAY - 1)), Err(Error::ChangeNotDue));
    assert_eq!(changes::require_due(&exchange, &queued, at(QUEUED + 2 * DAY)), Ok(()));
    exchange.timelock_s = 3_600;
    assert_eq!(changes::require_due(&exchange, &queued, at(QUEUED + DAY - 1)), Err(Error::ChangeNotDue));
    assert_eq!(changes::require_due(&exchange, &queued, at(QUEUED + DAY)), Ok(()));
}

#[test]
fn admin_and_guardian_drop_a_change_and_anyone_does_once_it_expired() {
    let exchange = exchange();
    let queued = queued(&exchange);
    let drop = |who: &Pubkey, unix: i64| changes::check_cancel(&exchange, &queued, who, at(unix));
    for who in [&ADMIN, &GUARDIAN] {
        assert_eq!(drop(who, QUEUED), Ok(()));
    }
    assert_eq!(drop(&OTHER, QUEUED), Err(Error::NotAuthorised));
    assert_eq!(drop(&OTHER, QUEUED + DAY + WEEK), Err(Error::NotAuthorised));
    assert_eq!(drop(&OTHER, QUEUED + DAY + WEEK + 1), Ok(()));
}

#[test]
fn a_change_is_read_from_its_account_and_from_nothing_else() {
    let mut queued = QueuedChange::zeroed();
    queued.payload[0] = 6;
    queued.payload[1..4].copy_from_slice(status_change(3).as_bytes());
    queued.length = 4;
    let (change, bytes) = changes::of(&queued).unwrap();
    assert!(matches!(change, Change::Status(to) if (to.market, to.status) == (0, 3)));
    assert_eq!(bytes, [6, 0, 0, 3]);
    for (kind, length) in [(6, 3), (6, 0), (9, 4), (6, 401)] {
        (queued.payload[0], queued.length) = (kind, length);
        assert_eq!(changes::of(&queued).err(), Some(Error::BrokenInvariant), "kind {kind} of {length} bytes");
    }
}

#[test]
fn a_market_gets_new_limits_and_keeps_what_it_is() {
    let mut exchange = exchange();
    let mut params = market();
    params.reference_price = 1;
    params.oi_cap = 9_000_000;
    params.max_position = 4_000_000;
    params.funding_cap = 4_000;
    params.tiers[1].up_to = 2_000_000_000_000;
    let to = market_change(params);
    assert_eq!(checked(&mut exchange, &Change::Market(&to)), Ok(()), "whatever is said of the reference price");
    apply(&mut exchange, &Change::Market(&to), NOW).unwrap();
    let now = &exchange.markets[0];
    assert_eq!((now.oi_cap, now.max_position, now.funding_cap), (9_000_000, 4_000_000, 4_000));
    assert_eq!((now.tiers[0].up_to, now.tiers[1].up_to), (250_000_000_000, u64::MAX));
    let spoils: [fn(&mut MarketParams); 8] = [
        |params| params.symbol[0] = b'X',
        |params| params.book_capacity = 512,
        |params| params.lots_per_base = 10,
        |params| params.tick_size = 50,
        |params| params.price_authority = GUARDIAN,
        |params| params.source = 2,
        |params| params.feed_id = [1; 32],
        |params| params.maintenance_fraction = 900_001,
    ];
    for (number, spoil) in spoils.into_iter().enumerate() {
        let mut params = market();
        spoil(&mut params);
        let to = market_change(params);
        assert_eq!(checked(&mut exchange, &Change::Market(&to)), OUT, "change {number}");
    }
    let to = MarketChange { market: 1, params: market() };
    assert_eq!(checked(&mut exchange, &Change::Market(&to)), Err(Error::UnknownMarket));
}

#[test]
fn a_markets_limits_are_checked_at_the_price_of_now() {
    let mut exchange = exchange();
    let mut params = market();
    params.max_position = (1 << 53) / 1_500_000;
    let to = market_change(params);
    assert_eq!(checked(&mut exchange, &Change::Market(&to)), Ok(()));
    exchange.markets[0].index_price = LotPrice(1_500_001);
    assert_eq!(checked(&mut exchange, &Change::Market(&to)), OUT, "its notional would pass 2^53");
    exchange.markets[0].index_price = LotPrice(0);
    assert_eq!(checked(&mut exchange, &Change::Market(&to)), Ok(()), "without a price there is no notional");
}

#[test]
fn what_held_before_a_markets_new_limits_counts_by_the_old_ones() {
    let mut exchange = exchange();
    let known = &mut exchange.markets[0];
    (known.impact_bid, known.impact_ask) = (LotPrice(1_518_000), LotPrice(1_518_000));
    mark::refresh(known, NOW);
    let mut params = market();
    params.mark_band = 1_000;
    let to = market_change(params);
    let later = at(QUEUED + 150);
    apply(&mut exchange, &Change::Market(&to), later).unwrap();
    let known = &exchange.markets[0];
    assert_eq!(known.sampled_at, later.unix);
    assert_eq!(known.premium_ema, 18_000 * 1_000_000 / 2, "half of what the book said for 150 seconds");
    assert_eq!(known.premium_sum, 150 * 12_000, "1.2 % for 150 seconds");
    let band = 1_500_000 / 1_000;
    assert!(known.mark_price.0.abs_diff(1_500_000) <= band, "the mark obeys the new band at once");
}

#[test]
fn a_market_in_its_first_week_keeps_its_starting_cap() {
    let mut exchange = exchange();
    let known = &mut exchange.markets[0];
    (known.oi_cap, known.later_oi_cap) = (600_000, 10_000_000);
    for (asked, now, later) in [(9_000_000, 600_000, 9_000_000), (500_000, 500_000, 500_000)] {
        let to = market_change(MarketParams { oi_cap: asked, ..market() });
        apply(&mut exchange, &Change::Market(&to), NOW).unwrap();
        assert_eq!((exchange.markets[0].oi_cap, exchange.markets[0].later_oi_cap), (now, later));
    }
}

#[test]
fn another_price_source_forgets_the_jump_that_was_pending() {
    let mut exchange = exchange();
    let known = &mut exchange.markets[0];
    (known.pending_price, known.pending_count) = (LotPrice(2_000_000), 2);
    let to = PriceSourceChange { market: 0, source: 2, price_authority: GUARDIAN, feed_id: [5; 32] };
    assert_eq!(checked(&mut exchange, &Change::PriceSource(&to)), Ok(()));
    apply(&mut exchange, &Change::PriceSource(&to), NOW).unwrap();
    let known = &exchange.markets[0];
    assert_eq!((known.source, known.price_authority, known.feed_id), (2, GUARDIAN, [5; 32]));
    assert_eq!((known.pending_price, known.pending_count), (LotPrice(0), 0));
    for (source, price_authority, feed_id) in [
        (3, GUARDIAN, [5; 32]),
        (0, Pubkey::default(), [5; 32]),
        (1, GUARDIAN, [0; 32]),
        (2, GUARDIAN, [0; 32]),
        (2, Pubkey::default(), [5; 32]),
    ] {
        let to = PriceSourceChange { market: 0, source, price_authority, feed_id };
        assert_eq!(checked(&mut exchange, &Change::PriceSource(&to)), OUT, "source {source}");
    }
    let pyth = PriceSourceChange { market: 0, source: 1, price_authority: Pubkey::default(), feed_id: [5; 32] };
    assert_eq!(checked(&mut exchange, &Change::PriceSource(&pyth)), Ok(()), "Pyth needs nobody's signature");
    let unknown = PriceSourceChange { market: 1, ..pyth };
    assert_eq!(checked(&mut exchange, &Change::PriceSource(&unknown)), Err(Error::UnknownMarket));
}

#[test]
fn fees_change_whole_and_no_rebate_exceeds_a_fee() {
    let mut exchange = exchange();
    let mut tiers = [UNUSED; 8];
    tiers[0] = FeeTierParams { min_volume: 0, maker: -300, taker: 300 };
    let to = FeesChange { tiers };
    assert_eq!(checked(&mut exchange, &Change::Fees(&to)), Ok(()));
    apply(&mut exchange, &Change::Fees(&to), NOW).unwrap();
    let [first, second, ..] = exchange.fee_tiers;
    assert_eq!((first.maker, first.taker), (-300, 300));
    assert_eq!(second.min_volume, u64::MAX, "the tiers of before are gone");
    tiers[0].maker = -301;
    assert_eq!(checked(&mut exchange, &Change::Fees(&FeesChange { tiers })), OUT);
}

#[test]
fn a_collaterals_bucket_never_holds_more_than_its_new_size() {
    let mut exchange = exchange();
    exchange.collaterals[0].bucket_level = 700;
    let change = |collateral: u8, status: u8, capacity: u64| CollateralChange {
        collateral,
        status,
        params: CollateralParams { bucket_capacity: capacity, bucket_refill: 3, ..usdc() },
    };
    let to = change(0, 2, 500);
    assert_eq!(checked(&mut exchange, &Change::Collateral(&to)), Ok(()));
    apply(&mut exchange, &Change::Collateral(&to), NOW).unwrap();
    let known = &exchange.collaterals[0];
    assert_eq!((known.status, known.bucket_capacity, known.bucket_level, known.bucket_refill), (2, 500, 500, 3));
    apply(&mut exchange, &Change::Collateral(&change(0, 1, 900)), NOW).unwrap();
    let known = &exchange.collaterals[0];
    assert_eq!((known.status, known.bucket_capacity, known.bucket_level), (1, 900, 500), "it fills by and by");
    for status in [0, 3] {
        assert_eq!(checked(&mut exchange, &Change::Collateral(&change(0, status, 500))), OUT);
    }
    let missing = change(1, 1, 500);
    assert_eq!(checked(&mut exchange, &Change::Collateral(&missing)), Err(Error::UnknownCollateral));
    let weightless = CollateralParams { initial_weight: 999_999, ..usdc() };
    let to = CollateralChange { collateral: 0, status: 1, params: weightless };
    assert_eq!(checked(&mut exchange, &Change::Collateral(&to)), OUT, "USDC counts whole");
}

#[test]
fn after_opening_a_market_is_created_exactly_as_the_change_allowed_and_once() {
    let mut exchange = exchange();
    let mut params = market();
    params.symbol = *b"ETH-PERP\0\0\0\0\0\0\0\0";
    params.oi_cap = 10_000_000;
    let create = |exchange: &mut Exchange, params: MarketParams| {
        governance::add_market(exchange, &CreateMarket { market: 1, params }, OTHER, QUEUED)
    };
    assert_eq!(create(&mut exchange, params), Err(Error::ExchangeAlreadyOpen));
    let leave = NewMarket { params };
    assert_eq!(checked(&mut exchange, &Change::NewMarket(&leave)), Ok(()));
    apply(&mut exchange, &Change::NewMarket(&leave), NOW).unwrap();
    assert_eq!(create(&mut exchange, MarketParams { interest: 99, ..params }), Err(Error::ExchangeAlreadyOpen));
    create(&mut exchange, params).unwrap();
    let made = &exchange.markets[1];
    assert_eq!((made.symbol, made.index, made.created), (params.symbol, 1, QUEUED));
    assert_eq!((made.status, made.index_price, made.open_long), (0, LotPrice(0), 0), "nothing of the leave is left");
    let third = MarketParams { symbol: *b"BTC-PERP\0\0\0\0\0\0\0\0", ..params };
    let again = CreateMarket { market: 2, params: third };
    let again = governance::add_market(&mut exchange, &again, OTHER, QUEUED);
    assert_eq!(again, Err(Error::ExchangeAlreadyOpen), "one leave, one market");
    assert_eq!(checked(&mut exchange, &Change::NewMarket(&leave)), Err(Error::AlreadyInitialised));
    let wide = NewMarket { params: MarketParams { funding_cap: 40_001, ..third } };
    assert_eq!(checked(&mut exchange, &Change::NewMarket(&wide)), OUT);
    exchange.market_count = 64;
    let third = NewMarket { params: third };
    assert_eq!(checked(&mut exchange, &Change::NewMarket(&third)), Err(Error::TableFull));
}

#[test]
fn a_market_created_after_opening_starts_under_a_million_dollars_for_a_week() {
    let mut exchange = exchange();
    let mut params = market();
    params.symbol[0] = b'X';
    let leave = NewMarket { params };
    apply(&mut exchange, &Change::NewMarket(&leave), NOW).unwrap();
    governance::add_market(&mut exchange, &CreateMarket { market: 1, params }, OTHER, QUEUED).unwrap();
    let made = &mut exchange.markets[1];
    assert_eq!((made.oi_cap, made.later_oi_cap), (1_000_000_000_000 / 1_500_000, 10_000_000));
    made.index_price = LotPrice(1_500_000);
    mark::integrate(made, at(QUEUED + WEEK - 1));
    assert_eq!(made.oi_cap, 666_666);
    mark::integrate(made, at(QUEUED + WEEK));
    assert_eq!((made.oi_cap, made.later_oi_cap), (10_000_000, 0), "with the first hour after seven days");
    let small = MarketParams { oi_cap: 5_000, symbol: *b"YYY-PERP\0\0\0\0\0\0\0\0", ..params };
    apply(&mut exchange, &Change::NewMarket(&NewMarket { params: small }), NOW).unwrap();
    governance::add_market(&mut exchange, &CreateMarket { market: 2, params: small }, OTHER, QUEUED).unwrap();
    assert_eq!(exchange.markets[2].oi_cap, 5_000, "a lower cap of its own stays");
}

#[test]
fn after_opening_a_collateral_is_added_exactly_as_the_change_allowed_and_once() {
    let mut exchange = exchange();
    let mint = Pubkey([8; 32]);
    let add = |exchange: &mut Exchange, params: CollateralParams, mint: Pubkey| {
        governance::add_collateral(exchange, &params, mint, OTHER, 9)
    };
    assert_eq!(add(&mut exchange, sol(), mint), Err(Error::ExchangeAlreadyOpen));
    let leave = NewCollateral { mint, params: sol() };
    assert_eq!(checked(&mut exchange, &Change::NewCollateral(&leave)), Ok(()));
    apply(&mut exchange, &Change::NewCollateral(&leave), NOW).unwrap();
    let wider = CollateralParams { deposit_cap: 1 << 51, ..sol() };
    assert_eq!(add(&mut exchange, wider, mint), Err(Error::ExchangeAlreadyOpen));
    assert_eq!(add(&mut exchange, sol(), Pubkey([7; 32])), Err(Error::ExchangeAlreadyOpen), "another mint");
    assert_eq!(add(&mut exchange, sol(), mint), Ok(1));
    let known = &exchange.collaterals[1];
    assert_eq!((known.mint, known.vault, known.price, known.total_deposits), (mint, OTHER, 0, 0));
    assert_eq!(checked(&mut exchange, &Change::NewCollateral(&leave)), Err(Error::AlreadyInitialised));
    let heavy = NewCollateral { mint: OTHER, params: CollateralParams { maintenance_weight: 1_000_000, ..sol() } };
    assert_eq!(checked(&mut exchange, &Change::NewCollateral(&heavy)), OUT);
    exchange.collateral_count = 5;
    let fifth = NewCollateral { mint: OTHER, params: sol() };
    assert_eq!(checked(&mut exchange, &Change::NewCollateral(&fifth)), Err(Error::TableFull));
}

#[test]
fn a_market_settles_after_a_day_of_reduce_only_and_then_nothing_changes_it() {
    let mut exchange = exchange();
    let settle = status_change(market_status::SETTLING);
    assert_eq!(checked(&mut exchange, &Change::Status(&settle)), Ok(()), "it may be queued ahead");
    assert_eq!(apply(&mut exchange, &Change::Status(&settle), NOW), Err(Error::NoticeTooShort));
    exchange.markets[0].notice_at = QUEUED - 2 * DAY;
    assert_eq!(apply(&mut exchange, &Change::Status(&settle), NOW), Err(Error::NoticeTooShort), "still active");
    exchange.markets[0].notice_at = 0;
    changes::restrict(&mut exchange, &GUARDIAN, 0, MarketStatus::ReduceOnly, NOW).unwrap();
    assert_eq!(apply(&mut exchange, &Change::Status(&settle), at(QUEUED + DAY - 1)), Err(Error::NoticeTooShort));
    exchange.markets[0].settlement_sum = 77;
    apply(&mut exchange, &Change::Status(&settle), at(QUEUED + DAY)).unwrap();
    let known = &exchange.markets[0];
    assert_eq!((known.status, known.settlement_sum, known.settlement_seconds), (market_status::SETTLING, 0, 0));
    for status in [market_status::POST_ONLY, market_status::ACTIVE, market_status::REDUCE_ONLY] {
        let back = status_change(status);
        assert_eq!(checked(&mut exchange, &Change::Status(&back)), Err(Error::MarketNotActive));
    }
    let to = market_change(market());
    assert_eq!(checked(&mut exchange, &Change::Market(&to)), Err(Error::MarketNotActive));
}

#[test]
fn reduce_only_without_notice_since_the_market_settles_from_the_notice_alone() {
    let mut exchange = exchange();
    (exchange.markets[0].status, exchange.markets[0].notice_at) = (market_status::REDUCE_ONLY, 0);
    let settle = status_change(market_status::SETTLING);
    assert_eq!(apply(&mut exchange, &Change::Status(&settle), NOW), Err(Error::NoticeTooShort));
    let notice = status_change(market_status::REDUCE_ONLY);
    apply(&mut exchange, &Change::Status(&notice), NOW).unwrap();
    apply(&mut exchange, &Change::Status(&notice), at(QUEUED + 100)).unwrap();
    assert_eq!(exchange.markets[0].notice_at, QUEUED, "saying it again does not begin it anew");
    let post_only = status_change(market_status::POST_ONLY);
    apply(&mut exchange, &Change::Status(&post_only), at(QUEUED + 200)).unwrap();
    assert_eq!(exchange.markets[0].notice_at, QUEUED + 200, "another status does");
}

#[test]
fn a_market_made_active_again_rests_for_a_minute() {
    let mut exchange = exchange();
    exchange.markets[0].status = market_status::REDUCE_ONLY;
    exchange.markets[0].notice_at = QUEUED - DAY;
    apply(&mut exchange, &Change::Status(&status_change(market_status::ACTIVE)), NOW).unwrap();
    let known = &exchange.markets[0];
    assert_eq!((known.status, known.notice_at, known.resume_at), (market_status::ACTIVE, 0, QUEUED + 60));
    for status in [market_status::INITIALISING, market_status::SETTLED, 6] {
        assert_eq!(checked(&mut exchange, &Change::Status(&status_change(status))), OUT);
    }
    let unknown = StatusChange { market: 1, status: market_status::ACTIVE };
    assert_eq!(checked(&mut exchange, &Change::Status(&unknown)), Err(Error::UnknownMarket));
    exchange.markets[0].status = market_status::INITIALISING;
    let early = status_change(market_status::ACTIVE);
    assert_eq!(checked(&mut exchange, &Change::Status(&early)), Err(Error::MarketNotActive), "its book still grows");
}

#[test]
fn the_exchanges_own_terms_stay_within_their_bounds() {
    let mut exchange = exchange();
    let change = |timelock_s: u32, min_slot_equity: u64, client_data_limit: u64| ExchangeChange {
        timelock_s,
        min_slot_equity,
        client_data_limit,
    };
    let smallest = (size_of::<Ledger>() + 64 * size_of::<Slot>()) as u64;
    for (timelock, equity, limit) in [(3_600, 1, smallest), (28 * 86_400, 1_000_000_000, 1 << 24)] {
        let to = change(timelock, equity, limit);
        assert_eq!(checked(&mut exchange, &Change::Exchange(&to)), Ok(()));
        apply(&mut exchange, &Change::Exchange(&to), NOW).unwrap();
        assert_eq!(
            (exchange.timelock_s, exchange.min_slot_equity, exchange.client_data_limit),
            (timelock, equity, limit)
        );
    }
    for (timelock, equity, limit) in [
        (3_599, 1, smallest),
        (28 * 86_400 + 1, 1, smallest),
        (3_600, 0, smallest),
        (3_600, 1_000_000_001, smallest),
        (3_600, 1, smallest - 1),
    ] {
        assert_eq!(checked(&mut exchange, &Change::Exchange(&change(timelock, equity, limit))), OUT);
    }
}

#[test]
fn a_queued_change_names_another_guardian_but_never_nobody() {
    let mut exchange = exchange();
    let to = GuardianChange { guardian: OTHER };
    assert_eq!(checked(&mut exchange, &Change::Guardian(&to)), Ok(()));
    apply(&mut exchange, &Change::Guardian(&to), NOW).unwrap();
    assert_eq!(exchange.guardian, OTHER);
    let nobody = GuardianChange { guardian: Pubkey::default() };
    assert_eq!(checked(&mut exchange, &Change::Guardian(&nobody)), OUT);
}

#[test]
fn a_market_is_restricted_at_once_and_loosened_only_by_a_queued_change() {
    let mut exchange = exchange();
    let restrict =
        |exchange: &mut Exchange, who: &Pubkey, status: MarketStatus| changes::restrict(exchange, who, 0, status, NOW);
    assert_eq!(restrict(&mut exchange, &OTHER, MarketStatus::PostOnly), Err(Error::NotAuthorised));
    let unknown = changes::restrict(&mut exchange, &ADMIN, 1, MarketStatus::PostOnly, NOW);
    assert_eq!(unknown, Err(Error::UnknownMarket));
    assert_eq!(restrict(&mut exchange, &ADMIN, MarketStatus::Active), Err(Error::ExchangeAlreadyOpen));
    restrict(&mut exchange, &GUARDIAN, MarketStatus::PostOnly).unwrap();
    assert_eq!((exchange.markets[0].status, exchange.markets[0].notice_at), (market_status::POST_ONLY, QUEUED));
    for status in [MarketStatus::PostOnly, MarketStatus::Active] {
        assert_eq!(restrict(&mut exchange, &ADMIN, status), Err(Error::ExchangeAlreadyOpen));
    }
    restrict(&mut exchange, &ADMIN, MarketStatus::ReduceOnly).unwrap();
    for status in [MarketStatus::PostOnly, MarketStatus::ReduceOnly, MarketStatus::Active] {
        assert_eq!(restrict(&mut exchange, &ADMIN, status), Err(Error::ExchangeAlreadyOpen));
    }
    exchange.markets[0].notice_at = 0;
    restrict(&mut exchange, &ADMIN, MarketStatus::ReduceOnly).unwrap();
    assert_eq!(exchange.markets[0].notice_at, QUEUED, "a market that fell to reduce-only by itself gets its notice");
    exchange.opened = 0;
    restrict(&mut exchange, &ADMIN, MarketStatus::Active).unwrap();
    assert_eq!(exchange.markets[0].status, market_status::ACTIVE, "before opening all of it is at once");
    exchange.markets[0].status = market_status::SETTLING;
    assert_eq!(restrict(&mut exchange, &ADMIN, MarketStatus::ReduceOnly), Err(Error::MarketNotActive));
}
