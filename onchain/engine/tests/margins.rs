//! Margin, withdrawal and the limits on new risk, by rule.

mod support;

use quantdesk_engine::error::Error;
use quantdesk_engine::instructions::*;
use quantdesk_engine::state::{Collateral, MAX_POSITIONS, NO_MARKET};
use quantdesk_engine::units::{FundingIndex, LotPrice, Pubkey};
use quantdesk_engine::{margin, money};
use support::*;

fn withdrawable(world: &World, who: usize) -> i64 {
    margin::withdrawable(&world.exchange, &world.slots[who], 0, world.now).unwrap() as i64
}

/// Trader 0 buys `lots` from trader 1 at the index.
fn bought(world: &mut World, lots: u32) {
    world.place(1, limit(Side::Ask, MID, lots)).unwrap();
    world.place(0, ioc(Side::Bid, MID, lots)).unwrap();
}

#[test]
fn without_positions_and_orders_everything_unlocked_may_leave_without_any_price() {
    let mut world = World::new(1, 4);
    world.exchange.markets[0].publish_ms = 0;
    assert_eq!(withdrawable(&world, 0), 10_000 * USD);
    world.slots[0].locked.0 = 600;
    world.slots[0].locked_at = world.now.unix as u32;
    world.slots[0].locked_for = 600;
    world.now.unix += 100;
    assert_eq!(withdrawable(&world, 0), 10_000 * USD - 500);
}

#[test]
fn a_resting_order_holds_its_initial_margin_back() {
    let mut world = World::new(1, 4);
    world.place(0, limit(Side::Bid, 9_990, 1_000)).unwrap();
    // 1,000 lots at the mark of $1 and 5 %.
    assert_eq!(withdrawable(&world, 0), 10_000 * USD - 50 * USD);
}

#[test]
fn profit_that_is_not_realised_never_leaves_and_a_loss_stays_behind() {
    let mut world = World::new(2, 16);
    bought(&mut world, 1_000);
    let usdc = world.slots[0].usdc.0;
    world.publish(1_010_000);
    let mark = world.exchange.markets[0].mark_price.0 as i64;
    assert_eq!(withdrawable(&world, 0), usdc - 1_000 * mark / 20);
    world.publish(990_000);
    let mark = world.exchange.markets[0].mark_price.0 as i64;
    assert_eq!(withdrawable(&world, 0), usdc + 1_000 * (mark - 1_000_000) - 1_000 * mark / 20);
}

#[test]
fn realised_profit_vests_before_it_may_leave() {
    let mut world = World::new(3, 16);
    bought(&mut world, 1_000);
    world.publish(1_020_000);
    world.place(2, limit(Side::Bid, 10_200, 1_000)).unwrap();
    world.place(0, ioc(Side::Ask, 10_200, 1_000)).unwrap();
    assert_eq!(world.slots[0].locked.0, 20 * USD);
    let usdc = world.slots[0].usdc.0;
    assert_eq!(withdrawable(&world, 0), usdc - 20 * USD);
    world.pass(300);
    assert_eq!(withdrawable(&world, 0), usdc - 10 * USD);
    world.pass(300);
    assert_eq!(withdrawable(&world, 0), usdc);
}

#[test]
fn funding_not_yet_settled_counts_against_a_withdrawal() {
    let mut world = World::new(2, 16);
    bought(&mut world, 1_000);
    let before = withdrawable(&world, 0);
    world.exchange.markets[0].funding_index = FundingIndex(2_000_000);
    assert_eq!(withdrawable(&world, 0), before - 2 * 1_000);
}

#[test]
fn a_stale_market_counts_at_its_mark_worsened_by_twice_maintenance() {
    let mut world = World::new(2, 16);
    bought(&mut world, 1_000);
    let fresh = withdrawable(&world, 0);
    world.now.unix += 11;
    // Maintenance is 2.5 %: the mark of $1 counts as $0.95.
    assert_eq!(withdrawable(&world, 0), fresh - 50 * USD);
}

