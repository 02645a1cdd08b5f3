//! Take-over, bankruptcy, deleveraging, insurance and the shared deficit, by rule. Numbers are worked out in
//! the comments.

mod support;

use quantdesk_engine::error::Error;
use quantdesk_engine::instructions::*;
use quantdesk_engine::insurance;
use quantdesk_engine::money::{self, EVERYTHING};
use quantdesk_engine::units::QuoteAtoms;
use support::*;

const KEEPER: usize = 2;
const SHORT: usize = 1;

/// A trader with $60 is long 1,100 lots at $1 from trader 1. Maintenance is 2.5 %.
fn leveraged() -> (World, usize) {
    let mut world = World::new(3, 64);
    world.exchange.markets[0].liquidation_fee = 5_000;
    world.exchange.markets[0].insurance_budget = 1_000 * USD as u64;
    world.exchange.collaterals[0].deposit_cap = u64::MAX;
    let victim = world.add_trader(9, 0, 60 * USD);
    world.place(SHORT, limit(Side::Ask, MID, 1_100)).unwrap();
    world.place(victim, ioc(Side::Bid, MID, 1_100)).unwrap();
    (world, victim)
}

fn withdraw(world: &mut World, who: usize, amount: u64) -> Result<money::Moved, Error> {
    let mut trader = world.traders[who];
    money::withdraw(&mut world.exchange, &mut world.slots, &mut trader, 0, amount, world.now)
}

#[test]
fn the_book_comes_before_a_take_over_until_it_had_no_bid_for_five_seconds() {
    let (mut world, victim) = leveraged();
    // Equity 60 - 0.385 - 35.2 = 24.4, maintenance 26.52: under water, but above two thirds.
    world.publish(968_000);
    assert_eq!(world.take_over(KEEPER, victim, 1_100).err(), Some(Error::BookComesFirst));
    world.liquidate(KEEPER, victim).unwrap();
    world.pass(4);
    assert_eq!(world.take_over(KEEPER, victim, 1_100).err(), Some(Error::BookComesFirst));
    world.pass(1);
    world.take_over(KEEPER, victim, 1_100).unwrap();
}

#[test]
fn a_healthy_account_cannot_be_taken_over_resolved_or_deleveraged() {
    let (mut world, victim) = leveraged();
    assert_eq!(world.take_over(KEEPER, victim, 1).err(), Some(Error::AccountHealthy));
    assert_eq!(world.resolve_bankruptcy(KEEPER, victim).err(), Some(Error::AccountSolvent));
    assert_eq!(world.auto_deleverage(KEEPER, victim).err(), Some(Error::AccountSolvent));
}

#[test]
fn a_take_over_costs_the_account_at_most_half_its_equity_and_leaves_it_healthier() {
    let (mut world, victim) = leveraged();
    // 60 - 0.385 - 50.6 = 9.015 of equity for 1,100 lots at 0.954: 9.015 / 2 / 1,100 = 0.004097 a lot.
    world.publish(954_000);
    let before = world.standing(victim);
    world.take_over(KEEPER, victim, 1_100).unwrap();
    let (after, taken) = (world.standing(victim), world.position(KEEPER));
    assert!(taken.base.0 > 0 && taken.base.0 + world.position(victim).base.0 == 1_100);
    assert!(after.stands_no_worse_than(&before));
    let paid = before.equity - after.equity;
    assert!(paid > 0 && 2 * paid <= before.equity, "{paid} of {}", before.equity);
    let discount = 954_000 + taken.quote.0 / taken.base.0;
    assert_eq!(discount, before.equity / 2 / 1_100);
}

#[test]
fn waiting_for_a_worse_equity_never_pays_the_one_who_takes_over() {
    let discount = |price: u64| {
        let (mut world, victim) = leveraged();
        world.publish(price);
        world.take_over(KEEPER, victim, 100).unwrap();
        price as i64 + world.position(KEEPER).quote.0 / 100
    };
    let series: Vec<i64> = [960_000, 956_000, 950_000, 947_000, 940_000].into_iter().map(discount).collect();
    assert!(series.windows(2).all(|pair| pair[0] >= pair[1]), "{series:?}");
    assert_eq!(series.last(), Some(&0));
}

