//! What may leave beside USDC, orders on a stale price, and when an account stands no worse than before.

mod support;

use quantdesk_engine::instructions::Side;
use quantdesk_engine::margin::{self, Standing};
use quantdesk_engine::state::Collateral;
use support::*;

fn withdrawable(world: &World, collateral: u8) -> u64 {
    margin::withdrawable(&world.exchange, &world.slots[0], collateral, world.now).unwrap()
}

/// Trader 0 has $40 and ten of a collateral at $150.000001, 80 % of which count for margin.
fn with_collateral() -> World {
    let mut world = World::new(2, 16);
    world.exchange.collateral_count = 2;
    world.exchange.collaterals[1] = Collateral {
        status: 1,
        kind: 1,
        max_age_s: 60,
        price: 150_000_001,
        publish_ms: world.now.unix * 1_000,
        initial_weight: 800_000,
        maintenance_weight: 900_000,
        total_deposits: 10_000_000,
        ..Collateral::zeroed()
    };
    world.exchange.collaterals[0].total_deposits -= 9_960 * USD as u64;
    world.slots[0].usdc.0 = 40 * USD;
    world.slots[0].collaterals[0] = 10_000_000;
    world
}

#[test]
fn another_collateral_leaves_as_far_as_the_margin_does_not_need_its_weighted_value() {
    let mut world = with_collateral();
    assert_eq!(withdrawable(&world, 1), 10_000_000, "without positions all of it");
    world.place(1, limit(Side::Ask, MID, 1_000)).unwrap();
    world.place(0, ioc(Side::Bid, MID, 1_000)).unwrap();
    // $39.65 after the fee, $1,200.000008 of collateral, less $50 of initial margin; a unit's value rounded up.
    let free = world.slots[0].usdc.0 as u128 + 1_200_000_008 - 50_000_000;
    assert_eq!(u128::from(withdrawable(&world, 1)), free * 1_000_000 / 120_000_001);
    world.slots[0].usdc.0 = 100 * USD;
    assert_eq!(withdrawable(&world, 1), 10_000_000, "never more than is held");
    assert_eq!(withdrawable(&world, 2), 0, "of another one nothing");
}

#[test]
fn of_a_collateral_without_a_weight_nothing_leaves_while_it_has_positions() {
    let mut world = with_collateral();
    world.exchange.collaterals[1].initial_weight = 0;
    world.place(0, limit(Side::Bid, 9_990, 20)).unwrap();
    assert_eq!(withdrawable(&world, 1), 0);
}

#[test]
fn on_a_stale_price_orders_alone_need_margin_at_the_price_worsened_upwards() {
    let mut world = World::new(1, 4);
    world.place(0, limit(Side::Bid, 9_990, 1_000)).unwrap();
    world.now.unix += 3_600;
    // Twice maintenance is 5 %: 1,000 lots at $1.05, 5 % of that.
    assert_eq!(withdrawable(&world, 0), 10_000 * USD as u64 - 52_500_000);
}

#[test]
fn an_account_stands_no_worse_by_its_ratio_and_when_bankrupt_by_what_is_missing() {
    let standing = |equity, maintenance| Standing { equity, maintenance, initial: 2 * maintenance };
    let before = standing(50, 100);
    assert!(before.stands_no_worse_than(&before));
    assert!(standing(25, 50).stands_no_worse_than(&before));
    assert!(!standing(24, 50).stands_no_worse_than(&before));
    let empty = standing(0, 100);
    assert!(standing(-1, 50).stands_no_worse_than(&empty), "less is missing");
    assert!(!standing(-1, 100).stands_no_worse_than(&empty));
    assert!(empty.stands_no_worse_than(&empty));
    assert!(!standing(-60, 50).stands_no_worse_than(&standing(-5, 100)));
}
