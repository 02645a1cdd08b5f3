//! What one fill writes down, which of both sides may make it, and where matching stops.

mod support;

use quantdesk_engine::error::Error;
use quantdesk_engine::events::removal;
use quantdesk_engine::instructions::*;
use quantdesk_engine::units::LotPrice;
use support::*;

#[test]
fn a_fill_is_the_last_trade_and_counts_into_the_volume() {
    let mut world = World::new(2, 16);
    world.place(0, limit(Side::Ask, 10_010, 50)).unwrap();
    let report = world.place(1, ioc(Side::Bid, 10_020, 20)).unwrap();
    assert_eq!(({ report.fills[0].lots }, { report.fills[0].maker_left }), (20, 30));
    world.now.unix += 1;
    world.place(1, ioc(Side::Bid, 10_010, 30)).unwrap();
    let market = &world.exchange.markets[0];
    assert_eq!((market.last_trade, market.last_trade_at), (LotPrice(1_001_000), world.now.unix));
    assert_eq!(market.volume_lots, 50);
}

#[test]
fn a_trigger_of_a_position_does_not_outlive_it_for_every_opening_has_its_own_epoch() {
    let mut world = World::new(2, 16);
    let mut epochs = Vec::new();
    for _ in 0..2 {
        world.place(0, limit(Side::Ask, MID, 50)).unwrap();
        world.place(1, ioc(Side::Bid, MID, 50)).unwrap();
        epochs.extend([world.position(0).epoch, world.position(1).epoch]);
        assert_eq!(u64::from(world.position(0).epoch), world.exchange.event_seq);
        world.place(0, limit(Side::Bid, MID, 50)).unwrap();
        world.place(1, ioc(Side::Ask, MID, 50)).unwrap();
    }
    assert_eq!(epochs[0], epochs[1], "both sides of a trade name the event that reports it");
    assert!(epochs[0] < epochs[2]);
}

#[test]
fn meeting_ones_own_order_after_a_fill_keeps_the_fill_and_cancels_both() {
    let mut world = World::new(2, 16);
    world.place(1, limit(Side::Ask, MID, 20)).unwrap();
    world.place(0, limit(Side::Ask, 10_001, 30)).unwrap();
    let order = PlaceOrder { self_trade: SelfTrade::CancelBoth, ..limit(Side::Bid, 10_001, 50) };
    let report = world.place(0, order).unwrap();
    assert_eq!((report.fills.len(), { report.orders[0].code }), (1, Error::SelfTrade as u16));
    assert_eq!((report.removed[0].reason, { report.removed[0].ticks }), (removal::SELF_TRADE, 10_001));
    assert_eq!((world.side(Side::Bid), world.side(Side::Ask)), (vec![], vec![]));
    assert_eq!((world.position(0).base.0, world.position(0).ask_orders), (20, 0));
}

#[test]
fn a_maker_may_be_filled_down_to_exactly_its_maintenance_margin() {
    // Selling 500 lots at $1 needs $12.50 afterwards; the rebate brings 2.5 cents of it.
    for (usdc, filled) in [(12_475_000, 500), (12_474_999, 0)] {
        for elsewhere in [0, 400] {
            let mut world = World::new(3, 16);
            world.place(2, limit(Side::Ask, MID, 500)).unwrap();
            if elsewhere != 0 {
                // $10 more of maintenance.
                world.hold_elsewhere(2, 1, elsewhere);
            }
            world.set_equity(2, usdc + elsewhere * 25_000);
            let report = world.place(0, limit(Side::Bid, MID, 500)).unwrap();
            assert_eq!({ report.orders[0].filled }, filled, "with {usdc}");
            let removed: Vec<u8> = report.removed.iter().map(|record| record.reason).collect();
            assert_eq!(removed, if filled == 0 { vec![removal::MARGIN] } else { vec![] });
        }
    }
}