#[test]
fn nobody_takes_over_more_than_initial_margin_allows() {
    let (mut world, victim) = leveraged();
    let poor = world.add_trader(8, 0, 3 * USD);
    world.publish(954_000);
    assert_eq!(world.take_over(poor, victim, 1_100).err(), Some(Error::InsufficientMargin));
    world.take_over(poor, victim, 10).unwrap();
    assert_eq!(world.position(poor).base.0, 10);
}

#[test]
fn taking_over_ones_own_account_is_refused() {
    let (mut world, victim) = leveraged();
    let own = world.add_trader(9, 1, 1_000 * USD);
    world.publish(954_000);
    assert_eq!(world.take_over(own, victim, 100).err(), Some(Error::NotAuthorised));
}

#[test]
fn insurance_brings_an_open_account_to_nothing_within_the_markets_budget() {
    let (mut world, victim) = leveraged();
    world.insure(50 * USD as u64);
    world.exchange.markets[0].insurance_budget = 5 * USD as u64;
    // 60 - 0.385 - 66 = -6.385.
    world.publish(940_000);
    assert_eq!(world.standing(victim).equity, -6_385_000);
    assert_eq!(world.auto_deleverage(KEEPER, victim).err(), Some(Error::InsuranceFirst));
    world.resolve_bankruptcy(KEEPER, victim).unwrap();
    assert_eq!(world.standing(victim).equity, -1_385_000);
    assert_eq!((world.exchange.insurance, world.exchange.deficit), (45 * USD as u64, 0));
    assert_eq!(world.resolve_bankruptcy(KEEPER, victim).err(), Some(Error::InsuranceExhausted));
}

#[test]
fn deleveraging_closes_at_the_bankruptcy_price_against_who_profits_and_leaves_both_solvent() {
    let (mut world, victim) = leveraged();
    world.publish(940_000);
    let short = world.position(SHORT);
    world.auto_deleverage(KEEPER, victim).unwrap();
    // 0.940 + 6.385 / 1,100 = 0.945804.5: the short buys back at 0.945805.
    assert_eq!(world.position(victim).base.0, 0);
    assert_eq!(world.position(SHORT).base.0, 0);
    assert_eq!(world.slots[victim].usdc.0, 1_100 * 945_805 - 1_100 * 1_000_000 + 60 * USD - 385_000);
    assert!(world.slots[victim].usdc.0 >= 0 && world.slots[victim].usdc.0 < 1_100);
    let fee = world.slots[SHORT].usdc.0 - (10_000 * USD + short.quote.0 - 1_100 * 945_805);
    assert_eq!(fee, 55_000);
    assert_eq!((world.exchange.markets[0].open_long, world.exchange.deficit), (0, 0));
}

#[test]
fn deleveraging_takes_the_best_score_first_and_never_who_loses_or_is_flat() {
    let (mut world, victim) = leveraged();
    let (lean, fat) = (world.add_trader(20, 0, 40 * USD), world.add_trader(21, 0, 4_000 * USD));
    let loser = world.add_trader(22, 0, 4_000 * USD);
    for who in [lean, fat] {
        world.place(0, limit(Side::Bid, MID, 200)).unwrap();
        world.place(who, ioc(Side::Ask, MID, 200)).unwrap();
    }
    world.publish(940_000);
    world.place(0, limit(Side::Bid, 9_100, 100)).unwrap();
    world.place(loser, ioc(Side::Ask, 9_100, 100)).unwrap();
    world.auto_deleverage(KEEPER, victim).unwrap();
    // The lean one is leveraged most; then trader 1 and the fat one share what is left by score.
    assert_eq!(world.position(lean).base.0, 0);
    assert_eq!(world.position(loser).base.0, -100);
    assert_eq!(world.position(victim).base.0, 0);
    assert_eq!(world.position(KEEPER).base.0, 0);
}

