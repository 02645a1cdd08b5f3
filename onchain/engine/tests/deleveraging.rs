//! Take-over, deleveraging and bankruptcy at their edges: thresholds, prices, ranking, the scan and its cursor.

mod support;

use quantdesk_engine::error::Error;
use quantdesk_engine::instructions::Side;
use quantdesk_engine::trading::Loss;
use quantdesk_engine::units::QuoteAtoms;
use quantdesk_engine::{insurance, money, position};
use support::*;

const VICTIM: usize = 0;
const KEEPER: usize = 2;

/// The victim holds `lots` bought (sold, for an ask) at $1 from trader 1, with this equity in atoms; no fees.
fn holding(side: Side, lots: u32, equity: i64) -> World {
    let mut world = World::new(4, 64);
    (world.exchange.fee_tiers[0].maker, world.exchange.fee_tiers[0].taker) = (0, 0);
    world.exchange.markets[0].insurance_budget = u64::MAX;
    world.place(1, limit(side.opposite(), MID, lots)).unwrap();
    world.place(VICTIM, ioc(side, MID, lots)).unwrap();
    world.set_equity(VICTIM, equity);
    world
}

/// Opens a short of `lots` at $1 for a trader of its own with this much money; trader 3 is the long.
fn short(world: &mut World, owner: u8, lots: u32, usdc: i64) -> usize {
    let who = world.add_trader(owner, 0, 10_000 * USD);
    world.place(3, limit(Side::Bid, MID, lots)).unwrap();
    world.place(who, ioc(Side::Ask, MID, lots)).unwrap();
    world.set_equity(who, usdc);
    who
}

/// Slots and lots of a deleveraging, in their order.
fn deleveraged(world: &mut World) -> Result<Vec<(usize, u32)>, Error> {
    let report = world.auto_deleverage(KEEPER, VICTIM)?;
    Ok(report.transfers.iter().map(|record| (usize::from(record.slot), { record.lots })).collect())
}

#[test]
fn a_take_over_is_open_below_two_thirds_of_maintenance_and_never_at_maintenance() {
    // Maintenance is $250; 300,000 lots' worth of margin stand on $7,500.
    for (equity, refused) in [
        (7_500 * USD, Some(Error::AccountHealthy)),
        (7_500 * USD - 1, Some(Error::BookComesFirst)),
        (5_000 * USD, Some(Error::BookComesFirst)),
        (5_000 * USD - 1, None),
    ] {
        let mut world = World::new(4, 64);
        for who in 0..4 {
            world.set_equity(who, 1_000_000 * USD);
        }
        world.place(1, limit(Side::Ask, MID, 300_000)).unwrap();
        world.place(VICTIM, ioc(Side::Bid, MID, 300_000)).unwrap();
        world.set_equity(VICTIM, equity);
        assert_eq!(world.take_over(KEEPER, VICTIM, 10).err(), refused, "at {equity}");
    }
}

#[test]
fn who_takes_over_a_long_pays_less_than_the_mark_and_of_a_short_gets_more() {
    // $100 of equity on 10,000 lots: half of it is half a cent a lot.
    for (side, price) in [(Side::Bid, 995_000), (Side::Ask, 1_005_000)] {
        let mut world = holding(side, 10_000, 100 * USD);
        let report = world.take_over(KEEPER, VICTIM, 100).unwrap();
        let record = report.transfers[0];
        assert_eq!(({ record.slot }, { record.lots }, { record.price }), (KEEPER as u16, 100, price));
        let closing = if side == Side::Bid { Side::Ask } else { Side::Bid };
        assert_eq!((record.side, { record.generation }), (closing as u8, 7));
        assert_eq!(({ record.from_pnl }, { record.pnl }), (-100 * 5_000, 0));
        assert_eq!(world.standing(VICTIM).equity, 100 * USD - 100 * 5_000);
        assert_eq!(world.standing(KEEPER).equity, 10_000 * USD + 100 * 5_000);
    }
}

