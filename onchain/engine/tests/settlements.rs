//! The end of a market, by rule.

mod support;

use quantdesk_engine::error::Error;
use quantdesk_engine::instructions::*;
use quantdesk_engine::state::market_status;
use quantdesk_engine::trading;
use support::*;

/// Its event tells of positions, once no order is left to be cancelled.
fn settle(world: &mut World) -> Result<Report, Error> {
    let mut closes = false;
    let report = world.run(0, |venue| trading::settle_slots(venue).map(|closed| closes = closed))?;
    assert_eq!(closes, report.removed.is_empty());
    Ok(report)
}

/// Trader 1 is short 300 lots at $1, trader 2 long; an order of each side rests; the market settles.
fn settling() -> World {
    let mut world = World::new(3, 64);
    world.place(1, limit(Side::Ask, MID, 300)).unwrap();
    world.place(2, ioc(Side::Bid, MID, 300)).unwrap();
    world.place(0, limit(Side::Bid, 9_900, 50)).unwrap();
    world.place(0, limit(Side::Ask, 10_100, 50)).unwrap();
    world.exchange.markets[0].status = market_status::SETTLING;
    world
}

/// Half an hour at each price.
fn gather(world: &mut World, prices: [u64; 2]) {
    for price in prices {
        world.publish(price);
        for _ in 0..180 {
            world.pass(10);
        }
    }
}

#[test]
fn everyone_is_closed_at_the_mean_of_the_index_over_one_hour() {
    let mut world = settling();
    assert_eq!(settle(&mut world).err(), Some(Error::SettlementTooEarly));
    gather(&mut world, [1_000_000, 1_040_000]);
    world.pass(600);
    world.publish(5_000_000);
    let (before, owed) = (world.slots.clone(), [world.owed(1), world.owed(2)]);
    let cancelled = settle(&mut world).unwrap();
    assert_eq!(cancelled.removed.len(), 2);
    settle(&mut world).unwrap();
    assert_eq!(world.exchange.markets[0].settlement_price.0, 1_020_000);
    // Bought and sold at $1, closed at $1.02, and the funding of the hour.
    assert_eq!(world.slots[1].usdc.0 - before[1].usdc.0, -300 * 20_000 - owed[0]);
    assert_eq!(world.slots[2].usdc.0 - before[2].usdc.0, 300 * 20_000 - owed[1]);
    let market = &world.exchange.markets[0];
    assert_eq!((market.open_long, market.open_short, market.status), (0, 0, market_status::SETTLED));
    assert_eq!(settle(&mut world).err(), Some(Error::MarketNotActive));
}

#[test]
fn a_market_that_trades_settles_nobody() {
    let mut world = settling();
    world.exchange.markets[0].status = market_status::ACTIVE;
    gather(&mut world, [1_000_000, 1_000_000]);
    assert_eq!(world.exchange.markets[0].settlement_seconds, 0);
    assert_eq!(settle(&mut world).err(), Some(Error::MarketNotActive));
}

#[test]
fn while_it_settles_nothing_is_liquidated_and_orders_can_be_cancelled() {
    let mut world = settling();
    assert_eq!(world.liquidate(0, 1).err(), Some(Error::MarketNotActive));
    assert_eq!(world.take_over(0, 1, 1).err(), Some(Error::MarketNotActive));
    assert_eq!(world.place(1, limit(Side::Bid, 9_900, 50)).err(), Some(Error::MarketNotActive));
    world.cancel_all(0).unwrap();
}

#[test]
fn time_without_a_fresh_price_does_not_count() {
    let mut world = settling();
    gather(&mut world, [1_000_000, 1_000_000]);
    world.exchange.markets[0].settlement_seconds = 0;
    world.now.unix += 7_200;
    world.cancel_all(0).unwrap();
    assert_eq!(world.exchange.markets[0].settlement_seconds, 0);
}

#[test]
fn the_hour_counts_each_second_once_and_no_more_than_an_hour() {
    let mut world = settling();
    let market = &mut world.exchange.markets[0];
    market.settlement_seconds = 3_590;
    market.settlement_sum = 3_590 * 1_000_000;
    world.publish(2_000_000);
    world.now.unix += 60;
    world.cancel_all(0).unwrap();
    let market = &world.exchange.markets[0];
    assert_eq!((market.settlement_seconds, market.settlement_sum), (3_600, 3_590 * 1_000_000 + 10 * 2_000_000));
    world.pass(60);
    assert_eq!(world.exchange.markets[0].settlement_seconds, 3_600);
}

#[test]
fn a_price_that_could_still_liquidate_counts_and_an_older_one_does_not() {
    for (age_ms, seconds) in [(60_000, 1), (60_001, 0)] {
        let mut world = settling();
        world.now.unix += 1;
        world.exchange.markets[0].publish_ms = world.now.unix * 1_000 - age_ms;
        world.cancel_all(0).unwrap();
        assert_eq!(world.exchange.markets[0].settlement_seconds, seconds);
    }
}

#[test]
fn sixteen_positions_are_closed_at_once_and_the_next_call_goes_on_behind_them() {
    let mut world = settling();
    world.exchange.markets[0].status = market_status::ACTIVE;
    for number in 0..20 {
        let who = world.add_trader(50 + number, 0, 100 * USD);
        world.place(who, limit(Side::Ask, MID, 20)).unwrap();
        world.place(2, ioc(Side::Bid, MID, 20)).unwrap();
    }
    world.cancel_all(0).unwrap();
    world.exchange.markets[0].status = market_status::SETTLING;
    gather(&mut world, [1_000_000, 1_000_000]);
    // Where the last deleveraging ended is no place to begin.
    world.exchange.markets[0].cursor = 9;
    settle(&mut world).unwrap();
    // The slots from 1 to 16, of which the first has no position.
    let open = |world: &World| world.slots.iter().filter(|slot| slot.market_bitmap != 0).count();
    assert_eq!((open(&world), world.exchange.markets[0].cursor), (22 - 16, 17));
    assert_eq!(world.exchange.markets[0].status, market_status::SETTLING);
    settle(&mut world).unwrap();
    assert_eq!((open(&world), world.exchange.markets[0].status), (0, market_status::SETTLED));
}

#[test]
fn thirty_two_orders_of_a_side_are_cancelled_at_once() {
    let mut world = settling();
    world.exchange.markets[0].status = market_status::ACTIVE;
    for _ in 0..40 {
        world.place(0, limit(Side::Bid, 9_900, 640)).unwrap();
    }
    world.exchange.markets[0].status = market_status::SETTLING;
    gather(&mut world, [1_000_000, 1_000_000]);
    assert_eq!(settle(&mut world).unwrap().removed.len(), 32 + 1);
    assert_eq!(settle(&mut world).unwrap().removed.len(), 9);
    assert_ne!(world.exchange.markets[0].open_long, 0, "positions are closed once the book is empty");
}
