//! Matching by rule.

mod support;

use quantdesk_engine::error::Error;
use quantdesk_engine::events::removal;
use quantdesk_engine::instructions::*;
use quantdesk_engine::state::market_status;
use quantdesk_engine::trading;
use support::*;

#[test]
fn an_order_that_meets_nothing_rests() {
    let mut world = World::new(2, 16);
    let report = world.place(0, limit(Side::Bid, 9_990, 50)).unwrap();
    assert_eq!(world.side(Side::Bid), [(9_990, 50, 0)]);
    let order = report.orders[0];
    assert_eq!(({ order.code }, { order.filled }, { order.resting }), (0, 0, 50));
    assert_eq!(world.position(0).bid_lots, 50);
    assert_eq!(world.exchange.markets[0].best_bid_ticks, 9_990);
}

#[test]
fn the_best_price_trades_first_and_then_the_oldest() {
    let mut world = World::new(4, 16);
    world.place(0, limit(Side::Ask, 10_010, 20)).unwrap();
    world.place(1, limit(Side::Ask, 10_000, 20)).unwrap();
    world.place(2, limit(Side::Ask, 10_000, 20)).unwrap();
    let report = world.place(3, limit(Side::Bid, 10_010, 50)).unwrap();
    let makers: Vec<(u16, u32, u32)> =
        report.fills.iter().map(|fill| (fill.maker_slot, fill.ticks, fill.lots)).collect();
    assert_eq!(makers, [(1, 10_000, 20), (2, 10_000, 20), (0, 10_010, 10)]);
    assert_eq!(world.side(Side::Ask), [(10_010, 10, 0)]);
    assert_eq!(world.position(3).base.0, 50);
}

#[test]
fn what_is_left_of_a_taker_rests_at_its_limit() {
    let mut world = World::new(2, 16);
    world.place(0, limit(Side::Ask, 10_000, 20)).unwrap();
    let report = world.place(1, limit(Side::Bid, 10_005, 50)).unwrap();
    assert_eq!(({ report.orders[0].filled }, { report.orders[0].resting }), (20, 30));
    assert_eq!(world.side(Side::Bid), [(10_005, 30, 1)]);
}

#[test]
fn both_sides_pay_their_fee_on_the_notional_and_the_exchange_keeps_the_difference() {
    let mut world = World::new(2, 16);
    world.place(0, limit(Side::Ask, 10_000, 20)).unwrap();
    let report = world.place(1, ioc(Side::Bid, 10_000, 20)).unwrap();
    // $20: 3.5 bp is 7,000 atoms, the rebate of 0.5 bp is 1,000.
    assert_eq!(({ report.fills[0].taker_fee }, { report.fills[0].maker_fee }), (7_000, -1_000));
    assert_eq!(world.exchange.fees_collected, 6_000);
    assert_eq!(world.slots[1].usdc.0, 10_000 * USD - 7_000);
}

#[test]
fn an_immediate_order_never_rests_and_fails_when_it_meets_nothing() {
    let mut world = World::new(2, 16);
    world.place(0, limit(Side::Ask, 10_000, 20)).unwrap();
    let report = world.place(1, ioc(Side::Bid, 10_000, 50)).unwrap();
    assert_eq!(({ report.orders[0].filled }, { report.orders[0].resting }), (20, 0));
    assert_eq!(world.place(1, ioc(Side::Bid, 10_000, 50)).err(), Some(Error::MinimumFillNotReached));
}

#[test]
fn fill_or_kill_fails_as_a_whole_when_it_cannot_fill() {
    let mut world = World::new(2, 16);
    world.place(0, limit(Side::Ask, 10_000, 20)).unwrap();
    let order = PlaceOrder { min_fill_lots: 21, ..ioc(Side::Bid, 10_000, 21) };
    assert_eq!(world.place(1, order).err(), Some(Error::MinimumFillNotReached));
    assert_eq!(world.side(Side::Ask), [(10_000, 20, 0)]);
}

#[test]
fn post_only_is_refused_where_it_would_take_and_the_sliding_kind_goes_one_tick_behind() {
    let mut world = World::new(2, 16);
    world.place(0, limit(Side::Ask, 10_000, 20)).unwrap();
    let reject = PlaceOrder { kind: OrderKind::PostOnly, ..limit(Side::Bid, 10_001, 20) };
    assert_eq!(world.place(1, reject).err(), Some(Error::PostOnlyWouldCross));
    let slide = PlaceOrder { kind: OrderKind::PostOnlySlide, ..reject };
    let report = world.place(1, slide).unwrap();
    assert_eq!({ report.orders[0].ticks }, 9_999);
    assert_eq!(world.side(Side::Bid), [(9_999, 20, 1)]);
}

