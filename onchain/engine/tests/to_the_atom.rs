//! Margin, withdrawal and surcharge at their edges: where a comparison turns and which way a division goes.

mod support;

use quantdesk_engine::error::Error;
use quantdesk_engine::instructions::*;
use quantdesk_engine::margin;
use quantdesk_engine::state::Collateral;
use support::*;

fn withdrawable(world: &World) -> i64 {
    margin::withdrawable(&world.exchange, &world.slots[0], 0, world.now).unwrap() as i64
}

/// Trader 0 is long 1,000 lots at $1 from trader 1.
fn long() -> World {
    let mut world = World::new(2, 16);
    world.place(1, limit(Side::Ask, MID, 1_000)).unwrap();
    world.place(0, ioc(Side::Bid, MID, 1_000)).unwrap();
    world
}

#[test]
fn the_largest_notional_is_two_to_the_fifty_three() {
    assert_eq!(margin::notional(1 << 53, 1), Ok(1 << 53));
    assert_eq!(margin::notional((1 << 53) + 1, 1), Err(Error::NotionalTooLarge));
    assert_eq!(margin::notional(u64::MAX, u64::MAX), Err(Error::NotionalTooLarge));
}

#[test]
fn without_exposure_there_is_no_margin_and_with_any_at_least_two_dollars() {
    let world = World::new(1, 4);
    let market = &world.exchange.markets[0];
    assert_eq!(margin::initial_of(market, 0, PRICE), Ok(0));
    assert_eq!(margin::initial_of(market, 40, PRICE), Ok(2_000_000));
    assert_eq!(margin::initial_of(market, 41, PRICE), Ok(2_050_000));
}

#[test]
fn every_share_in_the_surcharge_is_rounded_up() {
    let mut market = World::new(1, 4).exchange.markets[0];
    // The surcharge begins at 80 % of ten million lots and is 10 % at the cap.
    market.open_long = 8_000_000;
    assert_eq!(margin::surcharge(&market, 1_000), Ok(0));
    market.open_long = 8_000_001;
    // 80.00001 % counts as 80.0001 %, 0.00005 % as 0.0001 %: an atom of each lot's million.
    assert_eq!(margin::surcharge(&market, 1), Ok(1));
    market.mark_price.0 = 1_000_001;
    assert_eq!(margin::surcharge(&market, 1), Ok(2));
    market.open_long = 20_000_000;
    assert_eq!(margin::surcharge(&market, 10), Ok(1_000_001), "over the cap it is what it is at the cap");
    market.surcharge_start = 1_000_000;
    assert_eq!(margin::surcharge(&market, 10), Ok(0), "one that begins at the cap never does");
    market.oi_cap = 0;
    market.surcharge_start = 800_000;
    assert_eq!(margin::surcharge(&market, 10), Ok(1_000_001), "without a cap open interest is over it");
}

#[test]
fn of_what_is_not_locked_an_open_loss_stays_behind_and_an_open_profit_adds_nothing() {
    // $500 is locked, more than the initial margin of $50.
    for (mark, change) in [(PRICE, 0), (900_000, -100 * USD), (1_100_000, 0)] {
        let mut world = long();
        world.slots[0].locked.0 = 500 * USD;
        world.slots[0].locked_at = world.now.unix as u32;
        world.slots[0].locked_for = 600;
        world.exchange.markets[0].mark_price.0 = mark;
        assert_eq!(withdrawable(&world), world.slots[0].usdc.0 - 500 * USD + change, "at {mark}");
    }
}

#[test]
fn open_profit_in_one_market_pays_for_no_loss_in_another_until_it_is_realised() {
    let mut world = long();
    world.hold_elsewhere(0, 1, 1_000);
    world.exchange.markets[0].mark_price.0 = 900_000;
    world.exchange.markets[1].mark_price.0 = 1_300_000;
    // The loss of $100 counts whole, the profit of $300 not at all; 5 % of $900 and of $1,300 are held back.
    assert_eq!(withdrawable(&world), world.slots[0].usdc.0 - 100 * USD - 45 * USD - 65 * USD);
    // Where more is locked than margin holds back, the two are netted.
    world.slots[0].locked.0 = 5_000 * USD;
    world.slots[0].locked_at = world.now.unix as u32;
    world.slots[0].locked_for = 600;
    assert_eq!(withdrawable(&world), world.slots[0].usdc.0 - 5_000 * USD);
    world.exchange.markets[1].mark_price.0 = 1_040_000;
    assert_eq!(withdrawable(&world), world.slots[0].usdc.0 - 5_000 * USD - 60 * USD);
}

