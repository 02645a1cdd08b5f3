//! Attacks on matching and margin, by name.

mod support;

use proptest::prelude::*;
use quantdesk_engine::error::Error;
use quantdesk_engine::events::removal;
use quantdesk_engine::instructions::*;
use quantdesk_engine::{margin, trading};
use support::*;

#[test]
fn match_limit_exhausted_behind_expired_orders() {
    let mut world = World::new(2, 256);
    for number in 0..60u32 {
        let maker = world.add_trader(20 + (number / 8) as u8, number as u8, 1_000 * USD);
        let order = PlaceOrder {
            expiry_kind: ExpiryKind::Time,
            expiry: world.now.unix as u32 + 5,
            ..limit(Side::Ask, MID - 5, 400)
        };
        world.place(maker, order).unwrap();
    }
    world.place(1, limit(Side::Ask, MID, 400)).unwrap();
    world.pass(5);
    let cleared = world.place(0, limit(Side::Bid, MID, 400)).unwrap();
    assert_eq!(({ cleared.orders[0].code }, cleared.removed.len()), (Error::MatchLimitReached as u16, 32));
    assert_eq!(world.side(Side::Bid), [], "nothing may rest across the expired orders");
    let report = world.place(0, limit(Side::Bid, MID, 400)).unwrap();
    assert_eq!({ report.orders[0].filled }, 400);
}

#[test]
fn reducing_fill_that_bankrupts_the_maker() {
    let mut world = World::new(3, 16);
    let maker = world.add_trader(9, 0, 60 * USD);
    world.place(1, limit(Side::Ask, MID, 1_100)).unwrap();
    world.place(maker, ioc(Side::Bid, MID, 1_100)).unwrap();
    world.place(maker, PlaceOrder { reduce_only: true, ..limit(Side::Ask, 10_050, 1_100) }).unwrap();
    // The price runs away upwards: the old ask would now give away more than it frees.
    world.slots[maker].usdc.0 -= 70 * USD;
    world.exchange.collaterals[0].total_deposits -= 70 * USD as u64;
    world.exchange.negative_usdc = world.slots[maker].usdc.0.min(0).unsigned_abs();
    world.publish(1_050_000);
    let health = margin::maintenance(&world.exchange, &world.slots[maker], world.now).unwrap().health();
    assert!(health > 0);
    let report = world.place(0, limit(Side::Bid, 10_050, 1_100)).unwrap();
    assert_eq!((report.removed[0].reason, report.fills.len()), (removal::MARGIN, 0));
    assert_eq!(world.position(maker).base.0, 1_100);
}

#[test]
fn stale_quotes_after_a_jump_of_the_index_are_removed_and_not_sniped() {
    let mut world = World::new(2, 16);
    world.place(1, limit(Side::Ask, MID, 400)).unwrap();
    world.publish(1_100_000);
    let report = world.replace(0, &[], &[Quote { kind: OrderKind::Limit, ..quote(Side::Bid, 10_600, 400) }]).unwrap();
    assert_eq!(report.removed[0].reason, removal::OUTSIDE_BAND);
    assert!(report.fills.is_empty());
    assert_eq!(world.side(Side::Bid), [(10_600, 400, 0)]);
}

#[test]
fn matched_wallets_pump_and_withdraw() {
    let mut world = World::new(2, 16);
    world.place(1, limit(Side::Ask, MID, 1_000)).unwrap();
    world.place(0, ioc(Side::Bid, MID, 1_000)).unwrap();
    // The partner pays 4 % too much: the profit is real, but it does not leave.
    let before = margin::withdrawable(&world.exchange, &world.slots[0], 0, world.now).unwrap();
    world.place(1, limit(Side::Bid, 10_400, 1_000)).unwrap();
    world.place(0, ioc(Side::Ask, 10_400, 1_000)).unwrap();
    let after = margin::withdrawable(&world.exchange, &world.slots[0], 0, world.now).unwrap();
    assert_eq!(world.slots[0].locked.0, 40 * USD);
    // Only the initial margin of the closed position came free.
    assert!(after <= before + 50 * USD as u64);
}

#[test]
fn book_spam_costs_each_slot_at_most_sixty_four_orders_a_side() {
    let mut world = World::new(1, 2_048);
    for number in 0..64 {
        world.place(0, limit(Side::Bid, 9_000 + number, 20)).unwrap();
    }
    assert_eq!(world.place(0, limit(Side::Bid, 9_500, 20)).err(), Some(Error::TooManyOrders));
    world.place(0, limit(Side::Ask, 10_500, 20)).unwrap();
    world.cancel_all(0).unwrap();
    assert_eq!(world.header.bid_count + world.header.ask_count, 0);
}

#[test]
fn reused_slot_with_a_stale_generation() {
    let mut world = World::new(1, 16);
    world.slots[0].generation += 1;
    assert_eq!(world.place(0, limit(Side::Bid, 9_990, 20)).err(), Some(Error::StaleGeneration));
    world.slots[0].generation -= 1;
    world.slots[0].flags = 0;
    assert_eq!(world.cancel_all(0).err(), Some(Error::StaleGeneration));
}

#[test]
fn open_interest_pumped_to_liquidate_others() {
    let mut world = World::new(3, 16);
    world.place(1, limit(Side::Ask, MID, 2_000)).unwrap();
    world.place(0, ioc(Side::Bid, MID, 2_000)).unwrap();
    let before = margin::maintenance(&world.exchange, &world.slots[0], world.now).unwrap();
    world.exchange.markets[0].oi_cap = 4_000;
    world.place(1, limit(Side::Ask, MID, 1_900)).unwrap();
    world.place(2, ioc(Side::Bid, MID, 1_900)).unwrap();
    assert_eq!(margin::maintenance(&world.exchange, &world.slots[0], world.now).unwrap(), before);
}

#[test]
fn quotes_past_sixteen() {
    let mut world = World::new(1, 64);
    let quotes: Vec<Quote> = (0..17).map(|number| quote(Side::Bid, 9_900 - number, 20)).collect();
    assert_eq!(world.replace(0, &[], &quotes).err(), Some(Error::TooManyQuotes));
}

proptest! {
    #[test]
    fn overflow_at_extreme_parameters(
        ticks: u32, lots: u32, bid: bool, kind in 0u8..4, reduce: bool, expiry: u32, expiry_kind in 0u8..3, client: u64, min: u32,
        price in 1u64..10_000_000_000,
    ) {
        let mut world = World::new(2, 16);
        world.publish(price);
        let side = if bid { Side::Bid } else { Side::Ask };
        let order = PlaceOrder {
            kind: OrderKind::from_u8(kind).expect("four kinds"),
            reduce_only: reduce,
            expiry_kind: ExpiryKind::from_u8(expiry_kind).expect("three kinds"),
            expiry,
            client_id: client,
            min_fill_lots: min,
            ..limit(side, ticks, lots)
        };
        // Whatever comes back, nothing panics and every invariant holds.
        let _ = world.place(0, order);
        let _ = world.place(0, PlaceOrder { ticks: (price / 100).clamp(1, 4_000_000_000) as u32, ..order });
        let _ = world.run(1, |venue| trading::cancel_order(venue, &CancelOrder { market: 0, ticks, seq: client }));
    }
}