#[test]
fn without_anyone_in_profit_there_is_no_counterparty() {
    let (mut world, victim) = leveraged();
    world.publish(940_000);
    let short = world.slots[SHORT].positions.iter_mut().find(|position| position.market == 0).unwrap();
    // As if the short had been opened at 0.90, and its loss booked since.
    short.quote = QuoteAtoms(1_100 * 900_000);
    world.exchange.open_quote -= 1_100 * 100_000;
    world.slots[SHORT].usdc.0 += 1_100 * 100_000;
    assert_eq!(world.auto_deleverage(KEEPER, victim).err(), Some(Error::NoCounterparty));
}

#[test]
fn a_counterparty_that_would_not_stay_solvent_is_passed_over() {
    let (mut world, victim) = leveraged();
    world.publish(940_000);
    let gone = world.slots[SHORT].usdc.0 - USD;
    world.slots[SHORT].usdc.0 -= gone;
    world.exchange.collaterals[0].total_deposits -= gone as u64;
    // It has 1 + 66 of equity and would pay 6.4 above the mark: solvent. With 62 less it is not.
    world.slots[SHORT].usdc.0 -= 62 * USD;
    world.exchange.negative_usdc += 61 * USD as u64;
    world.exchange.collaterals[0].total_deposits -= 62 * USD as u64;
    assert_eq!(world.auto_deleverage(KEEPER, victim).err(), Some(Error::NoCounterparty));
}

/// The victim's position is gone and it owes $6.385.
fn bankrupt() -> (World, usize) {
    let (mut world, victim) = leveraged();
    world.publish(940_000);
    world.place(0, limit(Side::Bid, 9_400, 1_100)).unwrap();
    world.place(victim, PlaceOrder { reduce_only: true, ..ioc(Side::Ask, 9_400, 1_100) }).unwrap();
    assert_eq!((world.position(victim).base.0, world.slots[victim].usdc.0), (0, -6_746_900));
    (world, victim)
}

#[test]
fn a_flat_debt_is_paid_by_insurance_and_the_rest_is_everyones() {
    let (mut world, victim) = bankrupt();
    world.insure(4 * USD as u64);
    let fees = world.exchange.fees_collected;
    world.resolve_bankruptcy(KEEPER, victim).unwrap();
    assert_eq!((world.slots[victim].usdc.0, world.exchange.insurance), (0, 0));
    // What fees had not been swept repay first.
    let repaid = fees.max(0) as u64;
    assert_eq!((world.exchange.deficit, world.exchange.fees_collected), (2_746_900 - repaid, fees.min(0)));
    assert_eq!(world.resolve_bankruptcy(KEEPER, victim).err(), Some(Error::AccountSolvent));
}

#[test]
fn other_collateral_must_be_converted_before_a_debt_is_written_off() {
    let (mut world, victim) = bankrupt();
    world.slots[victim].collaterals[0] = 1;
    assert_eq!(world.resolve_bankruptcy(KEEPER, victim).err(), Some(Error::CollateralLeft));
}

#[test]
fn nobody_gains_by_being_first_to_withdraw_from_a_deficit() {
    let (mut world, victim) = bankrupt();
    world.resolve_bankruptcy(KEEPER, victim).unwrap();
    world.exchange.withdraw_rest_until = 0;
    let (deficit, claims) = (world.exchange.deficit, insurance::claims(&world.exchange).unwrap());
    let first = withdraw(&mut world, KEEPER, 5_000 * USD as u64).unwrap();
    world.check();
    assert_eq!(u128::from(first.cut), (u128::from(first.amount) * u128::from(deficit)).div_ceil(u128::from(claims)));
    let later = withdraw(&mut world, KEEPER, 5_000 * USD as u64).unwrap();
    assert!(first.cut.abs_diff(later.cut) <= 1, "{} and {}", first.cut, later.cut);
    world.check();
}

