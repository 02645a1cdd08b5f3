//! What a liquidation closes, at what price at worst, and who earns what: exact, with the numbers worked out.

mod support;

use proptest::prelude::*;
use quantdesk_engine::error::Error;
use quantdesk_engine::events::removal;
use quantdesk_engine::instructions::Side;
use quantdesk_engine::state::paused;
use support::*;

const VICTIM: usize = 0;
const KEEPER: usize = 2;
const BUYER: usize = 3;

/// The victim holds `lots` bought (sold, for an ask) at $1 from trader 1, with this equity in atoms; fees are 0.5 %
/// for liquidation, 0.035 % for takers and a rebate of 0.005 % for makers; nobody else is poor.
fn holding(side: Side, lots: u32, equity: i64) -> World {
    let mut world = World::new(4, 256);
    for who in 0..4 {
        world.slots[who].usdc.0 += 1_000_000 * USD;
        world.exchange.collaterals[0].total_deposits += 1_000_000 * USD as u64;
    }
    world.exchange.markets[0].liquidation_fee = 5_000;
    world.place(1, limit(side.opposite(), MID, lots)).unwrap();
    world.place(VICTIM, ioc(side, MID, lots)).unwrap();
    world.set_equity(VICTIM, equity);
    world
}

fn long(lots: u32, equity: i64) -> World {
    holding(Side::Bid, lots, equity)
}

fn without_fees(mut world: World) -> World {
    world.exchange.markets[0].liquidation_fee = 0;
    (world.exchange.fee_tiers[0].maker, world.exchange.fee_tiers[0].taker) = (0, 0);
    world
}

/// Somebody buys `lots` at the mark; what the liquidation then sells.
fn sold(world: &mut World, lots: u32) -> Result<u32, Error> {
    world.place(BUYER, limit(Side::Bid, MID, lots)).unwrap();
    let report = world.liquidate(KEEPER, VICTIM)?;
    world.cancel_all(BUYER).unwrap();
    Ok(report.orders[0].filled)
}

#[test]
fn as_much_is_closed_as_restores_five_quarters_of_maintenance_after_fees() {
    // Maintenance is $250. (312.5 - 200) / (1.25 x 2.5 % - 0.535 %) = $4,343.63: 4,344 lots.
    let mut world = long(10_000, 200 * USD);
    assert_eq!(sold(&mut world, 10_000), Ok(4_344));
    let after = world.standing(VICTIM);
    // 0.035 % and 0.5 % of $4,344 are gone.
    assert_eq!(after.equity, 200 * USD - 1_520_400 - 21_720_000);
    assert!(4 * after.equity >= 5 * after.maintenance);
    let fewer = (after.equity + 5_350, after.maintenance + 25_000);
    assert!(4 * fewer.0 < 5 * fewer.1, "a lot less would not have done");
}

#[test]
fn of_the_fee_half_is_the_keepers_and_the_odd_atom_is_insurances() {
    let mut world = long(10_000, 200 * USD);
    let earned = world.slots[KEEPER].usdc.0 + 21_720_000 / 2;
    sold(&mut world, 10_000).unwrap();
    assert_eq!((world.slots[KEEPER].usdc.0, world.exchange.insurance), (earned, 21_720_000 / 2));
    let mut odd = long(10_000, 200 * USD);
    let earned = odd.slots[KEEPER].usdc.0;
    odd.publish(1_000_007);
    odd.set_equity(VICTIM, 200 * USD);
    odd.exchange.markets[0].tick_size = 1;
    odd.place(BUYER, limit(Side::Bid, 1_000_007, 10_000)).unwrap();
    let lots = u64::from(odd.liquidate(KEEPER, VICTIM).unwrap().orders[0].filled);
    let fee = (lots * 1_000_007 * 5_000).div_ceil(1_000_000);
    assert_eq!(fee % 2, 1);
    assert_eq!((odd.slots[KEEPER].usdc.0 - earned) as u64, fee / 2);
    assert_eq!(odd.exchange.insurance, fee - fee / 2);
}