#[test]
fn a_price_is_fresh_to_its_last_millisecond_and_then_worsened_against_the_position() {
    let mut world = long();
    world.exchange.markets[0].mark_price.0 = 1_000_010;
    let usdc = world.slots[0].usdc.0;
    // 1,000 lots at $1.00001 and 5 %.
    let fresh = usdc - 50_000_500;
    assert_eq!(withdrawable(&world), fresh);
    world.now.unix += 10;
    assert_eq!(withdrawable(&world), fresh);
    world.exchange.markets[0].publish_ms -= 1;
    // 5 % of 1,000,010 is 50,000.5: the long loses 50,001 a lot less the 10 that it had won.
    assert_eq!(withdrawable(&world), usdc - 1_000 * (50_001 - 10) - 50_000_500);
}

#[test]
fn a_short_on_a_stale_price_is_worsened_upwards_and_needs_margin_at_that_price() {
    let mut world = World::new(2, 16);
    world.place(1, limit(Side::Bid, MID, 1_000)).unwrap();
    world.place(0, ioc(Side::Ask, MID, 1_000)).unwrap();
    world.exchange.markets[0].mark_price.0 = 1_000_010;
    world.now.unix += 11;
    let usdc = world.slots[0].usdc.0;
    let worst = 1_000_010 + 50_001;
    assert_eq!(withdrawable(&world), usdc - 1_000 * (worst - 1_000_000) - 1_000 * worst / 20);
}

#[test]
fn a_stale_collateral_counts_nine_tenths_of_its_weight_rounded_down() {
    let mut world = World::new(1, 4);
    world.exchange.collateral_count = 2;
    world.exchange.collaterals[1] = Collateral {
        status: 1,
        kind: 1,
        max_age_s: 60,
        price: 1_000_000,
        publish_ms: world.now.unix * 1_000,
        initial_weight: 800_000,
        maintenance_weight: 999_999,
        ..Collateral::zeroed()
    };
    world.slots[0].collaterals[0] = 10_000_000;
    let usdc = world.slots[0].usdc.0;
    let worth = |world: &World| margin::maintenance(&world.exchange, &world.slots[0], world.now).unwrap().equity - usdc;
    assert_eq!(worth(&world), 9_999_990);
    world.now.unix += 60;
    assert_eq!(worth(&world), 9_999_990, "at sixty seconds it is fresh");
    world.now.unix += 1;
    // 999,999 x 0.9 = 899,999.1.
    assert_eq!(worth(&world), 8_999_990);
}

#[test]
fn an_account_with_two_collaterals_but_none_of_the_second_counts_its_dollars() {
    let mut world = World::new(1, 4);
    world.exchange.collateral_count = 2;
    let margin = margin::initial(&world.exchange, &world.slots[0], world.now).unwrap();
    assert_eq!(margin.equity, 10_000 * USD);
}

#[test]
fn a_position_and_its_margin_are_taken_at_the_worse_price_while_a_jump_is_pending() {
    for (side, base) in [(Side::Bid, 1_000), (Side::Ask, -1_000)] {
        for pending in [900_000, 1_100_000] {
            let mut world = World::new(2, 16);
            world.place(1, limit(side.opposite(), MID, 1_000)).unwrap();
            world.place(0, ioc(side, MID, 1_000)).unwrap();
            world.exchange.markets[0].pending_price.0 = pending;
            let loses = (base > 0) == (pending < PRICE);
            let loss = if loses { 100 * USD } else { 0 };
            let found = margin::initial(&world.exchange, &world.slots[0], world.now).unwrap();
            assert_eq!(found.equity, world.slots[0].usdc.0 - loss);
            assert_eq!(found.required, (PRICE.max(pending) * 1_000 / 20) as i64, "margin at the higher of both");
            assert_eq!(world.standing(0).equity, world.slots[0].usdc.0 + 100 * USD - loss, "liquidation at the milder");
        }
    }
}