#[test]
fn the_last_to_leave_carries_what_is_left_of_the_deficit() {
    let mut world = World::new(1, 16);
    world.exchange.deficit = 3 * USD as u64;
    world.exchange.collaterals[0].total_deposits -= 3 * USD as u64;
    world.check();
    let moved = withdraw(&mut world, 0, EVERYTHING).unwrap();
    assert_eq!((moved.amount, moved.cut), (10_000 * USD as u64, 3 * USD as u64));
    assert_eq!((world.exchange.deficit, world.exchange.collaterals[0].total_deposits), (0, 0));
    world.check();
}

#[test]
fn what_comes_in_repays_the_deficit_first() {
    let (mut world, victim) = bankrupt();
    world.resolve_bankruptcy(KEEPER, victim).unwrap();
    let deficit = world.exchange.deficit;
    world.insure(deficit / 2);
    assert_eq!((world.exchange.deficit, world.exchange.insurance), (deficit - deficit / 2, 0));
    world.insure(deficit);
    assert_eq!((world.exchange.deficit, world.exchange.insurance), (0, deficit / 2));
    world.check();
}

#[test]
fn withdrawals_rest_a_minute_after_a_loss_that_insurance_cannot_pay_and_ten_at_most() {
    let (mut world, victim) = leveraged();
    world.publish(940_000);
    world.liquidate(KEEPER, victim).unwrap();
    assert_eq!(withdraw(&mut world, KEEPER, 1).err(), Some(Error::WithdrawalsResting));
    let began = world.exchange.withdraw_rest_since;
    for _ in 0..30 {
        world.pass(30);
        let _ = world.liquidate(KEEPER, victim);
    }
    assert_eq!(world.exchange.withdraw_rest_until, began + 600);
    withdraw(&mut world, KEEPER, 1).unwrap();
}

#[test]
fn a_loss_that_insurance_can_pay_holds_nobodys_money_back() {
    let (mut world, victim) = leveraged();
    world.insure(100 * USD as u64);
    world.publish(940_000);
    world.resolve_bankruptcy(KEEPER, victim).unwrap();
    withdraw(&mut world, KEEPER, 1).unwrap();
}

#[test]
fn fees_are_swept_once_the_deficit_is_repaid_and_only_what_was_paid_in() {
    let (mut world, _) = leveraged();
    let fees = world.exchange.fees_collected as u64;
    assert!(fees > 0);
    assert_eq!(insurance::sweep_fees(&mut world.exchange, fees + 1), Err(Error::ExceedsFees));
    world.exchange.deficit = fees / 2;
    world.exchange.collaterals[0].total_deposits -= fees / 2;
    assert_eq!(insurance::sweep_fees(&mut world.exchange, EVERYTHING), Ok(fees - fees / 2));
    assert_eq!((world.exchange.deficit, world.exchange.fees_collected), (0, 0));
    assert_eq!(insurance::sweep_fees(&mut world.exchange, EVERYTHING), Err(Error::ZeroAmount));
    world.check();
}

#[test]
fn one_account_in_liquidation_does_not_use_up_the_allowance_of_another() {
    let (mut world, victim) = leveraged();
    let second = world.add_trader(10, 0, 60 * USD);
    world.place(SHORT, limit(Side::Ask, MID, 1_100)).unwrap();
    world.place(second, ioc(Side::Bid, MID, 1_100)).unwrap();
    world.publish(965_000);
    world.place(0, limit(Side::Bid, 9_640, 3_000)).unwrap();
    world.slots[victim].liquidated = 1 << 50;
    world.slots[victim].liquidated_slot = world.now.slot;
    assert_eq!(world.liquidate(KEEPER, victim).err(), Some(Error::MatchLimitReached));
    world.liquidate(KEEPER, second).unwrap();
    assert!(world.slots[second].liquidated > 0);
}
