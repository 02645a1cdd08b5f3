//! Stop and take-profit orders, by rule.

mod support;

use quantdesk_engine::delegates;
use quantdesk_engine::error::Error;
use quantdesk_engine::instructions::*;
use quantdesk_engine::state::order_flags::EXPIRES_AT_SLOT;
use quantdesk_engine::state::{NO_MARKET, Order};
use quantdesk_engine::trading;
use quantdesk_engine::triggers::{self, NO_PAIR, trigger_kind};
use quantdesk_engine::units::Pubkey;
use support::*;

const FEE: u64 = 100_000;
const BOT: Pubkey = Pubkey([99; 32]);

/// A stop of the long of trader 0 at $0.98, for any size.
fn stop() -> TriggerTerms {
    TriggerTerms {
        index: 0,
        market: 0,
        kind: trigger_kind::STOP_MARKET,
        side: 1,
        pair: NO_PAIR,
        limit_ticks: 0,
        max_slippage: 10_000,
        trigger_price: 980_000,
        lots: 0,
        executor_fee: FEE,
        client_id: 5,
        expires: 0,
    }
}

fn profit() -> TriggerTerms {
    TriggerTerms { index: 1, kind: trigger_kind::TAKE_PROFIT_MARKET, trigger_price: 1_020_000, ..stop() }
}

/// Trader 0 is long 100 lots at $1 from trader 1; trader 2 looks on.
fn world() -> World {
    let mut world = World::new(3, 64);
    world.place(1, limit(Side::Ask, MID, 100)).unwrap();
    world.place(0, ioc(Side::Bid, MID, 100)).unwrap();
    world
}

fn place(world: &mut World, terms: TriggerTerms) -> Result<u32, Error> {
    let owner = world.traders[0].owner;
    place_as(world, owner, terms)
}

fn place_as(world: &mut World, signer: Pubkey, terms: TriggerTerms) -> Result<u32, Error> {
    let before = world.clone();
    let mut terms = terms;
    let now = world.now;
    let (exchange, slots, trader) = (&mut world.exchange, &mut world.slots, &mut world.traders[0]);
    let result = triggers::place(exchange, slots, trader, &signer, &mut terms, now);
    if result.is_err() {
        *world = before;
    }
    world.check();
    result
}

fn cancel(world: &mut World, index: u8) -> Result<(), Error> {
    let (now, owner) = (world.now, world.traders[0].owner);
    let (exchange, slots, trader) = (&mut world.exchange, &mut world.slots, &mut world.traders[0]);
    let result = triggers::cancel(exchange, slots, trader, &owner, index, now);
    world.check();
    result
}

/// Trader 2 executes.
fn execute(world: &mut World, index: u8) -> Result<Report, Error> {
    let args = ExecuteTrigger { market: 0, index, slot: 2, generation: 7 };
    let signer = world.traders[2].owner;
    world.run_for(0, signer, true, |venue| trading::execute_trigger(venue, &args))
}

fn free(world: &World, index: usize) -> bool {
    world.traders[0].triggers[index].market == NO_MARKET
}

/// The index falls to $0.97 in a step, with a bid of `lots` there.
fn fall(world: &mut World, lots: u32) {
    world.publish(970_000);
    if lots > 0 {
        world.place(1, limit(Side::Bid, 9_690, lots)).unwrap();
    }
}

#[test]
fn a_stop_fires_when_the_mark_falls_to_it_and_pays_who_fired_it() {
    let mut world = world();
    let before = world.slots[0].usdc.0;
    place(&mut world, stop()).unwrap();
    assert_eq!((world.slots[0].usdc.0, world.traders[0].executor_fees), (before - FEE as i64, FEE));
    assert_eq!(execute(&mut world, 0).err(), Some(Error::TriggerNotReached));
    fall(&mut world, 500);
    let report = execute(&mut world, 0).unwrap();
    assert_eq!((report.fills.len(), { report.orders[0].filled }), (1, 100));
    assert_eq!((world.position(0).base.0, world.slots[2].usdc.0), (0, 10_000 * USD + FEE as i64));
    assert!(free(&world, 0) && world.traders[0].executor_fees == 0);
    assert_eq!(execute(&mut world, 0).err(), Some(Error::TriggerNotFound));
}