#[test]
fn no_more_is_taken_over_than_restores_the_account_at_the_discounts_cost() {
    // At $1.000007: maintenance of 250,001,750 atoms, a discount of 100,000,007 / 20,000 = 5,000 atoms a lot, which is
    // 4,999.97 of a million: 5,000. (312,502,187 - 100,000,007) / (31,250 - 5,000) per million: 8,095,321,143 atoms.
    let mut world = holding(Side::Bid, 10_000, 0);
    world.publish(1_000_007);
    world.set_equity(VICTIM, 100_000_007);
    let record = world.take_over(KEEPER, VICTIM, u32::MAX).unwrap().transfers[0];
    assert_eq!(({ record.price }, { record.lots }), (995_007, 8_095_321_143_u64.div_ceil(1_000_007) as u32));
}

#[test]
fn the_discount_is_two_percent_at_most_rounded_down() {
    // A margin of 20 % and 10 % for maintenance: 6 % of equity would give 3 %.
    let mut world = World::new(4, 64);
    world.exchange.markets[0].tiers[0].rate = 200_000;
    world.place(1, limit(Side::Ask, MID, 10_000)).unwrap();
    world.place(VICTIM, ioc(Side::Bid, MID, 10_000)).unwrap();
    world.publish(1_000_049);
    world.set_equity(VICTIM, 600 * USD);
    let record = world.take_over(KEEPER, VICTIM, 10).unwrap().transfers[0];
    assert_eq!({ record.price }, 1_000_049 - 20_000, "2 % is 20,000.98");
}

#[test]
fn with_other_positions_the_discount_has_this_ones_share_of_equity() {
    // One lot of $100; 1,500,000 of equity x 2,500,000 / 2,850,000 = 1,315,789.5, half of it 657,894.7 atoms.
    let mut world = World::new(4, 16);
    world.exchange.markets[0].tick_size = 1;
    world.publish(100_000_000);
    world.place(1, limit(Side::Ask, 100_000_000, 1)).unwrap();
    world.place(VICTIM, ioc(Side::Bid, 100_000_000, 1)).unwrap();
    world.hold_elsewhere(VICTIM, 1, 14);
    world.exchange.markets[1].mark_price.0 = PRICE;
    world.set_equity(VICTIM, 1_500_000);
    let record = world.take_over(KEEPER, VICTIM, 1).unwrap().transfers[0];
    assert_eq!({ record.price }, 100_000_000 - 657_894);
}

#[test]
fn nothing_is_no_size_to_take_over() {
    let mut world = holding(Side::Bid, 10_000, 100 * USD);
    assert_eq!(world.take_over(KEEPER, VICTIM, 0).err(), Some(Error::ZeroSize));
}

#[test]
fn a_take_over_at_a_mark_worse_than_the_pending_price_may_not_leave_the_account_worse() {
    // At the pending dollar it has $100; at the mark of 95 cents it would lose 5 cents a lot.
    let mut world = holding(Side::Bid, 10_000, 100 * USD);
    world.publish(950_000);
    world.exchange.markets[0].pending_price.0 = PRICE;
    assert_eq!(world.standing(VICTIM).equity, 100 * USD);
    assert_eq!(world.take_over(KEEPER, VICTIM, 1_000).err(), Some(Error::MaintenanceBreach));
}

#[test]
fn who_closes_its_own_position_by_a_take_over_is_flat_afterwards() {
    let mut world = holding(Side::Bid, 10_000, 100 * USD);
    world.place(3, limit(Side::Bid, MID, 100)).unwrap();
    world.place(KEEPER, ioc(Side::Ask, MID, 100)).unwrap();
    world.take_over(KEEPER, VICTIM, 100).unwrap();
    assert_eq!(world.slots[KEEPER].market_bitmap, 0);
    assert_eq!(world.slots[KEEPER].usdc.0, 10_000 * USD + 100 * 5_000);
}