#[test]
fn an_expired_order_is_removed_instead_of_traded() {
    let mut world = World::new(3, 16);
    let expiring = PlaceOrder { expiry_kind: ExpiryKind::Time, expiry: 3_600_005, ..limit(Side::Ask, 10_000, 20) };
    world.place(0, expiring).unwrap();
    let by_slot = PlaceOrder { expiry_kind: ExpiryKind::Slot, expiry: 1_005, ..limit(Side::Ask, 10_000, 20) };
    world.place(0, by_slot).unwrap();
    world.place(1, limit(Side::Ask, 10_001, 20)).unwrap();
    world.pass(5);
    let report = world.place(2, ioc(Side::Bid, 10_001, 20)).unwrap();
    assert_eq!(report.removed.iter().map(|record| record.reason).collect::<Vec<_>>(), [removal::EXPIRED; 2]);
    assert_eq!({ report.fills[0].maker_slot }, 1);
    assert_eq!(world.place(0, by_slot).err(), Some(Error::OrderExpired));
}

#[test]
fn a_dead_man_switch_expires_all_of_a_slots_orders() {
    let mut world = World::new(2, 16);
    world.place(0, limit(Side::Ask, 10_000, 20)).unwrap();
    world.slots[0].cancel_after_slot = 1_000;
    world.pass(1);
    let report = world.place(1, limit(Side::Bid, 10_000, 20)).unwrap();
    assert_eq!(report.removed[0].reason, removal::DEAD_MAN);
    assert_eq!(world.side(Side::Bid), [(10_000, 20, 1)]);
}

#[test]
fn meeting_ones_own_order_follows_the_takers_mode_across_sub_accounts() {
    for (mode, removed, resting) in [
        (SelfTrade::CancelMaker, 1, Ok(20)),
        (SelfTrade::CancelTaker, 0, Err(Error::SelfTrade)),
        (SelfTrade::CancelBoth, 0, Err(Error::SelfTrade)),
    ] {
        let mut world = World::new(1, 16);
        let other = world.add_trader(1, 1, 1_000 * USD);
        world.place(0, limit(Side::Ask, 10_000, 20)).unwrap();
        let order = PlaceOrder { self_trade: mode, ..limit(Side::Bid, 10_000, 20) };
        let report = world.place(other, order);
        assert_eq!(report.as_ref().map(|report| report.orders[0].resting).map_err(|error| *error), resting);
        assert_eq!(report.map_or(0, |report| report.removed.len()), removed);
    }
}

#[test]
fn reduce_only_is_cut_to_the_position_and_refused_without_one() {
    let mut world = World::new(3, 16);
    let reducing = PlaceOrder { reduce_only: true, ..limit(Side::Ask, 10_000, 100) };
    assert_eq!(world.place(0, reducing).err(), Some(Error::ReduceOnlyWouldIncrease));
    world.place(1, limit(Side::Ask, 10_000, 30)).unwrap();
    world.place(0, ioc(Side::Bid, 10_000, 30)).unwrap();
    let report = world.place(0, reducing).unwrap();
    assert_eq!({ report.orders[0].resting }, 30);
}

#[test]
fn several_reduce_only_orders_never_turn_the_position() {
    let mut world = World::new(3, 16);
    world.place(1, limit(Side::Ask, 10_000, 30)).unwrap();
    world.place(0, ioc(Side::Bid, 10_000, 30)).unwrap();
    for ticks in [10_000, 10_001] {
        world.place(0, PlaceOrder { reduce_only: true, ..limit(Side::Ask, ticks, 30) }).unwrap();
    }
    let report = world.place(2, limit(Side::Bid, 10_001, 60)).unwrap();
    assert_eq!(world.position(0).base.0, 0);
    assert_eq!(report.removed[0].reason, removal::REDUCE_ONLY);
    assert_eq!({ report.orders[0].filled }, 30);
}

