//! Realising profit, and collateral that pays an account's debt.

mod support;

use quantdesk_engine::error::Error;
use quantdesk_engine::instructions::{ConvertCollateral, Realize, Side};
use quantdesk_engine::money::{self, EVERYTHING};
use quantdesk_engine::realize::{self, Converted, Realized};
use quantdesk_engine::state::{Collateral, market_status, paused};
use quantdesk_engine::units::{FundingIndex, LotPrice, Pubkey};
use quantdesk_engine::{margin, mark};
use support::*;

const SOL: u64 = 1_000_000_000;

/// Changes a world so that something is refused in it.
type Spoil = dyn Fn(&mut World);

/// Trader 0 is long 1,000 lots from $1, trader 1 short; trader 2 holds the rest of the money.
fn traded() -> World {
    let mut world = World::new(3, 16);
    world.place(1, limit(Side::Ask, MID, 1_000)).unwrap();
    world.place(0, ioc(Side::Bid, MID, 1_000)).unwrap();
    world
}

fn realize_of(world: &mut World, who: usize) -> Result<Realized, Error> {
    let before = world.clone();
    let trader = world.traders[who];
    let args = Realize { market: 0 };
    let done = realize::realize(&mut world.exchange, &mut world.slots, &trader, &args, world.now);
    if done.is_err() {
        *world = before;
    }
    world.check();
    done
}

#[test]
fn a_profit_moves_to_the_balance_at_the_worse_of_mark_and_index_and_vests() {
    let mut world = traded();
    world.publish(1_020_000);
    let mark = 1_015_000;
    world.exchange.markets[0].mark_price = LotPrice(mark);
    let (usdc, entry) = (world.slots[0].usdc.0, world.position(0).entry_quote);
    let equity = margin::maintenance(&world.exchange, &world.slots[0], world.now).unwrap();
    let done = realize_of(&mut world, 0).unwrap();
    assert_eq!((done.price, done.profit), (mark, 1_000 * (mark as i64 - 1_000_000)));
    assert_eq!(world.slots[0].usdc.0, usdc + done.profit);
    assert_eq!(world.slots[0].locked.0, done.profit);
    let position = world.position(0);
    assert_eq!((position.base.0, position.quote.0, position.entry_quote), (1_000, -1_000 * mark as i64, entry));
    assert_eq!(margin::maintenance(&world.exchange, &world.slots[0], world.now).unwrap(), equity);
    assert_eq!(realize_of(&mut world, 0).err(), Some(Error::NothingToRealize));
}

#[test]
fn a_short_takes_the_higher_price_and_pays_its_funding_first() {
    let mut world = traded();
    world.publish(980_000);
    world.exchange.markets[0].funding_index = FundingIndex(-1_000_000);
    world.exchange.markets[0].hour_index = FundingIndex(-1_000_000);
    let mark = 985_000;
    world.exchange.markets[0].mark_price = LotPrice(mark);
    let usdc = world.slots[1].usdc.0;
    let done = realize_of(&mut world, 1).unwrap();
    assert_eq!((done.price, done.profit), (mark, 1_000 * (1_000_000 - mark as i64)));
    // One quote atom a lot of funding: 1,000 paid.
    assert_eq!(world.slots[1].usdc.0, usdc + done.profit - 1_000);
    assert_eq!({ done.after.funding_paid }, 1_000);
}

#[test]
fn while_a_jump_is_pending_the_worst_of_the_three_prices_counts() {
    let mut world = traded();
    world.publish(1_020_000);
    world.exchange.markets[0].pending_price = LotPrice(1_004_000);
    assert_eq!(realize_of(&mut world, 0).unwrap().profit, 1_000 * 4_000);
    world.exchange.markets[0].pending_price = LotPrice(950_000);
    assert_eq!(realize_of(&mut world, 0).err(), Some(Error::NothingToRealize));
}