#[test]
fn an_account_at_exactly_nothing_is_deleveraged_and_an_atom_protects_it() {
    for (equity, fund, expected) in [
        (1, 0, Err(Error::AccountSolvent)),
        (0, 0, Ok(vec![(1, 10_000)])),
        (0, 10 * USD, Ok(vec![(1, 10_000)])),
        (-1, 0, Ok(vec![(1, 10_000)])),
        (-1, 10 * USD, Err(Error::InsuranceFirst)),
    ] {
        let mut world = holding(Side::Bid, 10_000, 0);
        world.publish(950_000);
        world.set_equity(VICTIM, equity);
        if fund > 0 {
            world.insure(fund as u64);
        }
        assert_eq!(deleveraged(&mut world), expected, "with {equity} and {fund} of insurance");
        // At the price of bankruptcy, rounded so that less than a lot's atom is left over.
        assert!(expected.is_err() || (0..10_000).contains(&world.slots[VICTIM].usdc.0));
    }
}

#[test]
fn a_short_is_bought_back_below_the_mark_when_it_is_bankrupt() {
    let mut world = holding(Side::Ask, 1_000, 0);
    world.publish(1_050_000);
    world.set_equity(VICTIM, -3_000_500);
    let (own, others) = (world.standing(1).equity, world.position(1).base.0);
    assert_eq!((others, deleveraged(&mut world)), (1_000, Ok(vec![(1, 1_000)])));
    // $3.0005 on 1,000 lots: 3,000.5 atoms below the mark, 3,001 for a solvent end.
    assert_eq!((world.slots[VICTIM].usdc.0, world.standing(1).equity), (500, own - 3_001_000));
}

#[test]
fn with_other_positions_the_bankruptcy_price_has_this_ones_share_of_what_is_missing() {
    // 1,500,000 atoms missing x 2,500,000 / 2,850,000 = 1,315,789.5 for the one lot: 1,315,790.
    let mut world = World::new(4, 16);
    world.exchange.markets[0].tick_size = 1;
    world.publish(99_000_000);
    world.place(1, limit(Side::Ask, 99_000_000, 1)).unwrap();
    world.place(VICTIM, ioc(Side::Bid, 99_000_000, 1)).unwrap();
    world.publish(100_000_000);
    world.hold_elsewhere(VICTIM, 1, 14);
    world.exchange.markets[1].mark_price.0 = PRICE;
    let profitable = world.slots[1].positions.iter_mut().find(|position| position.market == 0).unwrap();
    profitable.quote.0 += 50_000_000;
    profitable.entry_quote.0 += 50_000_000;
    world.slots[1].usdc.0 -= 50_000_000;
    world.exchange.open_quote += 50_000_000;
    world.set_equity(VICTIM, -1_500_000);
    let record = world.auto_deleverage(KEEPER, VICTIM).unwrap().transfers[0];
    assert_eq!({ record.price }, 100_000_000 + 1_315_790);
}

#[test]
fn at_most_four_counterparties_are_closed_and_none_that_is_not_needed() {
    let mut world = holding(Side::Bid, 500, 0);
    // Trader 1 has the most money: with the same entry it comes last.
    let others: Vec<usize> = (0..6).map(|number| short(&mut world, 20 + number, 100, 20 * USD)).collect();
    world.publish(950_000);
    world.set_equity(VICTIM, 0);
    assert_eq!(deleveraged(&mut world), Ok(others[..4].iter().map(|who| (*who, 100)).collect()));
    assert_eq!(world.position(VICTIM).base.0, 100);
    assert_eq!(deleveraged(&mut world), Ok(vec![(others[4], 100)]));
    assert_eq!((world.position(VICTIM).base.0, world.position(others[5]).base.0), (0, -100));
}