#[test]
fn while_a_jump_is_pending_new_risk_and_withdrawals_see_the_worse_price() {
    let mut world = World::new(2, 16);
    bought(&mut world, 1_000);
    let market = &mut world.exchange.markets[0];
    market.mark_price = LotPrice(1_000_000);
    market.pending_price = LotPrice(900_000);
    let margin = margin::initial(&world.exchange, &world.slots[0], world.now).unwrap();
    assert_eq!(margin.equity, world.slots[0].usdc.0 - 100 * USD);
    let maintenance = margin::maintenance(&world.exchange, &world.slots[0], world.now).unwrap();
    assert_eq!(maintenance.equity, world.slots[0].usdc.0);
}

#[test]
fn while_a_jump_is_pending_long_and_short_need_margin_at_the_worse_of_both_prices() {
    let mut world = World::new(2, 16);
    bought(&mut world, 1_000);
    let mut initial = |who: usize, pending: u64| {
        world.exchange.markets[0].pending_price = LotPrice(pending);
        let margin = margin::initial(&world.exchange, &world.slots[who], world.now).unwrap();
        (margin.equity - world.slots[who].usdc.0, margin.required)
    };
    // 1,000 lots at $1: profit at the worse price, notional at the higher one, 5 %.
    assert_eq!(initial(0, 1_100_000), (0, 55 * USD));
    assert_eq!(initial(1, 1_100_000), (-100 * USD, 55 * USD));
    assert_eq!(initial(0, 900_000), (-100 * USD, 50 * USD));
    assert_eq!(initial(1, 900_000), (0, 50 * USD));
}

#[test]
fn profit_counts_for_new_risk_by_the_markets_weight_and_fully_for_maintenance() {
    let mut world = World::new(2, 16);
    bought(&mut world, 1_000);
    world.exchange.markets[0].profit_weight = 300_000;
    world.exchange.markets[0].mark_price = LotPrice(1_010_000);
    let usdc = world.slots[0].usdc.0;
    assert_eq!(margin::initial(&world.exchange, &world.slots[0], world.now).unwrap().equity, usdc + 3 * USD);
    assert_eq!(margin::maintenance(&world.exchange, &world.slots[0], world.now).unwrap().equity, usdc + 10 * USD);
}

#[test]
fn every_position_needs_at_least_two_dollars() {
    let mut world = World::new(1, 4);
    world.place(0, limit(Side::Bid, MID, 10)).unwrap();
    let margin = margin::initial(&world.exchange, &world.slots[0], world.now).unwrap();
    assert_eq!(margin.required, 2 * USD);
}

#[test]
fn an_order_that_the_margin_cannot_carry_is_refused_and_a_reducing_one_never_is() {
    let mut world = World::new(2, 16);
    let small = world.add_trader(9, 0, 60 * USD);
    assert_eq!(world.place(small, limit(Side::Bid, MID, 1_201)).err(), Some(Error::InsufficientMargin));
    world.place(1, limit(Side::Ask, MID, 1_100)).unwrap();
    world.place(small, ioc(Side::Bid, MID, 1_100)).unwrap();
    world.publish(960_000);
    assert_eq!(world.place(small, limit(Side::Bid, 9_600, 100)).err(), Some(Error::InsufficientMargin));
    world.place(0, limit(Side::Bid, 9_600, 1_100)).unwrap();
    let close = PlaceOrder { reduce_only: true, ..ioc(Side::Ask, 9_600, 1_100) };
    world.place(small, close).unwrap();
    assert_eq!(world.position(small).base.0, 0);
}

#[test]
fn a_taker_stops_where_the_next_fill_would_break_maintenance() {
    let mut world = World::new(2, 16);
    let small = world.add_trader(9, 0, 60 * USD);
    world.place(1, limit(Side::Ask, MID, 1_100)).unwrap();
    world.place(small, ioc(Side::Bid, MID, 1_100)).unwrap();
    world.publish(970_000);
    // Selling far under the mark would cost more equity than the margin that it frees.
    world.place(0, limit(Side::Bid, 9_300, 1_100)).unwrap();
    let report = world.place(small, ioc(Side::Ask, 9_300, 1_100));
    assert_eq!(report.err(), Some(Error::MaintenanceBreach));
}