#[test]
fn the_fee_never_takes_more_than_the_equity_that_is_left() {
    // All 10,000 lots go; the taker's fee is $3.50, the liquidation's would be $50.
    let mut world = long(10_000, 5 * USD);
    let before = world.slots[KEEPER].usdc.0;
    assert_eq!(sold(&mut world, 10_000), Ok(10_000));
    assert_eq!(world.slots[VICTIM].usdc.0, 0);
    assert_eq!(world.slots[KEEPER].usdc.0 - before, 750_000);
    assert_eq!(world.exchange.insurance, 750_000);
}

#[test]
fn a_keeper_earns_half_a_dollar_from_what_insurance_has_and_the_liquidation_brought_in() {
    // After the taker's fee of $3.50 ten cents are left: five for the keeper, five for insurance. Fees net of the
    // maker's rebate brought in $3 more.
    for (fund, earns, left) in [(0, 100_000, 0), (200_000, 300_000, 0), (10 * USD, 500_000, 10 * USD - 400_000)] {
        let mut world = long(10_000, 3_600_000);
        world.exchange.insurance = fund as u64;
        world.exchange.collaterals[0].total_deposits += fund as u64;
        let before = world.slots[KEEPER].usdc.0;
        sold(&mut world, 10_000).unwrap();
        assert_eq!((world.slots[KEEPER].usdc.0 - before, world.exchange.insurance), (earns, left as u64));
    }
    // Without any other fee it brought in five cents only.
    let mut world = without_fees(long(10_000, 100_000));
    world.exchange.markets[0].liquidation_fee = 5_000;
    world.insure(10 * USD as u64);
    let before = world.slots[KEEPER].usdc.0;
    sold(&mut world, 10_000).unwrap();
    assert_eq!((world.slots[KEEPER].usdc.0 - before, world.exchange.insurance), (100_000, 10 * USD as u64));
}

#[test]
fn what_would_remain_under_fifty_dollars_is_closed_too() {
    // Without fees each lot restores $0.03125: 9,950 lots for $310.9375.
    let mut exact = without_fees(long(10_000, 1_562_500));
    assert_eq!(sold(&mut exact, 10_000), Ok(9_950), "exactly $50 may stay");
    let mut under = without_fees(long(10_000, 1_562_499));
    assert_eq!(sold(&mut under, 10_000), Ok(10_000));
}

#[test]
fn where_fees_eat_what_a_lot_restores_all_of_it_is_closed() {
    for fee in [31_250 - 350, 40_000] {
        let mut world = long(10_000, 249 * USD);
        world.exchange.markets[0].liquidation_fee = fee;
        assert_eq!(sold(&mut world, 10_000), Ok(10_000));
    }
}

#[test]
fn in_one_slot_a_fifth_of_the_position_or_a_hundred_thousand_dollars_is_closed() {
    for (lots, equity, first, second) in [(1_000_000, 2_000, 200_000, 160_000), (400_000, 1_000, 100_000, 100_000)] {
        let mut world = without_fees(long(lots, equity * USD));
        assert_eq!(sold(&mut world, lots), Ok(first));
        assert_eq!(sold(&mut world, lots), Err(Error::MatchLimitReached), "the slot's allowance is used");
        world.cancel_all(BUYER).unwrap();
        world.now.slot += 1;
        assert_eq!(sold(&mut world, lots), Ok(second), "a fifth of what is left, in the next slot");
        assert_eq!(world.slots[VICTIM].liquidated, u64::from(second) * PRICE);
    }
}

#[test]
fn what_was_closed_in_the_same_slot_counts_against_its_allowance() {
    let mut world = without_fees(long(1_000_000, 2_000 * USD));
    assert_eq!(sold(&mut world, 50_000), Ok(50_000));
    // A fifth of $950,000 less $50,000.
    assert_eq!(sold(&mut world, 1_000_000), Ok(140_000));
    assert_eq!(world.slots[VICTIM].liquidated, 190_000 * PRICE);
}

#[test]
fn a_slots_allowance_is_a_hundred_thousand_dollars_to_the_atom() {
    let mut world = without_fees(long(400_000, 1_000 * USD));
    // 94,139 lots at this price are $100,000.000001.
    world.publish(1_062_259);
    world.set_equity(VICTIM, 1_000 * USD);
    world.place(BUYER, limit(Side::Bid, 10_623, 400_000)).unwrap();
    assert_eq!({ world.liquidate(KEEPER, VICTIM).unwrap().orders[0].filled }, 94_138);
}