#[test]
fn of_more_than_eight_candidates_the_best_are_found_and_the_rest_left() {
    let mut world = holding(Side::Bid, 400, 0);
    // The poorer, the more leveraged: the last three of eleven, then the first.
    let money = [100, 900, 800, 700, 600, 500, 400, 300, 80, 60, 40];
    let others: Vec<usize> =
        money.iter().enumerate().map(|(number, usd)| short(&mut world, 20 + number as u8, 100, usd * USD)).collect();
    world.publish(950_000);
    world.set_equity(VICTIM, 0);
    let best = [others[10], others[9], others[8], others[0]];
    assert_eq!(deleveraged(&mut world), Ok(best.map(|who| (who, 100)).to_vec()));
}

#[test]
fn profit_on_entry_counts_as_much_as_leverage() {
    let mut world = holding(Side::Bid, 100, 0);
    // Equal money and size; one sold at $1.04, the other at $1.
    let early = short(&mut world, 20, 100, 100 * USD);
    let late = world.add_trader(21, 0, 10_000 * USD);
    world.place(3, limit(Side::Bid, 10_400, 100)).unwrap();
    world.place(late, ioc(Side::Ask, 10_400, 100)).unwrap();
    world.publish(950_000);
    for who in [early, late] {
        let quote = world.position(who).quote.0;
        world.set_equity(who, 100 * USD + quote - 95 * USD);
        assert_eq!(world.slots[who].usdc.0, 100 * USD);
    }
    world.set_equity(VICTIM, 0);
    assert_eq!(deleveraged(&mut world), Ok(vec![(late, 100)]));
}

#[test]
fn the_same_side_the_flat_the_even_and_the_losing_are_left_alone() {
    // The victim bought 600 lots at $1 from trader 1 and 400 at the mark of now from somebody even.
    let mut world = holding(Side::Bid, 600, 0);
    let profiting_long = world.add_trader(20, 0, 10_000 * USD);
    world.publish(900_000);
    world.place(1, limit(Side::Ask, 9_000, 100)).unwrap();
    world.place(profiting_long, ioc(Side::Bid, 9_000, 100)).unwrap();
    world.publish(950_000);
    let (even, ordering) = (world.add_trader(21, 0, 10_000 * USD), world.add_trader(22, 0, 10_000 * USD));
    world.set_equity(VICTIM, 1_000 * USD);
    world.place(even, limit(Side::Ask, 9_500, 400)).unwrap();
    world.place(VICTIM, ioc(Side::Bid, 9_500, 400)).unwrap();
    world.place(ordering, limit(Side::Ask, 9_900, 100)).unwrap();
    world.set_equity(profiting_long, 6 * USD);
    world.set_equity(VICTIM, 0);
    assert_eq!(deleveraged(&mut world), Ok(vec![(1, 700)]));
    assert_eq!(deleveraged(&mut world), Err(Error::NoCounterparty));
    assert_eq!((world.position(profiting_long).base.0, world.position(even).base.0), (100, -400));
}

#[test]
fn a_counterparty_may_end_with_exactly_nothing_and_not_with_less() {
    // It buys back 4 cents above the mark: $40 for 1,000 lots.
    for (equity, expected) in [(40_000_000, Ok(vec![(1, 1_000)])), (39_999_999, Err(Error::NoCounterparty))] {
        let mut world = holding(Side::Bid, 1_000, 0);
        world.publish(900_000);
        world.set_equity(VICTIM, -40 * USD);
        world.set_equity(1, equity);
        assert_eq!(deleveraged(&mut world), expected);
    }
}