#[test]
fn a_loss_or_a_price_that_opens_no_risk_realises_nothing() {
    let mut world = traded();
    assert_eq!(realize_of(&mut world, 2).err(), Some(Error::NothingToRealize));
    world.publish(990_000);
    assert_eq!(realize_of(&mut world, 0).err(), Some(Error::NothingToRealize));
    world.publish(1_020_000);
    let refused = |world: &World, spoil: &dyn Fn(&mut World)| {
        let mut spoiled = world.clone();
        spoil(&mut spoiled);
        realize_of(&mut spoiled, 0).err()
    };
    let rows: [(&Spoil, Error); 5] = [
        (&|world| world.now.unix += 11, Error::PriceStale),
        (&|world| world.exchange.markets[0].confidence = 2_551, Error::PriceUncertain),
        (&|world| world.exchange.markets[0].resume_at = world.now.unix + 1, Error::MatchingPaused),
        (&|world| world.exchange.markets[0].source = 2, Error::PriceNotAnchored),
        (&|world| world.exchange.markets[0].status = market_status::SETTLING, Error::MarketNotActive),
    ];
    for (spoil, error) in rows {
        assert_eq!(refused(&world, spoil), Some(error));
    }
    assert!(realize_of(&mut world, 0).is_ok());
}

#[test]
fn pump_realise_withdraw_takes_nothing_out_before_it_vests() {
    let mut world = traded();
    let free = |world: &World| margin::withdrawable(&world.exchange, &world.slots[0], 0, world.now).unwrap();
    let own = world.slots[0].usdc.0.unsigned_abs();
    world.publish(1_060_000);
    // $60 of profit, and an initial margin of $53: own money alone may leave, however the margin is met.
    realize_of(&mut world, 0).unwrap();
    assert_eq!(free(&world), own);
    world.pass(600);
    assert_eq!(free(&world), own + 7 * USD as u64);
}

#[test]
fn a_long_realises_at_the_lowest_and_a_short_at_the_highest_of_mark_index_and_pending() {
    for (mark, index, pending, low, high) in [
        (1_020_000, 1_030_000, 0, 1_020_000, 1_030_000),
        (1_030_000, 1_020_000, 0, 1_020_000, 1_030_000),
        (1_020_000, 1_030_000, 1_010_000, 1_010_000, 1_030_000),
        (1_030_000, 1_020_000, 1_040_000, 1_020_000, 1_040_000),
    ] {
        let mut world = traded();
        world.publish(index);
        let market = &mut world.exchange.markets[0];
        (market.mark_price, market.pending_price) = (LotPrice(mark), LotPrice(pending));
        assert_eq!(realize_of(&mut world.clone(), 0).unwrap().price, low);
        // The short sold at $1.10.
        let short = world.slots[1].positions.iter_mut().find(|position| position.market == 0).unwrap();
        short.quote.0 += 100_000_000;
        world.exchange.open_quote += 100_000_000;
        world.slots[1].usdc.0 -= 100_000_000;
        assert_eq!(realize_of(&mut world, 1).unwrap().price, high);
    }
}

#[test]
fn realising_pays_the_funding_until_now_and_is_activity_of_the_slot() {
    let mut world = traded();
    world.publish(1_020_000);
    // 36 quote atoms a lot over the hour that has begun.
    world.exchange.markets[0].funding_rate = 36_000_000;
    world.now.unix += 10;
    let done = realize_of(&mut world, 0).unwrap();
    assert_eq!({ done.after.funding_paid }, 100, "a 360th of it");
    assert_eq!(i64::from(world.slots[0].last_active), world.now.unix);
}

#[test]
fn profit_is_realised_in_a_market_that_exists_from_the_second_it_resumes_on() {
    let mut world = traded();
    world.publish(1_020_000);
    world.exchange.markets[0].resume_at = world.now.unix;
    let trader = world.traders[0];
    let elsewhere = Realize { market: 1 };
    let refused = realize::realize(&mut world.exchange, &mut world.slots, &trader, &elsewhere, world.now);
    assert_eq!(refused.err(), Some(Error::UnknownMarket));
    realize_of(&mut world, 0).unwrap();
}