#[test]
fn each_kind_and_side_fires_on_its_own_side_of_the_price() {
    for (kind, side, price, fires_below) in [
        (trigger_kind::STOP_MARKET, 1, 1_000, true),
        (trigger_kind::STOP_LIMIT, 0, 1_000, false),
        (trigger_kind::TAKE_PROFIT_MARKET, 1, 1_000, false),
        (trigger_kind::TAKE_PROFIT_LIMIT, 0, 1_000, true),
    ] {
        assert_eq!(triggers::reached(kind, side, price, 999), fires_below);
        assert_eq!(triggers::reached(kind, side, price, 1_001), !fires_below);
        assert!(triggers::reached(kind, side, price, 1_000));
    }
}

#[test]
fn a_short_is_stopped_by_a_rise() {
    let mut world = World::new(3, 64);
    world.place(1, limit(Side::Bid, MID, 100)).unwrap();
    world.place(0, ioc(Side::Ask, MID, 100)).unwrap();
    let rising = TriggerTerms { side: 0, trigger_price: 1_020_000, ..stop() };
    assert_eq!(place(&mut world, stop()).err(), Some(Error::ReduceOnlyWouldIncrease));
    assert_eq!(
        place(&mut world, TriggerTerms { trigger_price: 990_000, ..rising }).err(),
        Some(Error::TriggerWouldFire)
    );
    place(&mut world, rising).unwrap();
    world.publish(1_030_000);
    world.place(1, limit(Side::Ask, 10_310, 200)).unwrap();
    execute(&mut world, 0).unwrap();
    assert_eq!(world.position(0).base.0, 0);
}

#[test]
fn of_a_pair_the_one_that_fires_cancels_the_other_and_its_fee_comes_back() {
    let mut world = world();
    let before = world.slots[0].usdc.0;
    place(&mut world, stop()).unwrap();
    place(&mut world, TriggerTerms { pair: 0, ..profit() }).unwrap();
    assert_eq!((world.traders[0].triggers[0].pair, world.traders[0].triggers[1].pair), (1, 0));
    world.publish(1_030_000);
    world.place(1, limit(Side::Bid, 10_290, 100)).unwrap();
    let report = execute(&mut world, 1).unwrap();
    assert!(free(&world, 0) && free(&world, 1) && world.traders[0].executor_fees == 0);
    let (fee, gain) = ({ report.fills[0].taker_fee }, { report.fills[0].taker_pnl });
    assert_eq!(world.slots[0].usdc.0, before - FEE as i64 + gain - fee);
}

#[test]
fn cancelling_one_of_a_pair_leaves_the_other_alone() {
    let mut world = world();
    let before = world.slots[0].usdc.0;
    place(&mut world, stop()).unwrap();
    place(&mut world, TriggerTerms { pair: 0, ..profit() }).unwrap();
    cancel(&mut world, 0).unwrap();
    assert!(free(&world, 0) && world.traders[0].triggers[1].pair == NO_PAIR);
    assert_eq!(cancel(&mut world, 0), Err(Error::TriggerNotFound));
    assert_eq!(cancel(&mut world, 16), Err(Error::TriggerNotFound));
    cancel(&mut world, 1).unwrap();
    assert_eq!(world.slots[0].usdc.0, before);
}

#[test]
fn a_pair_must_be_of_the_same_position_and_free() {
    let mut world = world();
    place(&mut world, stop()).unwrap();
    for pair in [1, 7, 16] {
        assert_eq!(place(&mut world, TriggerTerms { pair, ..profit() }).err(), Some(Error::TriggerNotFound));
    }
    place(&mut world, TriggerTerms { pair: 0, ..profit() }).unwrap();
    let third = TriggerTerms { index: 2, pair: 0, ..profit() };
    assert_eq!(place(&mut world, third).err(), Some(Error::TriggerNotFound));
}

#[test]
fn a_manual_close_orphans_no_trigger_even_if_the_position_is_opened_again() {
    let mut world = world();
    let before = world.slots[0].usdc.0;
    place(&mut world, stop()).unwrap();
    world.place(1, limit(Side::Bid, MID, 100)).unwrap();
    world.place(0, ioc(Side::Ask, MID, 100)).unwrap();
    world.place(1, limit(Side::Ask, MID, 100)).unwrap();
    world.place(0, ioc(Side::Bid, MID, 100)).unwrap();
    let paid = before - FEE as i64 - world.slots[0].usdc.0;
    fall(&mut world, 500);
    let report = execute(&mut world, 0).unwrap();
    assert_eq!({ report.orders[0].code }, Error::ReduceOnlyWouldIncrease as u16);
    assert_eq!((world.position(0).base.0, free(&world, 0)), (100, true));
    // Who buried it earned nothing; the fee came back.
    assert_eq!((world.slots[0].usdc.0, world.slots[2].usdc.0), (before - paid, 10_000 * USD));
}

