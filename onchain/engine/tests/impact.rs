//! What a market caches of its book: the top, impact prices, what they say of the mark, and since when.

mod support;

use quantdesk_engine::instructions::{OrderKind, PlaceOrder, Side};
use support::*;

fn impact(world: &World) -> (u64, u64) {
    let market = &world.exchange.markets[0];
    (market.impact_bid.0, market.impact_ask.0)
}

#[test]
fn an_impact_price_is_a_mean_over_levels_rounded_away_from_the_middle() {
    let mut world = World::new(1, 64);
    for (away, lots) in [(10, 500), (20, 1_000)] {
        world.place(0, limit(Side::Bid, MID - away, lots)).unwrap();
        world.place(0, limit(Side::Ask, MID + away, lots)).unwrap();
    }
    // $1,000: 500 lots at 0.999 and 502 at 0.998; 500 at 1.001 and 499 at 1.002.
    let bid = (500 * 999_000 + 502 * 998_000) / 1_002;
    let ask = (500u64 * 1_001_000 + 499 * 1_002_000).div_ceil(999);
    assert_eq!(impact(&world), (bid, ask));
    world.cancel_all(0).unwrap();
    assert_eq!(impact(&world), (0, 0), "an empty side has none");
}

#[test]
fn an_order_of_exactly_the_notional_is_enough_and_a_lot_less_is_not() {
    for (lots, price) in [(1_000, PRICE), (999, 0)] {
        let mut world = World::new(1, 64);
        world.place(0, limit(Side::Bid, MID, lots)).unwrap();
        assert_eq!(impact(&world), (price, 0));
    }
}

#[test]
fn a_fraction_of_a_tick_of_the_notional_counts_as_one() {
    let mut world = World::new(1, 64);
    let market = &mut world.exchange.markets[0];
    (market.tick_size, market.impact_notional, market.min_order_notional) = (3, 10 * USD as u64, 1);
    world.publish(3_333_333);
    // Three lots are worth $9.999999: the fourth comes from the next level.
    world.place(0, limit(Side::Ask, 1_111_111, 3)).unwrap();
    world.place(0, limit(Side::Ask, 1_111_112, 3)).unwrap();
    assert_eq!(impact(&world).1, (3 * 3_333_333 + 3_333_336u64).div_ceil(4));
}

#[test]
fn beyond_thirty_two_orders_a_side_counts_as_too_thin() {
    let mut world = World::new(1, 256);
    for number in 0..31 {
        world.place(0, limit(Side::Ask, 10_010 + number, 20)).unwrap();
    }
    world.place(0, limit(Side::Ask, 10_050, 20)).unwrap();
    world.place(0, limit(Side::Ask, 10_060, 1_000)).unwrap();
    assert_eq!(impact(&world).1, 0, "the order that would do is the thirty-third");
    world.cancel(0, 10_010, world.asks[world.header.ask_count as usize - 1].seq).unwrap();
    assert_ne!(impact(&world).1, 0);
}

#[test]
fn the_book_is_numbered_by_its_changes_and_not_by_what_leaves_it_as_it_is() {
    let mut world = World::new(2, 16);
    let seq = world.place(0, limit(Side::Bid, 9_990, 50)).unwrap().orders[0].seq;
    assert_eq!(world.header.update_seq, 1);
    world.cancel_all(1).unwrap();
    assert_eq!(world.header.update_seq, 1);
    world.modify(0, (9_990, seq), 9_990, 40).unwrap();
    world.place(1, PlaceOrder { kind: OrderKind::ImmediateOrCancel, ..limit(Side::Ask, 9_990, 20) }).unwrap();
    assert_eq!(world.header.update_seq, 3);
}

#[test]
fn the_mark_follows_the_book_at_once_and_its_past_is_added_up_before() {
    let mut world = World::new(1, 16);
    world.pass(100);
    assert_eq!(world.exchange.markets[0].mark_price.0, PRICE);
    // What held for those seconds was an empty book: the bid of now has no say in them.
    world.exchange.markets[0].premium_ema = 5_000 * 1_000_000;
    world.now.unix += 150;
    world.exchange.markets[0].publish_ms = world.now.unix * 1_000;
    world.place(0, limit(Side::Bid, 10_050, 2_000)).unwrap();
    world.place(0, limit(Side::Ask, 10_060, 2_000)).unwrap();
    let market = &world.exchange.markets[0];
    assert_eq!((market.sampled_at, market.premium_ema), (world.now.unix, 2_500 * 1_000_000));
    // The median of $1, $1.0025 and the middle one of bid, ask and index.
    assert_eq!(market.mark_price.0, 1_002_500);
}