/// Trader 0 holds `sol` SOL at $150 and `usdc` dollars; trader 1 has money to pay with.
fn indebted(usdc: i64, sol: u64) -> World {
    let mut world = World::new(2, 16);
    world.exchange.collateral_count = 2;
    world.exchange.collaterals[1] = Collateral {
        mint: Pubkey([3; 32]),
        decimals: 9,
        kind: 1,
        status: 1,
        max_age_s: 60,
        price: 150_000,
        publish_ms: world.now.unix * 1_000,
        initial_weight: 800_000,
        maintenance_weight: 900_000,
        convert_discount_min: 5_000,
        convert_discount_max: 50_000,
        ..Collateral::zeroed()
    };
    world.slots[0].collaterals[0] = sol * SOL;
    set_usdc(&mut world, 0, usdc * USD);
    world
}

/// Gives a slot this balance; the vault follows.
fn set_usdc(world: &mut World, who: usize, usdc: i64) {
    let slot = &mut world.slots[who];
    let deposits = &mut world.exchange.collaterals[0].total_deposits;
    *deposits = deposits.checked_add_signed(usdc - slot.usdc.0).unwrap();
    world.exchange.negative_usdc += usdc.min(0).unsigned_abs();
    slot.usdc.0 = usdc;
    world.check();
}

fn convert(world: &mut World, amount: u64) -> Result<Converted, Error> {
    let args = ConvertCollateral { slot: 0, generation: world.slots[0].generation, collateral: 1, amount };
    convert_as(world, 1, &args)
}

fn convert_as(world: &mut World, who: usize, args: &ConvertCollateral) -> Result<Converted, Error> {
    let before = world.clone();
    let trader = world.traders[who];
    let done = realize::convert(&mut world.exchange, &mut world.slots, &trader, args, world.now);
    if done.is_err() {
        *world = before;
    }
    world.check();
    done
}

#[test]
fn collateral_pays_a_debt_at_the_oracle_price_less_a_discount_until_net_usdc_is_zero() {
    // $1,500 of SOL (10), weighted $1,350; $540 owed use 40 % of that: 0.5 % + 40 % of 4.5 % = 2.3 %.
    let mut world = indebted(-540, 10);
    let usdc = world.slots[1].usdc.0;
    let done = convert(&mut world, EVERYTHING).unwrap();
    assert_eq!(done.discount, 23_000);
    // At $146.55 a SOL, $540 are 3.684749232 SOL, rounded down; the price is of 0.001 SOL: 146,550.
    assert_eq!((done.amount, done.paid), (3_684_749_232, 540_000_000));
    assert_eq!((world.slots[0].usdc.0, world.slots[0].collaterals[0]), (0, 10 * SOL - 3_684_749_232));
    assert_eq!((world.slots[1].usdc.0, world.slots[1].collaterals[0]), (usdc - 540 * USD, 3_684_749_232));
    assert_eq!(world.exchange.negative_usdc, 0);
    assert_eq!(convert(&mut world, EVERYTHING).err(), Some(Error::ConversionNotDue));
}

#[test]
fn the_discount_grows_to_its_largest_as_health_falls() {
    for (usdc, sol, discount) in [(-60, 10, 7_000), (-675, 10, 27_500), (-1_350, 10, 50_000), (-1_600, 10, 50_000)] {
        assert_eq!(convert(&mut indebted(usdc, sol), EVERYTHING).unwrap().discount, discount, "${usdc}");
    }
}

#[test]
fn a_debt_of_fifty_dollars_or_one_percent_of_the_collateral_is_left_alone() {
    for (usdc, sol, due) in [(-50, 10, false), (-51, 10, true), (-150, 100, false), (-151, 100, true), (10, 1, false)] {
        let done = convert(&mut indebted(usdc, sol), EVERYTHING);
        assert_eq!(done.err(), if due { None } else { Some(Error::ConversionNotDue) }, "${usdc}, {sol} SOL");
    }
}