#[test]
fn a_dead_triggers_entry_is_taken_again_and_a_living_ones_is_not() {
    let mut world = world();
    place(&mut world, stop()).unwrap();
    assert_eq!(place(&mut world, stop()).err(), Some(Error::TriggerTaken));
    let expires = world.now.unix + 5;
    place(&mut world, TriggerTerms { index: 1, expires, ..stop() }).unwrap();
    world.pass(5);
    place(&mut world, TriggerTerms { index: 1, ..stop() }).unwrap();
    assert_eq!(world.traders[0].executor_fees, 2 * FEE);
}

#[test]
fn an_expired_trigger_does_not_fire() {
    let mut world = world();
    let expires = world.now.unix + 5;
    place(&mut world, TriggerTerms { expires, ..stop() }).unwrap();
    world.pass(5);
    fall(&mut world, 500);
    let report = execute(&mut world, 0).unwrap();
    assert_eq!(({ report.orders[0].code }, report.fills.len()), (Error::OrderExpired as u16, 0));
    assert!(free(&world, 0) && world.position(0).base.0 == 100);
}

#[test]
fn what_the_book_cannot_take_stays_armed_and_nothing_is_paid_for_nothing() {
    let mut world = world();
    place(&mut world, stop()).unwrap();
    fall(&mut world, 0);
    assert_eq!(execute(&mut world, 0).err(), Some(Error::MinimumFillNotReached));
    world.place(1, limit(Side::Bid, 9_690, 40)).unwrap();
    execute(&mut world, 0).unwrap();
    assert_eq!((world.position(0).base.0, free(&world, 0)), (60, false));
    assert_eq!((world.slots[2].usdc.0, world.traders[0].executor_fees), (10_000 * USD + FEE as i64, 0));
    world.place(1, limit(Side::Bid, 9_690, 100)).unwrap();
    execute(&mut world, 0).unwrap();
    assert_eq!((world.position(0).base.0, free(&world, 0)), (0, true));
}

#[test]
fn a_trigger_of_part_closes_that_part() {
    let mut world = world();
    place(&mut world, TriggerTerms { lots: 30, ..stop() }).unwrap();
    fall(&mut world, 15);
    execute(&mut world, 0).unwrap();
    assert_eq!({ world.traders[0].triggers[0].lots }, 15);
    world.place(1, limit(Side::Bid, 9_690, 100)).unwrap();
    execute(&mut world, 0).unwrap();
    assert_eq!((world.position(0).base.0, free(&world, 0)), (70, true));
}

#[test]
fn a_rest_too_small_for_an_order_does_not_stay_armed() {
    let mut world = world();
    place(&mut world, TriggerTerms { lots: 30, ..stop() }).unwrap();
    fall(&mut world, 25);
    execute(&mut world, 0).unwrap();
    assert_eq!((world.position(0).base.0, free(&world, 0)), (75, true));
}

#[test]
fn a_market_stop_never_sells_beyond_its_slippage() {
    let mut world = world();
    place(&mut world, TriggerTerms { max_slippage: 1_000, ..stop() }).unwrap();
    fall(&mut world, 0);
    let mark = world.exchange.markets[0].mark_price.0;
    world.place(1, limit(Side::Bid, (mark / 100 - 20) as u32, 100)).unwrap();
    assert_eq!(execute(&mut world, 0).err(), Some(Error::MinimumFillNotReached));
}

#[test]
fn the_worst_price_of_a_market_trigger_is_rounded_towards_the_mark() {
    // 1 % of 979,990 is 9,799.9, of 1,020,010 it is 10,200.1; a tick is 100 atoms, then one.
    for (tick_size, sale, purchase) in [(100, 9_702, 10_302), (1, 970_191, 1_030_210)] {
        let mut long = world();
        place(&mut long, stop()).unwrap();
        let mut short = world();
        (short.slots[0].positions[0].base.0, short.slots[1].positions[0].base.0) = (-100, 100);
        (short.slots[0].positions[0].quote.0, short.slots[1].positions[0].quote.0) = (100_000_000, -100_000_000);
        place(&mut short, TriggerTerms { side: 0, trigger_price: 1_020_000, ..stop() }).unwrap();
        for (mut world, mark, ticks) in [(long, 979_990, sale), (short, 1_020_010, purchase)] {
            world.exchange.markets[0].tick_size = tick_size;
            // Dead orders keep it from trading; its result names its price.
            clutter(&mut world, ticks);
            world.exchange.markets[0].mark_price.0 = mark;
            let report = execute(&mut world, 0).unwrap();
            assert_eq!({ report.orders[0].ticks }, ticks);
        }
    }
}