#[test]
fn the_worst_price_of_buying_back_follows_health_and_never_passes_bankruptcy() {
    // The mirror of a long: a quarter of $250 is 0.625 cents a lot, rounded towards the mark.
    for (equity, ticks) in [(200, 10_062), (150, 10_100), (100, 10_100), (50, 10_050), (0, 10_000), (-20, 10_000)] {
        let mut world = holding(Side::Ask, 10_000, equity * USD);
        let report = world.liquidate(KEEPER, VICTIM).unwrap();
        assert_eq!({ report.orders[0].ticks }, ticks, "with ${equity} of equity");
        assert_eq!({ report.orders[0].code }, Error::MinimumFillNotReached as u16);
        assert!(report.touched.iter().all(|record| usize::from(record.slot) != KEEPER), "nothing is earned by it");
    }
}

#[test]
fn with_other_positions_the_worst_price_has_this_ones_share_of_what_is_missing() {
    // One lot of $100; maintenance is 2,500,000 of 2,500,000 + 350,000 atoms, and a third of it is missing:
    // 950,000 x 2,500,000 / 2,850,000 = 833,333.3 atoms below the mark, rounded towards it.
    for (side, worst) in [(Side::Bid, 100_000_000 - 833_333), (Side::Ask, 100_000_000 + 833_333)] {
        let mut world = World::new(4, 16);
        world.exchange.markets[0].tick_size = 1;
        world.publish(100_000_000);
        world.place(1, limit(side.opposite(), 100_000_000, 1)).unwrap();
        world.place(VICTIM, ioc(side, 100_000_000, 1)).unwrap();
        world.hold_elsewhere(VICTIM, 1, 14);
        let elsewhere = &mut world.exchange.markets[1];
        elsewhere.mark_price.0 = PRICE;
        world.set_equity(VICTIM, 2_850_000 - 950_000);
        assert_eq!(world.standing(VICTIM).maintenance, 2_850_000);
        let report = world.liquidate(KEEPER, VICTIM).unwrap();
        assert_eq!({ report.orders[0].ticks }, worst);
    }
}

#[test]
fn a_liquidation_that_would_leave_the_account_worse_is_refused() {
    // $100 of $250: sold at the price of bankruptcy every lot takes its share of equity along, and the fee more.
    let mut world = long(10_000, 100 * USD);
    world.place(BUYER, limit(Side::Bid, 9_900, 5_000)).unwrap();
    assert_eq!(world.liquidate(KEEPER, VICTIM).err(), Some(Error::MaintenanceBreach));
    world.place(BUYER, limit(Side::Bid, MID, 10_000)).unwrap();
    world.liquidate(KEEPER, VICTIM).expect("at the mark it gains");
}

#[test]
fn while_liquidation_is_paused_no_account_in_trouble_is_touched() {
    let mut world = long(10_000, 100 * USD);
    world.exchange.paused = paused::LIQUIDATION;
    assert_eq!(world.liquidate(KEEPER, VICTIM).err(), Some(Error::Paused));
    assert_eq!(world.force_cancel(KEEPER, VICTIM).err(), Some(Error::Paused));
    assert_eq!(world.take_over(KEEPER, VICTIM, 100).err(), Some(Error::Paused));
    world.exchange.paused = 0;
    world.place(BUYER, limit(Side::Bid, MID, 10_000)).unwrap();
    world.exchange.paused = paused::TRADING;
    world.liquidate(KEEPER, VICTIM).expect("paused trading does not protect it");
}

#[test]
fn a_price_liquidates_until_it_is_a_minute_old() {
    for (age, refused) in [(60, None), (61, Some(Error::PriceStale))] {
        let mut world = long(10_000, 100 * USD);
        world.now.unix += age;
        assert_eq!(world.liquidate(KEEPER, VICTIM).err(), refused);
    }
}

#[test]
fn the_price_of_every_position_of_the_account_must_be_fresh() {
    let mut world = long(10_000, 100 * USD);
    world.hold_elsewhere(VICTIM, 1, 10);
    world.exchange.markets[1].publish_ms -= 61_000;
    assert_eq!(world.liquidate(KEEPER, VICTIM).err(), Some(Error::PriceStale));
}

