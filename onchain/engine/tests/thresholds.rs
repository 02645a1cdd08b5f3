//! Liquidation at its thresholds, to the atom and to the second.

mod support;

use quantdesk_engine::error::Error;
use quantdesk_engine::units::LotPrice;
use support::*;

use quantdesk_engine::instructions::Side;

/// Trader 0 is long 10,000 lots at $1, with `over` atoms of equity more than its maintenance margin of $250;
/// trader 1 bids for all of it, trader 2 is the keeper.
fn edge(over: i64) -> World {
    let mut world = World::new(3, 16);
    world.place(1, limit(Side::Ask, MID, 10_000)).unwrap();
    world.place(0, ioc(Side::Bid, MID, 10_000)).unwrap();
    world.place(0, limit(Side::Bid, 9_900, 100)).unwrap();
    world.place(0, limit(Side::Ask, 10_100, 100)).unwrap();
    world.place(1, limit(Side::Bid, 9_990, 10_000)).unwrap();
    let more = world.slots[0].usdc.0 - (250 * USD + over);
    world.slots[0].usdc.0 -= more;
    world.exchange.collaterals[0].total_deposits -= more as u64;
    world.exchange.negative_usdc = world.slots[0].usdc.0.min(0).unsigned_abs();
    world
}

#[test]
fn at_maintenance_margin_an_account_is_not_liquidated_and_an_atom_under_it_is() {
    assert_eq!(edge(0).liquidate(2, 0).err(), Some(Error::AccountHealthy));
    assert!(!edge(-1).liquidate(2, 0).unwrap().fills.is_empty());
}

#[test]
fn at_maintenance_margin_only_orders_that_add_risk_are_cancelled_and_under_it_all() {
    for (over, left) in [(0, 1), (-1, 0)] {
        let mut world = edge(over);
        world.force_cancel(2, 0).unwrap();
        assert_eq!(world.position(0).bid_orders, 0);
        assert_eq!(world.position(0).ask_orders, left);
    }
}

#[test]
fn liquidation_resumes_at_the_second_named() {
    let mut world = edge(-1);
    world.exchange.resume_at = world.now.unix + 1;
    assert_eq!(world.liquidate(2, 0).err(), Some(Error::MatchingPaused));
    world.exchange.resume_at = world.now.unix;
    world.liquidate(2, 0).unwrap();
}

#[test]
fn the_widest_confidence_that_liquidates_is_rounded_down() {
    let mut world = edge(-1);
    let market = &mut world.exchange.markets[0];
    // 1e-6 of 1,500,000 is 1.5.
    (market.liquidate_confidence, market.index_price, market.confidence) = (1, LotPrice(1_500_000), 2);
    assert_eq!(world.liquidate(2, 0).err(), Some(Error::PriceUncertain));
    world.exchange.markets[0].confidence = 1;
    assert_ne!(world.liquidate(2, 0).err(), Some(Error::PriceUncertain));
}

#[test]
fn the_worst_price_follows_health_and_never_passes_bankruptcy() {
    // Maintenance is $250 on 10,000 lots: a quarter of it is $62.50, 0.625 cents a lot.
    for (equity, ticks) in [(200, 9_938), (150, 9_900), (100, 9_900), (50, 9_950), (0, 10_000), (-20, 10_000)] {
        let mut world = edge((equity - 250) * USD);
        let report = world.liquidate(2, 0).unwrap();
        assert_eq!({ report.orders[0].ticks }, ticks, "with ${equity} of equity");
    }
}