/// Forty expired orders of a side where the trigger would trade, as many as end a match.
fn clutter(world: &mut World, ticks: u32) {
    let side = if world.position(0).base.0 > 0 { Side::Bid } else { Side::Ask };
    for _ in 0..40 {
        let (position, order) = (&mut world.slots[2].positions[0], Order::zeroed());
        position.market = 0;
        let (room, count, orders, lots) = match side {
            Side::Bid => {
                (&mut world.bids, &mut world.header.bid_count, &mut position.bid_orders, &mut position.bid_lots)
            }
            Side::Ask => {
                (&mut world.asks, &mut world.header.ask_count, &mut position.ask_orders, &mut position.ask_lots)
            }
        };
        let bit = if matches!(side, Side::Ask) { 1 << 63 } else { 0 };
        let seq = (100 - u64::from(*count)) | bit;
        room[*count as usize] = Order { ticks, seq, lots: 20, slot: 2, expiry: 1, flags: EXPIRES_AT_SLOT, ..order };
        *count += 1;
        *orders += 1;
        *lots += 20;
    }
    world.slots[2].market_bitmap = 1;
    let market = &mut world.exchange.markets[0];
    match side {
        Side::Bid => (market.best_bid_ticks, market.best_bid_lots) = (ticks, 20),
        Side::Ask => (market.best_ask_ticks, market.best_ask_lots) = (ticks, 20),
    }
}

#[test]
fn a_trigger_that_only_cleared_dead_orders_away_pays_nothing_and_stays() {
    let mut world = world();
    place(&mut world, stop()).unwrap();
    clutter(&mut world, 9_750);
    world.exchange.markets[0].mark_price.0 = 980_000;
    let before = world.slots[2].usdc.0;
    let report = execute(&mut world, 0).unwrap();
    assert_eq!((report.removed.len(), { report.orders[0].code }), (32, Error::MatchLimitReached as u16));
    assert_eq!((world.slots[2].usdc.0, free(&world, 0)), (before, false));
}

#[test]
fn a_limit_trigger_beyond_the_trade_band_trades_at_its_edge() {
    let mut long = world();
    let limit_at = |ticks| TriggerTerms { kind: trigger_kind::STOP_LIMIT, limit_ticks: ticks, ..stop() };
    place(&mut long, limit_at(9_000)).unwrap();
    long.exchange.markets[0].mark_price.0 = 980_000;
    assert_eq!({ execute(&mut long, 0).unwrap().orders[0].ticks }, 9_500);
    let mut short = world();
    short.place(1, limit(Side::Bid, 9_990, 200)).unwrap();
    short.place(0, ioc(Side::Ask, 9_990, 200)).unwrap();
    place(&mut short, TriggerTerms { side: 0, trigger_price: 1_020_000, ..limit_at(11_000) }).unwrap();
    short.exchange.markets[0].mark_price.0 = 1_020_000;
    assert_eq!({ execute(&mut short, 0).unwrap().orders[0].ticks }, 10_500);
}

#[test]
fn a_rest_stays_armed_when_it_is_an_orders_minimum_or_all_that_is_left() {
    // The mark is exactly $1: ten lots are the minimum.
    for (lots, taken, armed) in [(30, 20, true), (30, 21, false), (0, 95, true), (100, 95, true)] {
        let mut world = world();
        place(&mut world, TriggerTerms { lots, trigger_price: 999_999, ..stop() }).unwrap();
        world.place(1, limit(Side::Bid, 9_990, taken)).unwrap();
        world.exchange.markets[0].mark_price.0 = 999_999;
        world.exchange.markets[0].min_order_notional = 10 * 999_999;
        world.exchange.markets[0].last_trade.0 = 0;
        world.publish(999_999);
        execute(&mut world, 0).unwrap();
        assert_eq!(free(&world, 0), !armed, "{taken} of {lots}");
    }
}

#[test]
fn a_stop_limit_rests_reduce_only_at_its_price() {
    let mut world = world();
    place(&mut world, TriggerTerms { kind: trigger_kind::STOP_LIMIT, limit_ticks: 9_750, ..stop() }).unwrap();
    fall(&mut world, 500);
    let report = execute(&mut world, 0).unwrap();
    assert_eq!(({ report.orders[0].resting }, report.orders[0].flags), (100, 1));
    assert_eq!(world.side(Side::Ask), [(9_750, 100, 0)]);
    assert!(free(&world, 0));
}