#[test]
fn a_loss_that_insurance_can_just_pay_rests_no_withdrawals_and_an_atom_more_does() {
    for (fund, rests) in [(20 * USD, false), (20 * USD - 1, true)] {
        let mut world = long(10_000, -20 * USD);
        world.exchange.markets[0].insurance_budget = u64::MAX;
        world.insure(fund as u64);
        world.liquidate(KEEPER, VICTIM).unwrap();
        assert_eq!(world.exchange.withdraw_rest_until > world.now.unix, rests);
    }
}

/// The ticks of what a forced cancel removed.
fn forced(world: &mut World) -> Result<Vec<u32>, Error> {
    let report = world.force_cancel(KEEPER, VICTIM)?;
    assert!(report.removed.iter().all(|record| record.reason == removal::FORCED));
    Ok(report.removed.iter().map(|record| record.ticks).collect())
}

/// Long 10,000 lots with bids for 3,000 at 0.98 and 2,000 at 0.99 and an ask for 100.
fn ordered(equity: i64) -> World {
    let mut world = long(10_000, 10_000 * USD);
    world.place(VICTIM, limit(Side::Bid, 9_900, 2_000)).unwrap();
    world.place(VICTIM, limit(Side::Bid, 9_800, 3_000)).unwrap();
    world.place(VICTIM, limit(Side::Ask, 10_100, 100)).unwrap();
    world.set_equity(VICTIM, equity);
    world
}

#[test]
fn orders_are_cancelled_from_the_farthest_until_half_way_is_reached() {
    // Half-way is $500 with both bids, $425 without the far one, $375 without any.
    assert_eq!(forced(&mut ordered(500 * USD)), Err(Error::AccountHealthy));
    assert_eq!(forced(&mut ordered(500 * USD - 1)), Ok(vec![9_800]));
    assert_eq!(forced(&mut ordered(425 * USD)), Ok(vec![9_800]));
    assert_eq!(forced(&mut ordered(425 * USD - 1)), Ok(vec![9_800, 9_900]));
    let mut world = ordered(370 * USD);
    assert_eq!(forced(&mut world), Ok(vec![9_800, 9_900]), "the ask adds no risk");
    assert_eq!(forced(&mut world), Err(Error::OrderNotFound));
}

#[test]
fn of_a_short_the_asks_add_risk() {
    let mut world = holding(Side::Ask, 10_000, 10_000 * USD);
    world.place(VICTIM, limit(Side::Ask, 10_200, 5_000)).unwrap();
    world.place(VICTIM, limit(Side::Bid, 9_900, 11_000)).unwrap();
    world.set_equity(VICTIM, 400 * USD);
    assert_eq!(forced(&mut world), Ok(vec![10_200]), "the bid could at most turn it to 1,000 lots long");
}

#[test]
fn an_order_that_would_turn_a_position_to_its_own_size_adds_no_risk() {
    let mut world = holding(Side::Ask, 10_000, 10_000 * USD);
    world.place(VICTIM, limit(Side::Bid, 9_900, 20_000)).unwrap();
    world.set_equity(VICTIM, 300 * USD);
    assert_eq!(forced(&mut world), Err(Error::OrderNotFound));
}

#[test]
fn of_a_long_asks_beyond_its_size_do_not_make_the_risk() {
    let mut world = long(10_000, 10_000 * USD);
    world.place(VICTIM, limit(Side::Bid, 9_900, 5_000)).unwrap();
    world.place(VICTIM, limit(Side::Ask, 10_200, 11_000)).unwrap();
    world.set_equity(VICTIM, 400 * USD);
    assert_eq!(forced(&mut world), Ok(vec![9_900]));
}

#[test]
fn of_equal_risk_the_bid_goes_first() {
    let mut world = World::new(4, 16);
    world.place(VICTIM, limit(Side::Ask, 10_200, 5_000)).unwrap();
    world.place(VICTIM, limit(Side::Bid, 9_900, 5_000)).unwrap();
    world.set_equity(VICTIM, 100 * USD);
    assert_eq!(forced(&mut world), Ok(vec![9_900, 10_200]));
}