#[test]
fn a_debt_is_due_an_atom_past_its_threshold() {
    let mut world = indebted(0, 10);
    set_usdc(&mut world, 0, -50_000_000);
    assert_eq!(convert(&mut world, EVERYTHING).err(), Some(Error::ConversionNotDue));
    world.exchange.negative_usdc = 0;
    set_usdc(&mut world, 0, -50_000_001);
    convert(&mut world, EVERYTHING).unwrap();
    // A unit under $6,000.000000 of SOL is worth 5,999,999,999.85 atoms, which count as 5,999,999,999.
    let mut world = indebted(0, 40);
    world.slots[0].collaterals[0] -= 1;
    set_usdc(&mut world, 0, -60_000_000);
    convert(&mut world, EVERYTHING).unwrap();
}

#[test]
fn a_small_debt_is_due_once_it_exceeds_the_equity_by_an_atom() {
    // A third of a SOL is worth $49.999999, of which 90 % count.
    for (usdc, due) in [(-44_999_999, false), (-45_000_000, true)] {
        let mut world = indebted(0, 1);
        world.slots[0].collaterals[0] = 333_333_333;
        set_usdc(&mut world, 0, usdc);
        assert_eq!(world.standing(0).equity, if due { -1 } else { 0 });
        assert_eq!(convert(&mut world, EVERYTHING).err(), if due { None } else { Some(Error::ConversionNotDue) });
    }
}

#[test]
fn discount_and_price_are_rounded_for_the_account_and_against_who_pays() {
    // At 150,001 atoms a million units 10 SOL weigh $1,350.009; $100 owed use 7.4073580 % of that: a discount of
    // 5,000 + 3,333.3 parts, at which the price is 148,750.99.
    let mut world = indebted(-100, 10);
    world.exchange.collaterals[1].price = 150_001;
    let done = convert(&mut world, SOL / 7).unwrap();
    assert_eq!(done.discount, 5_000 + (45_000u128 * 100_000_000 / 1_350_009_000) as u32);
    let price = (150_001u64 * (1_000_000 - u64::from(done.discount))).div_ceil(1_000_000);
    assert_eq!(price, 148_752);
    assert_eq!((done.amount, done.paid), (SOL / 7, (SOL / 7 * price).div_ceil(1_000_000)));
}

#[test]
fn a_collaterals_price_pays_until_its_last_millisecond() {
    let mut world = indebted(-540, 10);
    world.exchange.collaterals[1].publish_ms = world.now.unix * 1_000 - 60_001;
    assert_eq!(convert(&mut world, SOL).err(), Some(Error::PriceStale));
    world.exchange.collaterals[1].publish_ms += 1;
    world.exchange.resume_at = world.now.unix;
    convert(&mut world, SOL).unwrap();
}

#[test]
fn funding_that_a_debtor_owes_is_debt_and_its_markets_need_a_price_that_liquidates() {
    let mut world = indebted(10_000, 10);
    world.place(1, limit(Side::Ask, MID, 4_000)).unwrap();
    world.place(0, ioc(Side::Bid, MID, 4_000)).unwrap();
    set_usdc(&mut world, 0, -50_000_000);
    assert_eq!(convert(&mut world, EVERYTHING).err(), Some(Error::ConversionNotDue));
    world.exchange.markets[0].funding_rate = 360_000_000;
    world.now.unix += 10;
    assert!(convert(&mut world.clone(), EVERYTHING).unwrap().paid > 50_000_000);
    world.exchange.markets[0].publish_ms -= 60_000;
    assert_eq!(convert(&mut world, EVERYTHING).err(), Some(Error::PriceStale));
}

