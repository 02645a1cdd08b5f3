//! Forced cancels and liquidation against the book, by rule.

mod support;

use quantdesk_engine::error::Error;
use quantdesk_engine::events::removal;
use quantdesk_engine::instructions::*;
use quantdesk_engine::margin;
use quantdesk_engine::units::LotPrice;
use support::*;

const KEEPER: usize = 2;

/// Trader 3 with $60 is long 1,100 lots at $1 from trader 1; trader 0 and 1 are rich.
fn leveraged() -> (World, usize) {
    let mut world = World::new(3, 64);
    world.exchange.markets[0].liquidation_fee = 5_000;
    let victim = world.add_trader(9, 0, 60 * USD);
    world.place(1, limit(Side::Ask, MID, 1_100)).unwrap();
    world.place(victim, ioc(Side::Bid, MID, 1_100)).unwrap();
    (world, victim)
}

fn standing(world: &World, who: usize) -> margin::Standing {
    margin::standing(&world.exchange, &world.slots[who], world.now).unwrap()
}

#[test]
fn a_healthy_account_can_be_neither_cancelled_nor_liquidated() {
    let (mut world, victim) = leveraged();
    world.place(victim, limit(Side::Ask, 10_010, 100)).unwrap();
    assert_eq!(world.force_cancel(KEEPER, victim).err(), Some(Error::AccountHealthy));
    assert_eq!(world.liquidate(KEEPER, victim).err(), Some(Error::AccountHealthy));
}

#[test]
fn between_maintenance_and_half_way_only_orders_that_add_risk_go_and_the_farthest_first() {
    let (mut world, victim) = leveraged();
    world.slots[victim].usdc.0 += 100 * USD;
    world.exchange.collaterals[0].total_deposits += 100 * USD as u64;
    world.place(victim, limit(Side::Bid, 9_000, 1_000)).unwrap();
    world.place(victim, limit(Side::Bid, 9_100, 100)).unwrap();
    world.place(victim, limit(Side::Ask, 10_400, 100)).unwrap();
    world.slots[victim].usdc.0 -= 92 * USD;
    world.exchange.collaterals[0].total_deposits -= 92 * USD as u64;
    let before = standing(&world, victim);
    assert!(before.maintenance <= before.equity && before.equity < before.half_way());
    let report = world.force_cancel(KEEPER, victim).unwrap();
    let gone: Vec<(u32, u8)> = report.removed.iter().map(|record| (record.ticks, record.reason)).collect();
    assert_eq!(gone, [(9_000, removal::FORCED)]);
    assert_eq!(world.slots[KEEPER].usdc.0, 10_000 * USD + 100_000);
    assert_eq!(world.force_cancel(KEEPER, victim).err(), Some(Error::AccountHealthy));
}

#[test]
fn below_maintenance_everything_but_reduce_only_is_cancelled() {
    let (mut world, victim) = leveraged();
    world.place(victim, limit(Side::Ask, 10_400, 100)).unwrap();
    world.place(victim, PlaceOrder { reduce_only: true, ..limit(Side::Ask, 10_300, 100) }).unwrap();
    world.publish(965_000);
    let report = world.force_cancel(KEEPER, victim).unwrap();
    assert_eq!((report.removed.len(), { report.removed[0].ticks }), (1, 10_400));
    assert_eq!(world.side(Side::Ask), [(10_300, 100, victim as u16)]);
    assert_eq!(world.force_cancel(KEEPER, victim).err(), Some(Error::OrderNotFound));
}

#[test]
fn a_liquidation_reduces_the_position_raises_its_health_and_pays_the_keeper() {
    let (mut world, victim) = leveraged();
    world.publish(965_000);
    world.place(0, limit(Side::Bid, 9_640, 1_100)).unwrap();
    let before = standing(&world, victim);
    assert!(before.equity < before.maintenance);
    let report = world.liquidate(KEEPER, victim).unwrap();
    let after = standing(&world, victim);
    assert!(report.orders[0].filled > 0 && world.position(victim).base.0 < 1_100);
    assert!(after.equity * before.maintenance >= before.equity * after.maintenance);
    assert!(world.slots[KEEPER].usdc.0 > 10_000 * USD);
}

#[test]
fn a_liquidation_never_sells_past_the_bankruptcy_price() {
    let (mut world, victim) = leveraged();
    world.publish(965_000);
    let equity = standing(&world, victim).equity;
    let bankrupt = (965_000 - equity / 1_100) as u32 / 100;
    world.place(0, limit(Side::Bid, bankrupt - 20, 1_100)).unwrap();
    let report = world.liquidate(KEEPER, victim).unwrap();
    assert_eq!({ report.orders[0].filled }, 0);
    assert_eq!(world.exchange.markets[0].no_bid_since, world.now.unix);
    world.place(0, limit(Side::Bid, 9_650, 1_100)).unwrap();
    world.liquidate(KEEPER, victim).unwrap();
    assert_eq!(world.exchange.markets[0].no_bid_since, 0);
}

#[test]
fn liquidating_ones_own_account_is_refused() {
    let (mut world, victim) = leveraged();
    let own = world.add_trader(9, 1, 100 * USD);
    world.publish(965_000);
    assert_eq!(world.liquidate(own, victim).err(), Some(Error::NotAuthorised));
    assert_eq!(world.liquidate(victim, victim).err(), Some(Error::NotAuthorised));
}

#[test]
fn a_reused_slot_is_not_mistaken_for_its_former_owner() {
    let (mut world, victim) = leveraged();
    world.publish(965_000);
    let args = Liquidate { market: 0, slot: victim as u16, generation: 6 };
    let refused = world.run(KEEPER, |venue| quantdesk_engine::trading::liquidate(venue, &args));
    assert_eq!(refused.err(), Some(Error::StaleGeneration));
}

#[test]
fn while_a_jump_is_pending_liquidation_sees_the_milder_price() {
    let (mut world, victim) = leveraged();
    world.publish(965_000);
    world.exchange.markets[0].pending_price = LotPrice(1_000_000);
    assert_eq!(world.liquidate(KEEPER, victim).err(), Some(Error::AccountHealthy));
}

#[test]
fn a_price_that_is_old_liquidates_nobody() {
    let (mut world, victim) = leveraged();
    world.publish(965_000);
    world.now.unix += 61;
    assert_eq!(world.liquidate(KEEPER, victim).err(), Some(Error::PriceStale));
}

#[test]
fn a_short_is_bought_back_whole_when_little_would_remain() {
    let mut world = World::new(3, 64);
    world.exchange.markets[0].liquidation_fee = 5_000;
    let victim = world.add_trader(9, 0, 4_800_000);
    world.place(1, limit(Side::Bid, MID, 80)).unwrap();
    world.place(victim, ioc(Side::Ask, MID, 80)).unwrap();
    world.publish(1_040_000);
    world.place(0, limit(Side::Ask, 10_400, 200)).unwrap();
    world.liquidate(KEEPER, victim).unwrap();
    assert_eq!(world.position(victim).base.0, 0);
    assert!(world.slots[victim].usdc.0 >= 0);
}