#[test]
fn a_nonce_only_grows_so_that_a_retry_never_doubles() {
    let mut world = World::new(1, 16);
    let order = PlaceOrder { nonce: 5, ..limit(Side::Bid, 9_990, 20) };
    world.place(0, order).unwrap();
    assert_eq!(world.place(0, order).err(), Some(Error::NonceUsed));
    let late = PlaceOrder { valid_until_slot: 999, ..limit(Side::Bid, 9_990, 20) };
    assert_eq!(world.place(0, late).err(), Some(Error::InstructionExpired));
}

#[test]
fn a_client_id_is_unique_among_open_orders_and_free_again_afterwards() {
    let mut world = World::new(2, 16);
    let order = PlaceOrder { client_id: 77, ..limit(Side::Bid, 9_990, 20) };
    world.place(0, order).unwrap();
    world.place(1, order).unwrap();
    assert_eq!(world.place(0, order).err(), Some(Error::DuplicateClientId));
    let cancel = CancelByClientId { market: 0, client_id: 77 };
    world.run(0, |venue| trading::cancel_by_client_id(venue, &cancel)).unwrap();
    assert_eq!(world.side(Side::Bid), [(9_990, 20, 1)]);
    world.place(0, order).unwrap();
}

#[test]
fn a_full_side_evicts_the_worst_price_newest_first_for_a_better_one() {
    let mut world = World::new(3, 4);
    for slot in [0, 0, 1, 1] {
        let ticks = if slot == 0 { 9_990 } else { 9_980 };
        world.place(slot, limit(Side::Bid, ticks, 400)).unwrap();
    }
    assert_eq!(world.place(2, limit(Side::Bid, 9_980, 400)).err(), Some(Error::BookSideFull));
    let report = world.place(2, limit(Side::Bid, 9_985, 400)).unwrap();
    assert_eq!((report.removed[0].reason, { report.removed[0].slot }), (removal::EVICTED, 1));
    assert_eq!(world.side(Side::Bid).len(), 4);
    assert_eq!(world.position(1).bid_orders, 1);
}

#[test]
fn the_minimum_to_rest_grows_with_the_sides_occupancy() {
    let mut world = World::new(1, 4);
    world.place(0, limit(Side::Bid, 10_000, 10)).unwrap();
    assert_eq!(world.place(0, limit(Side::Bid, 10_000, 19)).err(), Some(Error::BelowRestingMinimum));
    world.place(0, limit(Side::Bid, 10_000, 20)).unwrap();
    assert_eq!(world.place(0, limit(Side::Bid, 10_000, 79)).err(), Some(Error::BelowRestingMinimum));
    world.place(0, limit(Side::Bid, 10_000, 80)).unwrap();
    assert_eq!(world.place(0, limit(Side::Bid, 10_000, 319)).err(), Some(Error::BelowRestingMinimum));
    world.place(0, limit(Side::Bid, 10_000, 320)).unwrap();
}

#[test]
fn malformed_orders_are_refused_by_name() {
    let mut world = World::new(1, 16);
    for (order, error) in [
        (limit(Side::Bid, 10_000, 0), Error::ZeroSize),
        (limit(Side::Bid, 0, 10), Error::ZeroPrice),
        (limit(Side::Bid, 10_000, 9), Error::BelowMinimumNotional),
        (limit(Side::Bid, 10_501, 10), Error::PriceOutsideBand),
        (limit(Side::Ask, 9_499, 20), Error::PriceOutsideBand),
        (limit(Side::Bid, 10_000, 5_000_001), Error::PositionTooLarge),
        (limit(Side::Bid, 10_000, 300_000), Error::InsufficientMargin),
    ] {
        assert_eq!(world.place(0, order).err(), Some(error));
    }
}

#[test]
fn a_stale_or_uncertain_price_opens_no_risk() {
    let mut world = World::new(1, 16);
    world.now.unix += 11;
    assert_eq!(world.place(0, limit(Side::Bid, 9_990, 20)).err(), Some(Error::PriceStale));
    world.publish(PRICE);
    world.exchange.markets[0].confidence = PRICE / 400 + 1;
    assert_eq!(world.place(0, limit(Side::Bid, 9_990, 20)).err(), Some(Error::PriceUncertain));
}