#[test]
fn a_taker_under_maintenance_may_trade_what_leaves_it_no_worse() {
    // Long 1,000 lots under water; each lot sold at the mark frees 2.5 cents of margin and costs 0.035.
    let mut world = World::new(3, 16);
    world.place(1, limit(Side::Ask, MID, 1_000)).unwrap();
    world.place(2, ioc(Side::Bid, MID, 1_000)).unwrap();
    world.set_equity(2, USD);
    // 1 - 0.02465 a lot: the price at which selling neither helps nor harms is 0.97535.
    world.place(0, limit(Side::Bid, 9_753, 500)).unwrap();
    let sell = |ticks| PlaceOrder { reduce_only: true, ..ioc(Side::Ask, ticks, 500) };
    assert_eq!(world.place(2, sell(9_753)).err(), Some(Error::MaintenanceBreach));
    world.place(0, limit(Side::Bid, 9_754, 500)).unwrap();
    assert_eq!({ world.place(2, sell(9_754)).unwrap().orders[0].filled }, 500);
}

#[test]
fn at_a_price_that_costs_as_much_as_the_margin_it_frees_a_taker_may_trade() {
    for (ticks, refused) in [(9_750, None), (9_749, Some(Error::MaintenanceBreach))] {
        let mut world = World::new(3, 16);
        (world.exchange.fee_tiers[0].maker, world.exchange.fee_tiers[0].taker) = (0, 0);
        world.place(1, limit(Side::Ask, MID, 1_000)).unwrap();
        world.place(2, ioc(Side::Bid, MID, 1_000)).unwrap();
        world.set_equity(2, USD);
        world.place(0, limit(Side::Bid, ticks, 500)).unwrap();
        let sell = PlaceOrder { reduce_only: true, ..ioc(Side::Ask, ticks, 500) };
        assert_eq!(world.place(2, sell).err(), refused);
    }
}

#[test]
fn fees_and_funding_are_settled_before_a_fill_is_judged() {
    // The maker owes exactly what it has over its margin; an atom of funding more and it may not be filled.
    for (owes, filled) in [(100, 500), (101, 0)] {
        let mut world = World::new(3, 16);
        world.place(1, limit(Side::Ask, MID, 1_000)).unwrap();
        world.place(2, ioc(Side::Bid, MID, 1_000)).unwrap();
        world.place(2, limit(Side::Bid, MID, 500)).unwrap();
        // Long 1,500 lots need $37.50, and the rebate is 2.5 cents.
        world.set_equity(2, 37_475_000 + 100);
        world.exchange.markets[0].funding_index.0 += owes * 1_000;
        let report = world.place(0, limit(Side::Ask, MID, 500)).unwrap();
        assert_eq!({ report.orders[0].filled }, filled);
        let paid = report.touched.iter().find(|record| { record.slot } == 2).map(|record| record.funding_paid);
        assert_eq!(paid, Some(owes));
    }
}

#[test]
fn after_thirty_two_makers_that_cannot_trade_a_taker_stops() {
    let mut world = World::new(3, 256);
    world.place(1, limit(Side::Ask, MID, 20)).unwrap();
    world.place(2, ioc(Side::Bid, MID, 20)).unwrap();
    for _ in 0..35 {
        world.place(2, PlaceOrder { reduce_only: true, ..limit(Side::Ask, MID, 20) }).unwrap();
    }
    let report = world.place(0, limit(Side::Bid, MID, 60)).unwrap();
    assert_eq!((report.fills.len(), report.removed.len()), (1, 32));
    assert!(report.removed.iter().all(|record| record.reason == removal::REDUCE_ONLY));
    assert_eq!(({ report.orders[0].code }, { report.orders[0].resting }), (Error::MatchLimitReached as u16, 0));
    assert_eq!(world.side(Side::Ask).len(), 2);
}

#[test]
fn a_maker_that_is_filled_whole_leaves_no_empty_entry_behind() {
    let mut world = World::new(3, 16);
    world.place(0, limit(Side::Ask, MID, 20)).unwrap();
    world.place(1, ioc(Side::Bid, MID, 20)).unwrap();
    world.place(0, limit(Side::Bid, MID, 20)).unwrap();
    world.place(1, ioc(Side::Ask, MID, 20)).unwrap();
    assert_eq!((world.slots[0].market_bitmap, world.slots[1].market_bitmap), (0, 0));
}