#[test]
fn unrealised_losses_count_as_debt_and_profits_do_not_pay_one() {
    let mut world = indebted(10_000, 10);
    world.place(1, limit(Side::Ask, MID, 4_000)).unwrap();
    world.place(0, ioc(Side::Bid, MID, 4_000)).unwrap();
    set_usdc(&mut world, 0, 100 * USD);
    assert_eq!(convert(&mut world, EVERYTHING).err(), Some(Error::ConversionNotDue));
    world.exchange.markets[0].last_trade = LotPrice(0);
    world.publish(950_000);
    mark::refresh(&mut world.exchange.markets[0], world.now);
    // $100 less a loss of $200: $100 owed.
    assert_eq!(world.exchange.markets[0].mark_price.0, 950_000);
    let done = convert(&mut world, EVERYTHING).unwrap();
    assert!(done.paid <= 100 * USD as u64 && done.paid > 99_999_000);
    // And a profit does not hide a debt.
    let mut world = indebted(10_000, 10);
    world.place(1, limit(Side::Ask, MID, 4_000)).unwrap();
    world.place(0, ioc(Side::Bid, MID, 4_000)).unwrap();
    set_usdc(&mut world, 0, -60 * USD);
    world.exchange.markets[0].last_trade = LotPrice(0);
    world.publish(1_050_000);
    convert(&mut world, EVERYTHING).unwrap();
}

#[test]
fn a_conversion_always_leaves_more_maintenance_equity_than_it_found() {
    for (usdc, amount) in [(-60, 1), (-540, SOL), (-1_349, EVERYTHING), (-1_600, EVERYTHING), (-900, 12_345)] {
        let mut world = indebted(usdc, 10);
        let equity = |world: &World| margin::maintenance(&world.exchange, &world.slots[0], world.now).unwrap().equity;
        let before = equity(&world);
        convert(&mut world, amount).unwrap();
        assert!(equity(&world) >= before, "${usdc}, {amount}");
    }
}

#[test]
fn a_bankrupt_account_is_converted_whatever_it_owes_and_to_its_last_unit() {
    // $1.49 of SOL counts $1.34; $1.35 owed is too little to be due, yet more than the SOL counts.
    let owing = |usdc| {
        let mut world = indebted(0, 0);
        world.slots[0].collaterals[0] = SOL / 100 - 1;
        set_usdc(&mut world, 0, usdc);
        world
    };
    assert_eq!(convert(&mut owing(-1_340_000), EVERYTHING).err(), Some(Error::ConversionNotDue));
    let mut world = owing(-1_350_000);
    assert_eq!(convert(&mut world, EVERYTHING).unwrap().discount, 50_000);
    assert!(world.slots[0].usdc.0 >= 0, "what it owed is paid: {}", world.slots[0].usdc.0);
    // A token of which one unit is worth $100: it owes $91, and pays that with the whole unit.
    let mut world = indebted(0, 0);
    world.exchange.collaterals[1].price = 100_000_000 * 1_000_000;
    world.slots[0].collaterals[0] = 1;
    set_usdc(&mut world, 0, -91 * USD);
    let done = convert(&mut world, EVERYTHING).unwrap();
    assert_eq!((done.amount, done.paid), (1, 95_000_000));
    assert_eq!((world.slots[0].usdc.0, world.slots[0].collaterals[0]), (4 * USD, 0));
}

#[test]
fn while_a_jump_is_pending_collateral_counts_at_the_milder_price_for_maintenance_and_at_the_worse_for_risk() {
    for (pending, milder, worse) in [(120_000, 150_000, 120_000), (180_000, 180_000, 150_000)] {
        let mut world = indebted(-540, 10);
        world.exchange.collaterals[1].pending_price = pending;
        let slot = &world.slots[0];
        let kept = margin::maintenance(&world.exchange, slot, world.now).unwrap().equity;
        let opens = margin::initial(&world.exchange, slot, world.now).unwrap().equity;
        assert_eq!(kept, -540 * USD + 10 * milder * 900);
        assert_eq!(opens, -540 * USD + 10 * worse * 800);
        let sold = convert(&mut world, SOL).unwrap();
        assert_eq!(sold.paid, (milder as u64 * (1_000_000 - u64::from(sold.discount))).div_ceil(1_000_000) * 1_000);
    }
}