/// 2,100 shorts of one lot in slots 4 and on, each with $1, who sold at $1 what trader 3 holds; the victim needs
/// four lots.
fn crowd() -> World {
    let mut world = holding(Side::Bid, 10, 0);
    for number in 0..2_100u32 {
        let who = world.add_trader(50, 0, USD);
        world.slots[who].owner.0[..4].copy_from_slice(&number.to_le_bytes());
        sell(&mut world, who, 1);
    }
    sell(&mut world, 3, -2_100);
    world.exchange.markets[0].open_long += 2_100;
    world.exchange.markets[0].open_short += 2_100;
    // Trader 1, who sold to the victim, has lost: only the crowd profits.
    world.publish(950_000);
    let short = world.slots[1].positions.iter_mut().find(|position| position.market == 0).unwrap();
    short.quote = QuoteAtoms(9_000_000);
    world.exchange.open_quote -= 1_000_000;
    world.slots[1].usdc.0 += 1_000_000;
    world.set_equity(VICTIM, 0);
    world.check();
    world
}

fn sell(world: &mut World, who: usize, lots: i64) {
    let entry = position::find_or_take(&mut world.slots[who], 0).unwrap();
    let position = &mut world.slots[who].positions[entry];
    position.base.0 -= lots;
    position.quote.0 += lots * PRICE as i64;
    position.entry_quote.0 += lots * PRICE as i64;
}

#[test]
fn one_deleveraging_looks_at_2048_positions_and_the_next_goes_on_behind_them() {
    let mut world = crowd();
    // The poorest are the first two, the 2,048th, and the last two, which the first scan does not reach.
    for (place, usdc) in [(4, 20), (5, 10), (2_051, 30), (2_102, 40), (2_103, 50)] {
        world.set_equity(place, usdc * 1_000 + 50_000);
        assert_eq!(world.slots[place].usdc.0, usdc * 1_000);
    }
    let first = deleveraged(&mut world);
    assert_eq!(first, Ok(vec![(5, 1), (4, 1), (2_051, 1), (6, 1)]), "of equal scores the lowest slot");
    assert_eq!(world.exchange.markets[0].cursor, 2_052);
    let second = deleveraged(&mut world);
    assert_eq!(second, Ok(vec![(2_102, 1), (2_103, 1), (7, 1), (8, 1)]));
    // 52 behind the cursor, then from slot 7 to slot 2,002.
    assert_eq!(world.exchange.markets[0].cursor, 2_003);
}

#[test]
fn a_debt_in_a_flat_account_is_written_off_whatever_orders_rest() {
    let mut world = holding(Side::Bid, 1_000, 100 * USD);
    world.place(3, limit(Side::Bid, MID, 1_000)).unwrap();
    world.place(VICTIM, ioc(Side::Ask, MID, 1_000)).unwrap();
    world.place(VICTIM, limit(Side::Bid, 9_000, 100)).unwrap();
    world.set_equity(VICTIM, -7 * USD);
    world.slots[VICTIM].locked = QuoteAtoms(5);
    world.insure(2 * USD as u64);
    let report = world.resolve_bankruptcy(KEEPER, VICTIM).unwrap();
    assert_eq!(report.loss, Some(Loss { paid: 2 * USD as u64, unpaid: 5 * USD as u64 }));
    assert_eq!((world.slots[VICTIM].usdc.0, world.slots[VICTIM].locked.0), (0, 0));
    assert_eq!(world.exchange.deficit, 5 * USD as u64);
    assert_eq!(world.exchange.markets[0].insurance_paid, 2 * USD as u64);
}

#[test]
fn insurance_pays_from_the_budget_of_a_market_where_the_position_is() {
    let mut world = World::new(4, 16);
    world.exchange.markets[0].insurance_budget = u64::MAX;
    world.hold_elsewhere(VICTIM, 1, 1_000);
    world.set_equity(VICTIM, -7 * USD);
    world.insure(100 * USD as u64);
    assert_eq!(world.resolve_bankruptcy(KEEPER, VICTIM).err(), Some(Error::NoPosition));
}