#[test]
fn a_forced_cancel_removes_at_most_thirty_two_orders_and_goes_on_with_the_next() {
    let mut world = long(10_000, 10_000 * USD);
    for number in 0..40 {
        world.place(VICTIM, limit(Side::Ask, 10_100 + number, 20)).unwrap();
    }
    world.set_equity(VICTIM, 200 * USD);
    let first = forced(&mut world).unwrap();
    assert_eq!((first.len(), first[0], first[31]), (32, 10_139, 10_108));
    assert_eq!(forced(&mut world).unwrap().len(), 8);
}

#[test]
fn what_a_lot_restores_is_rounded_down_and_the_size_up() {
    // 5 % to $5,000 and 10 % above: $15,000 need $1,250, and $625 for maintenance, 4.1666 %, of which 5/4 are 5.2082 %.
    // $381.24756 are missing: 7,320 lots at 5.2083 %, 7,321 at 5.2082 %.
    let mut world = without_fees(long(15_000, 700 * USD));
    world.exchange.markets[0].tiers[0].up_to = 5_000 * USD as u64;
    world.set_equity(VICTIM, 781_250_000 - 381_247_560);
    assert_eq!(sold(&mut world, 15_000), Ok(7_321));
}

/// The victim holds `lots` at `price` atoms with this equity; fees are 0.5 % and 0.035 %, somebody trades at the mark.
fn in_small_lots(side: Side, lots: u32, price: u64, equity: u64) -> World {
    let mut world = World::new(4, 16);
    let market = &mut world.exchange.markets[0];
    (market.tick_size, market.min_order_notional, market.liquidation_fee) = (1, 1, 5_000);
    (market.max_position, market.oi_cap) = (u64::from(u32::MAX), u64::from(u32::MAX));
    world.publish(price);
    world.place(1, limit(side.opposite(), price as u32, lots)).unwrap();
    world.place(VICTIM, ioc(side, price as u32, lots)).unwrap();
    world.set_equity(VICTIM, equity as i64);
    world.place(BUYER, limit(side, price as u32, lots)).unwrap();
    world
}

#[test]
fn a_lot_more_is_closed_where_its_last_millionth_is_missing() {
    // Maintenance is $50. $42.5 / 2.59 % are 1,640,926,640.9 atoms: a little over 41,023,166 lots of 40 atoms.
    let mut world = in_small_lots(Side::Bid, 50_000_000, 40, 20_000_000);
    assert_eq!({ world.liquidate(KEEPER, VICTIM).unwrap().orders[0].filled }, 41_023_167);
}

proptest! {
    #[test]
    fn a_liquidation_closes_what_the_formula_says_exactly(
        lots in 1_000u32..90_000, health in 1u64..1_000, price in 40u64..2_000, fee in 0u32..20_000, short: bool,
    ) {
        // Lots of a few hundred atoms, so that every rounding decides about a lot now and then.
        let lots = lots * 1_000;
        let side = if short { Side::Ask } else { Side::Bid };
        let maintenance = (u64::from(lots) * price).div_ceil(20).div_ceil(2);
        let equity = maintenance * health / 1_000;
        let mut world = in_small_lots(side, lots, price, equity);
        world.exchange.markets[0].liquidation_fee = fee;
        prop_assert_eq!(world.standing(VICTIM).maintenance as u64, maintenance);
        let outcome = world.liquidate(KEEPER, VICTIM).map(|report| report.orders[0].filled);

        let notional = u64::from(lots) * price;
        let restores = maintenance * 1_000_000 / notional * 5 / 4;
        let missing = maintenance + maintenance / 4 - equity;
        let wanted = match restores.checked_sub(u64::from(fee) + 350) {
            None | Some(0) => lots,
            Some(rate) => u32::try_from((missing * 1_000_000).div_ceil(rate * price)).map_or(lots, |n| n.min(lots)),
        };
        let wanted = if u64::from(lots - wanted) * price < 50_000_000 { lots } else { wanted };
        let allowance = (notional / 5).max(100_000_000_000) / price;
        let wanted = allowance.min(u64::from(wanted)) as u32;
        if outcome != Err(Error::MaintenanceBreach) {
            prop_assert_eq!(outcome, Ok(wanted));
        }
    }
}