#[test]
fn a_market_that_is_not_active_takes_only_what_its_status_allows() {
    let mut world = World::new(1, 16);
    let post = PlaceOrder { kind: OrderKind::PostOnly, ..limit(Side::Bid, 9_990, 20) };
    world.exchange.markets[0].status = market_status::POST_ONLY;
    assert_eq!(world.place(0, limit(Side::Bid, 9_990, 20)).err(), Some(Error::MarketNotActive));
    world.place(0, post).unwrap();
    world.exchange.markets[0].status = market_status::REDUCE_ONLY;
    assert_eq!(world.place(0, post).err(), Some(Error::MarketNotActive));
    world.cancel_all(0).unwrap();
}

#[test]
fn after_a_gap_only_post_only_orders_and_cancels_pass() {
    let mut world = World::new(1, 16);
    world.exchange.markets[0].resume_at = world.now.unix + 60;
    let post = PlaceOrder { kind: OrderKind::PostOnly, ..limit(Side::Bid, 9_990, 20) };
    world.place(0, post).unwrap();
    assert_eq!(world.place(0, limit(Side::Bid, 9_990, 20)).err(), Some(Error::MatchingPaused));
    world.cancel_all(0).unwrap();
}

#[test]
fn the_match_limit_drops_the_rest_instead_of_leaving_a_crossed_book() {
    let mut world = World::new(1, 256);
    for maker in 0..70 {
        let place = world.add_trader(10 + maker, 0, 100 * USD);
        world.place(place, limit(Side::Ask, 10_000, 320)).unwrap();
    }
    let report = world.place(0, limit(Side::Bid, 10_000, 70 * 320)).unwrap();
    assert_eq!(report.fills.len(), 64);
    assert_eq!({ report.orders[0].code }, Error::MatchLimitReached as u16);
    assert_eq!(world.side(Side::Bid), []);
}

#[test]
fn a_maker_whose_margin_does_not_allow_the_fill_loses_that_order_only() {
    let mut world = World::new(3, 16);
    let poor = world.add_trader(9, 0, 30 * USD);
    world.place(poor, limit(Side::Ask, 10_000, 500)).unwrap();
    world.slots[poor].usdc.0 = USD;
    world.exchange.collaterals[0].total_deposits -= 29 * USD as u64;
    world.place(1, limit(Side::Ask, 10_000, 500)).unwrap();
    let report = world.place(0, limit(Side::Bid, 10_000, 500)).unwrap();
    assert_eq!((report.removed[0].reason, { report.removed[0].slot }), (removal::MARGIN, poor as u16));
    assert_eq!({ report.fills[0].maker_slot }, 1);
}

#[test]
fn a_batch_records_what_fails_alone_and_keeps_the_rest() {
    let mut world = World::new(2, 64);
    world.place(1, limit(Side::Ask, 10_000, 20)).unwrap();
    let first = world.replace(0, &[], &[quote(Side::Bid, 9_990, 20), quote(Side::Ask, 10_010, 20)]).unwrap();
    let id = OrderId { ticks: 9_990, seq: first.orders[0].seq };
    let missing = OrderId { ticks: 1, seq: 99 };
    let quotes = [quote(Side::Bid, 10_000, 20), quote(Side::Bid, 9_995, 20), quote(Side::Bid, 9_995, 0)];
    let report = world.replace(0, &[id, missing], &quotes).unwrap();
    let codes: Vec<(u8, u16)> = report.orders.iter().map(|order| (order.index, order.code)).collect();
    assert_eq!(
        codes,
        [
            (129, Error::OrderNotFound as u16),
            (0, Error::PostOnlyWouldCross as u16),
            (1, 0),
            (2, Error::ZeroSize as u16)
        ]
    );
    assert_eq!(world.side(Side::Bid), [(9_995, 20, 0)]);
    assert_eq!(world.side(Side::Ask), [(10_000, 20, 1), (10_010, 20, 0)]);
}

#[test]
fn only_the_owner_cancels_an_order() {
    let mut world = World::new(2, 16);
    let seq = world.place(0, limit(Side::Bid, 9_990, 20)).unwrap().orders[0].seq;
    assert_eq!(world.cancel(1, 9_990, seq).err(), Some(Error::NotYourOrder));
    assert_eq!(world.cancel(0, 9_991, seq).err(), Some(Error::OrderNotFound));
    let report = world.cancel(0, 9_990, seq).unwrap();
    assert_eq!({ report.removed[0].lots }, 20);
    assert_eq!(world.slots[0].market_bitmap, 0);
}