#[test]
fn an_account_that_owes_nothing_is_not_bankrupt() {
    let mut world = holding(Side::Bid, 1_000, 0);
    world.insure(100 * USD as u64);
    assert_eq!(world.resolve_bankruptcy(KEEPER, VICTIM).err(), Some(Error::AccountSolvent));
    world.set_equity(VICTIM, -1);
    let report = world.resolve_bankruptcy(KEEPER, VICTIM).unwrap();
    assert_eq!(report.loss, Some(Loss { paid: 1, unpaid: 0 }));
}

#[test]
fn a_rest_of_withdrawals_ends_after_a_minute_and_none_begins_for_ten_after_ten() {
    let mut world = holding(Side::Bid, 1_000, -7 * USD);
    let began = world.now.unix;
    let rest = |world: &mut World, after: i64| {
        world.now.unix = began + after;
        world.publish(PRICE);
        world.liquidate(KEEPER, VICTIM).unwrap();
        (world.exchange.withdraw_rest_since - began, world.exchange.withdraw_rest_until - began)
    };
    assert_eq!(rest(&mut world, 0), (0, 60));
    assert_eq!(rest(&mut world, 30), (0, 90));
    assert_eq!(rest(&mut world, 541), (0, 600));
    assert_eq!(rest(&mut world, 1_199), (0, 600));
    assert_eq!(rest(&mut world, 1_200), (1_200, 1_260));
}

#[test]
fn claims_are_the_positive_balances_whatever_else_the_vault_holds() {
    let mut world = holding(Side::Bid, 1_000, 40 * USD);
    (world.exchange.fee_tiers[0].maker, world.exchange.fee_tiers[0].taker) = (-50, 350);
    let lost = world.add_trader(30, 0, 10_000 * USD);
    world.place(3, limit(Side::Ask, MID, 100)).unwrap();
    world.place(lost, ioc(Side::Bid, MID, 100)).unwrap();
    world.set_equity(lost, -3 * USD);
    world.insure(11 * USD as u64);
    world.exchange.markets[0].funding_index.0 += 1_234_567;
    world.place(3, limit(Side::Ask, MID, 100)).unwrap();
    world.place(KEEPER, ioc(Side::Bid, MID, 100)).unwrap();
    // A profit that is booked, against somebody who opens, leaves the sum of open quote.
    let opening = world.add_trader(31, 0, 10_000 * USD);
    world.place(opening, limit(Side::Bid, 10_010, 50)).unwrap();
    world.place(KEEPER, ioc(Side::Ask, 10_010, 50)).unwrap();
    world.exchange.deficit += 5 * USD as u64;
    world.exchange.collaterals[0].total_deposits -= 5 * USD as u64;
    assert!(world.exchange.negative_usdc > 0 && world.exchange.fees_collected > 0 && world.exchange.open_quote != 0);
    assert_ne!(world.exchange.markets[0].funding_pool, 0);
    let positive: i64 = world.slots.iter().map(|slot| slot.usdc.0.max(0)).sum();
    assert_eq!(insurance::claims(&world.exchange), Ok(positive as u64));
    world.check();
}

#[test]
fn fees_that_accounts_in_debt_still_owe_are_not_swept() {
    let mut world = World::new(3, 16);
    world.place(1, limit(Side::Ask, MID, 1_000)).unwrap();
    world.place(0, ioc(Side::Bid, MID, 1_000)).unwrap();
    let fees = world.exchange.fees_collected as u64;
    world.set_equity(2, -1);
    assert_eq!(insurance::sweep_fees(&mut world.exchange, money::EVERYTHING), Ok(fees - 1));
    world.exchange.fees_collected += 1;
    world.exchange.negative_usdc = 2;
    assert_eq!(insurance::sweep_fees(&mut world.exchange, 1), Err(Error::ExceedsFees));
    assert_eq!(insurance::sweep_fees(&mut world.exchange, money::EVERYTHING), Err(Error::ZeroAmount));
}

#[test]
fn insurance_is_given_something() {
    let mut world = World::new(1, 16);
    assert_eq!(insurance::deposit(&mut world.exchange, 0), Err(Error::ZeroAmount));
}