#[test]
fn a_trigger_that_makes_no_sense_is_refused_by_name() {
    let mut world = world();
    for (wrong, error) in [
        (TriggerTerms { kind: 4, ..stop() }, Error::ParameterOutOfBounds),
        (TriggerTerms { side: 2, ..stop() }, Error::ParameterOutOfBounds),
        (TriggerTerms { index: 16, ..stop() }, Error::ParameterOutOfBounds),
        (TriggerTerms { max_slippage: 1_000_000, ..stop() }, Error::ParameterOutOfBounds),
        (TriggerTerms { executor_fee: 1_000_001, ..stop() }, Error::ParameterOutOfBounds),
        (TriggerTerms { market: 1, ..stop() }, Error::UnknownMarket),
        (TriggerTerms { market: 255, ..stop() }, Error::UnknownMarket),
        (TriggerTerms { trigger_price: 0, ..stop() }, Error::ZeroPrice),
        (TriggerTerms { kind: trigger_kind::STOP_LIMIT, ..stop() }, Error::ZeroPrice),
        (TriggerTerms { expires: 1, ..stop() }, Error::OrderExpired),
        (TriggerTerms { lots: 9, ..stop() }, Error::BelowMinimumNotional),
        (TriggerTerms { side: 0, ..stop() }, Error::ReduceOnlyWouldIncrease),
        (TriggerTerms { trigger_price: 1_010_000, ..stop() }, Error::TriggerWouldFire),
    ] {
        assert_eq!(place(&mut world, wrong).err(), Some(error));
    }
}

#[test]
fn attack_locked_profit_leaves_as_an_executors_fee() {
    let mut world = world();
    world.slots[0].locked = quantdesk_engine::units::QuoteAtoms(world.slots[0].usdc.0 - 50_000);
    (world.slots[0].locked_at, world.slots[0].locked_for) = (world.now.unix as u32, 600);
    assert_eq!(place(&mut world, stop()).err(), Some(Error::ExceedsWithdrawable));
}

#[test]
fn attack_a_fee_pushes_its_account_into_liquidation() {
    let mut world = World::new(3, 64);
    let poor = world.add_trader(9, 0, 6 * USD);
    world.place(1, limit(Side::Ask, MID, 100)).unwrap();
    world.place(poor, ioc(Side::Bid, MID, 100)).unwrap();
    world.publish(965_500);
    world.traders.swap(0, poor);
    let terms = TriggerTerms { trigger_price: 950_000, executor_fee: 1_000_000, ..stop() };
    assert_eq!(place(&mut world, terms).err(), Some(Error::InsufficientMargin));
}

#[test]
fn attack_the_fee_goes_to_a_slot_that_is_not_there_any_more() {
    let mut world = world();
    place(&mut world, stop()).unwrap();
    fall(&mut world, 500);
    for (slot, generation) in [(2, 6), (99, 7)] {
        let args = ExecuteTrigger { market: 0, index: 0, slot, generation };
        let signer = world.traders[2].owner;
        let result = world.run_for(0, signer, true, |venue| trading::execute_trigger(venue, &args));
        assert_eq!(result.err(), Some(Error::StaleGeneration));
    }
}

#[test]
fn attack_a_delegate_exceeds_its_limits_by_a_trigger() {
    let mut world = world();
    let terms = DelegateTerms {
        delegate: BOT,
        expires: 0,
        market_bitmap: 1,
        max_order: 110 * USD as u64,
        max_position: 0,
        daily_limit: 150 * USD as u64,
        flags: 1,
    };
    let now = world.now;
    delegates::set(&mut world.traders[0], &terms, now).unwrap();
    let order = TriggerTerms { lots: 60, ..profit() };
    place_as(&mut world, BOT, order).unwrap();
    // 60 lots at the trigger's $1.02.
    assert_eq!({ world.traders[0].delegates[0].daily_used }, 61_200_000);
    assert_eq!(place_as(&mut world, BOT, stop()).err(), Some(Error::DelegateLimit));
    delegates::set(&mut world.traders[0], &DelegateTerms { daily_limit: 0, ..terms }, now).unwrap();
    place_as(&mut world, BOT, stop()).unwrap();
    // The whole position was put down as what it is now: it cannot grow under the delegate's order.
    assert_eq!({ world.traders[0].triggers[0].lots }, 100);
    delegates::set(&mut world.traders[0], &DelegateTerms { market_bitmap: 2, ..terms }, now).unwrap();
    assert_eq!(place_as(&mut world, BOT, TriggerTerms { index: 3, ..order }).err(), Some(Error::DelegateLimit));
    assert_eq!(place_as(&mut world, Pubkey([98; 32]), order).err(), Some(Error::NotAuthorised));
}