#[test]
fn new_risk_near_the_open_interest_cap_costs_a_surcharge_that_maintenance_never_sees() {
    let mut world = World::new(2, 16);
    bought(&mut world, 1_000);
    let market = &mut world.exchange.markets[0];
    let maintenance = margin::maintenance_of(market, 1_000, PRICE).unwrap();
    market.oi_cap = 1_000;
    // At the cap the whole surcharge of 10 % is due.
    assert_eq!(margin::surcharge(market, 1_000), Ok(100 * USD as u64));
    market.oi_cap = 2_000;
    assert_eq!(margin::surcharge(market, 1_000), Ok(0));
    assert_eq!(margin::maintenance_of(market, 1_000, PRICE), Ok(maintenance));
}

#[test]
fn open_interest_stops_at_its_cap() {
    let mut world = World::new(2, 16);
    world.exchange.markets[0].oi_cap = 1_000;
    world.place(1, limit(Side::Ask, MID, 1_001)).unwrap();
    assert_eq!(world.place(0, ioc(Side::Bid, MID, 1_001)).err(), Some(Error::OpenInterestCapReached));
    world.place(0, ioc(Side::Bid, MID, 1_000)).unwrap();
}

#[test]
fn tiers_are_marginal() {
    let world = World::new(1, 4);
    let market = &world.exchange.markets[0];
    let million = 1_000_000 * USD as u64;
    assert_eq!(margin::base_margin(market, million), Ok(million / 20));
    assert_eq!(margin::base_margin(market, 2 * million), Ok(million / 20 + million / 10));
    let top = margin::base_margin(market, 90 * million).unwrap();
    assert_eq!(margin::base_margin(market, 100 * million), Ok(top + 5 * million));
}

#[test]
fn a_trader_holds_at_most_eight_markets() {
    let mut world = World::new(1, 4);
    for index in 0..MAX_POSITIONS {
        world.slots[0].positions[index].market = 10 + index as u8;
        world.slots[0].positions[index].bid_orders = 1;
        world.slots[0].market_bitmap |= 1 << (10 + index);
    }
    let before = world.clone();
    let mut slot = before.slots[0];
    assert_eq!(quantdesk_engine::position::find_or_take(&mut slot, 0), Err(Error::TooManyPositions));
    slot.positions[3].market = NO_MARKET;
    assert_eq!(quantdesk_engine::position::find_or_take(&mut slot, 0), Ok(3));
}

#[test]
fn other_collateral_counts_by_its_weights_and_not_at_all_for_new_risk_while_stale() {
    let mut world = World::new(1, 4);
    world.exchange.collateral_count = 2;
    world.exchange.collaterals[1] = Collateral {
        mint: Pubkey([3; 32]),
        decimals: 9,
        status: 1,
        max_age_s: 60,
        price: 150_000,
        publish_ms: world.now.unix * 1_000,
        initial_weight: 800_000,
        maintenance_weight: 900_000,
        ..Collateral::zeroed()
    };
    // 2 SOL at $150 (quote atoms per 1e6 smallest units).
    world.slots[0].collaterals[0] = 2_000_000_000;
    let usdc = world.slots[0].usdc.0;
    let equity = |world: &World| {
        let slot = &world.slots[0];
        let initial = margin::initial(&world.exchange, slot, world.now).unwrap().equity;
        (initial - usdc, margin::maintenance(&world.exchange, slot, world.now).unwrap().equity - usdc)
    };
    assert_eq!(equity(&world), (240 * USD, 270 * USD));
    world.now.unix += 61;
    assert_eq!(equity(&world), (0, 243 * USD));
}

#[test]
fn locked_profit_vests_linearly_and_is_rounded_up() {
    let mut world = World::new(1, 4);
    let slot = &mut world.slots[0];
    (slot.locked.0, slot.locked_at, slot.locked_for) = (1_000, 100, 600);
    assert_eq!(money::still_locked(slot, 100), 1_000);
    assert_eq!(money::still_locked(slot, 101), 999);
    assert_eq!(money::still_locked(slot, 700), 0);
}