#[test]
fn the_caller_pays_with_what_it_could_withdraw() {
    let mut world = indebted(-540, 10);
    world.add_trader(9, 0, 10_000 * USD);
    set_usdc(&mut world, 1, 100 * USD);
    assert_eq!(convert(&mut world, SOL).err(), Some(Error::ExceedsWithdrawable));
    world.slots[1].locked.0 = 40 * USD;
    (world.slots[1].locked_at, world.slots[1].locked_for) = (world.now.unix as u32, 600);
    let done = convert(&mut world, EVERYTHING).unwrap();
    assert!(done.paid <= 60 * USD as u64 && done.paid > 59_999_000, "all that has vested: {}", done.paid);
    assert_eq!(convert(&mut world, EVERYTHING).err(), Some(Error::ZeroAmount));
}

#[test]
fn a_stale_price_a_pause_and_ones_own_account_convert_nothing() {
    let mut world = indebted(-540, 10);
    let args = ConvertCollateral { slot: 0, generation: 7, collateral: 1, amount: EVERYTHING };
    let refused = |spoil: &dyn Fn(&mut World), args: &ConvertCollateral, who: usize| {
        let mut spoiled = world.clone();
        spoil(&mut spoiled);
        convert_as(&mut spoiled, who, args).err().expect("it is refused")
    };
    let nothing = |_: &mut World| {};
    assert_eq!(refused(&|world| world.now.unix += 61, &args, 1), Error::PriceStale);
    assert_eq!(refused(&|world| world.exchange.collaterals[1].price = 0, &args, 1), Error::NoPrice);
    assert_eq!(refused(&|world| world.exchange.paused = paused::LIQUIDATION, &args, 1), Error::Paused);
    assert_eq!(refused(&|world| world.exchange.resume_at = world.now.unix + 1, &args, 1), Error::MatchingPaused);
    assert_eq!(refused(&nothing, &args, 0), Error::NotAuthorised);
    assert_eq!(refused(&nothing, &ConvertCollateral { generation: 6, ..args }, 1), Error::StaleGeneration);
    assert_eq!(refused(&nothing, &ConvertCollateral { slot: 9, ..args }, 1), Error::StaleGeneration);
    assert_eq!(refused(&nothing, &ConvertCollateral { collateral: 0, ..args }, 1), Error::UnknownCollateral);
    assert_eq!(refused(&nothing, &ConvertCollateral { collateral: 2, ..args }, 1), Error::UnknownCollateral);
    assert_eq!(refused(&nothing, &ConvertCollateral { amount: 0, ..args }, 1), Error::ZeroAmount);
    convert(&mut world, EVERYTHING).unwrap();
}

#[test]
fn new_risk_on_negative_usdc_stops_past_a_tenth_of_the_vault() {
    // The vault holds $10,000 of trader 1 less what trader 0 owes.
    let buy = limit(Side::Bid, 9_990, 100);
    indebted(-900, 100).place(0, buy).unwrap();
    let mut world = indebted(-950, 100);
    assert_eq!(world.place(0, buy).err(), Some(Error::NegativeUsdcLimit));
    world.place(1, buy).unwrap();
    convert(&mut world, SOL).unwrap();
    world.place(0, buy).unwrap();
}

#[test]
fn sol_collateral_never_sold() {
    // A trader backs a loss with SOL, owes USDC, and waits: anyone sells its SOL for it until nothing is owed.
    let mut world = indebted(-1_400, 10);
    let deposits = world.exchange.collaterals[0].total_deposits;
    assert_eq!(margin::withdrawable(&world.exchange, &world.slots[0], 1, world.now), Ok(0));
    for _ in 0..100 {
        if convert(&mut world, SOL / 2).is_err() {
            break;
        }
    }
    assert!(world.slots[0].usdc.0 > -51 * USD);
    assert_eq!(world.exchange.collaterals[0].total_deposits, deposits);
    // Under water by more than the SOL is worth: all of it is sold, and only the rest is a loss to be met.
    let mut world = indebted(-2_000, 10);
    convert(&mut world, EVERYTHING).unwrap();
    assert_eq!((world.slots[0].collaterals[0], world.slots[0].usdc.0), (0, -2_000 * USD + 1_425 * USD));
    assert!(money::still_locked(&world.slots[1], world.now.unix) == 0);
}
