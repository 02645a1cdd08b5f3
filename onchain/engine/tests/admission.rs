//! What an instruction needs before it may change anything: its market, its book, its price, nobody's pause.

mod support;

use quantdesk_engine::error::Error;
use quantdesk_engine::instructions::*;
use quantdesk_engine::state::{Collateral, market_status, paused};
use quantdesk_engine::trading;
use quantdesk_engine::units::LotPrice;
use support::*;

/// Trader 0 is long 100 lots from trader 1, who bids for 50 of them.
fn long() -> World {
    let mut world = World::new(3, 16);
    world.place(1, limit(Side::Ask, MID, 100)).unwrap();
    world.place(0, ioc(Side::Bid, MID, 100)).unwrap();
    world.place(1, limit(Side::Bid, 9_990, 50)).unwrap();
    world
}

fn reduce(lots: u32) -> PlaceOrder {
    PlaceOrder { reduce_only: true, ..ioc(Side::Ask, 9_990, lots) }
}

fn post(ticks: u32) -> PlaceOrder {
    PlaceOrder { kind: OrderKind::PostOnly, ..limit(Side::Bid, ticks, 20) }
}

fn place_many(world: &mut World, who: usize, nonce: u64, quotes: &[Quote]) -> Result<Report, Error> {
    let quotes = encoded(quotes);
    let args = PlaceMany { nonce, valid_until_slot: 2_000, ..batch(&quotes) };
    world.run(who, |venue| trading::place_many(venue, &args))
}

#[test]
fn an_instruction_reaches_a_market_that_exists_through_its_own_book() {
    let mut world = World::new(1, 16);
    world.header.market = 1;
    assert_eq!(world.cancel_all(0).err(), Some(Error::WrongMarket));
    world.header.market = 0;
    world.exchange.market_count = 0;
    assert_eq!(world.cancel_all(0).err(), Some(Error::UnknownMarket));
}

#[test]
fn no_pause_keeps_anyone_from_cancelling() {
    let mut world = World::new(1, 16);
    world.exchange.paused = paused::TRADING | paused::WITHDRAWALS | paused::ADMISSION | paused::LIQUIDATION;
    world.cancel_all(0).expect("cancels stay");
}

#[test]
fn paused_trading_takes_no_new_risk_and_lets_positions_be_reduced() {
    let mut world = long();
    world.exchange.paused = paused::TRADING;
    assert_eq!(world.place(0, post(9_980)).err(), Some(Error::Paused));
    world.place(0, reduce(20)).unwrap();
    assert_eq!(world.position(0).base.0, 80);
}

#[test]
fn a_reduce_only_market_lets_positions_be_reduced() {
    let mut world = long();
    world.exchange.markets[0].status = market_status::REDUCE_ONLY;
    assert_eq!(world.place(0, ioc(Side::Ask, 9_990, 20)).err(), Some(Error::MarketNotActive));
    world.place(0, reduce(20)).unwrap();
    assert_eq!(world.position(0).base.0, 80);
    for status in [market_status::INITIALISING, market_status::SETTLING, market_status::SETTLED] {
        world.exchange.markets[0].status = status;
        assert_eq!(world.place(0, reduce(20)).err(), Some(Error::MarketNotActive));
    }
}

#[test]
fn after_an_hour_of_post_only_positions_can_be_reduced_again() {
    let mut world = long();
    let market = &mut world.exchange.markets[0];
    (market.status, market.notice_at) = (market_status::POST_ONLY, world.now.unix);
    world.pass(3_599);
    assert_eq!(world.place(0, reduce(20)).err(), Some(Error::MarketNotActive));
    world.pass(1);
    assert_eq!(world.place(0, ioc(Side::Ask, 9_990, 20)).err(), Some(Error::MarketNotActive));
    world.place(0, reduce(20)).unwrap();
    assert_eq!(world.position(0).base.0, 80);
}

#[test]
fn without_a_price_no_order_is_taken_and_cancels_are() {
    let mut world = World::new(1, 16);
    world.place(0, post(9_990)).unwrap();
    world.exchange.markets[0].index_price = LotPrice(0);
    assert_eq!(world.place(0, post(9_980)).err(), Some(Error::NoPrice));
    world.cancel_all(0).unwrap();
    assert_eq!(world.side(Side::Bid), []);
}

#[test]
fn a_price_opens_risk_to_its_age_limit_and_reduces_it_for_longer() {
    for (age, opens, reduces) in [
        (10, None, None),
        (11, Some(Error::PriceStale), None),
        (60, Some(Error::PriceStale), None),
        (61, Some(Error::PriceStale), Some(Error::PriceStale)),
    ] {
        let mut world = long();
        world.now.unix += age;
        assert_eq!(world.place(0, post(9_980)).err(), opens, "after {age} seconds");
        assert_eq!(world.place(0, reduce(20)).err(), reduces, "after {age} seconds");
    }
}

#[test]
fn a_price_opens_risk_to_its_confidence_limit_and_reduces_it_at_a_wider_one() {
    let uncertain = Some(Error::PriceUncertain);
    for (confidence, opens, reduces) in
        [(2_500, None, None), (2_501, uncertain, None), (10_000, uncertain, None), (10_001, uncertain, uncertain)]
    {
        let mut world = long();
        world.exchange.markets[0].confidence = confidence;
        assert_eq!(world.place(0, post(9_980)).err(), opens, "at {confidence}");
        assert_eq!(world.place(0, reduce(20)).err(), reduces, "at {confidence}");
    }
}

#[test]
fn matching_resumes_at_the_second_that_market_and_exchange_name() {
    for of_market in [true, false] {
        let mut world = World::new(1, 16);
        let at = world.now.unix + 1;
        if of_market {
            world.exchange.markets[0].resume_at = at;
        } else {
            world.exchange.resume_at = at;
        }
        assert_eq!(world.place(0, limit(Side::Bid, 9_990, 20)).err(), Some(Error::MatchingPaused));
        world.place(0, post(9_980)).unwrap();
        world.pass(1);
        world.place(0, limit(Side::Bid, 9_990, 20)).unwrap();
    }
}

#[test]
fn an_instruction_is_valid_in_the_slot_it_names_and_not_after() {
    let mut world = World::new(1, 16);
    world.place(0, PlaceOrder { valid_until_slot: 1_000, ..post(9_990) }).unwrap();
    world.now.slot = 1_001;
    let late = PlaceOrder { valid_until_slot: 1_000, ..post(9_980) };
    assert_eq!(world.place(0, late).err(), Some(Error::InstructionExpired));
}

#[test]
fn an_order_that_expires_now_is_refused_and_a_moment_later_it_rests() {
    let mut world = World::new(1, 16);
    let slot = |expiry| PlaceOrder { expiry_kind: ExpiryKind::Slot, expiry, ..post(9_990) };
    let time = |expiry| PlaceOrder { expiry_kind: ExpiryKind::Time, expiry, ..post(9_990) };
    assert_eq!(world.place(0, slot(1_000)).err(), Some(Error::OrderExpired));
    assert_eq!(world.place(0, time(3_600_000)).err(), Some(Error::OrderExpired));
    world.place(0, slot(1_001)).unwrap();
    world.place(0, time(3_600_001)).unwrap();
    let taker = world.add_trader(9, 0, 1_000 * USD);
    world.now.slot = 1_001;
    let removed = world.place(taker, limit(Side::Ask, 9_990, 20)).unwrap().removed;
    assert_eq!(removed.len(), 1, "in the slot that it names an order is over");
}

#[test]
fn a_dead_man_switch_holds_through_its_slot() {
    let mut world = World::new(2, 16);
    world.place(0, limit(Side::Ask, MID, 20)).unwrap();
    world.slots[0].cancel_after_slot = 1_005;
    world.now.slot = 1_005;
    assert_eq!(world.place(1, ioc(Side::Bid, MID, 10)).unwrap().fills.len(), 1);
    world.now.slot = 1_006;
    assert_eq!(world.place(1, ioc(Side::Bid, MID, 10)).err(), Some(Error::MinimumFillNotReached));
}

#[test]
fn a_batch_of_orders_rests_what_it_can_and_one_check_of_margin_holds_for_all() {
    let mut world = World::new(2, 64);
    let quotes = [quote(Side::Bid, 9_990, 20), quote(Side::Ask, 10_010, 30), quote(Side::Bid, 9_980, 9)];
    let report = place_many(&mut world, 0, 1, &quotes).unwrap();
    let codes: Vec<(u8, u16)> = report.orders.iter().map(|order| (order.index, order.code)).collect();
    assert_eq!(codes, [(0, 0), (1, 0), (2, Error::BelowMinimumNotional as u16)]);
    assert_eq!((world.side(Side::Bid), world.side(Side::Ask)), (vec![(9_990, 20, 0)], vec![(10_010, 30, 0)]));
    assert_eq!(place_many(&mut world, 0, 1, &quotes).err(), Some(Error::NonceUsed));
    // $10,000 carry 200,000 lots at 5 %; both quotes are on one side.
    let large = [quote(Side::Bid, 9_970, 110_000), quote(Side::Bid, 9_960, 110_000)];
    assert_eq!(place_many(&mut world, 0, 2, &large).err(), Some(Error::InsufficientMargin));
    place_many(&mut world, 0, 2, &large[..1]).unwrap();
    world.now.slot = 2_001;
    assert_eq!(place_many(&mut world, 0, 3, &quotes).err(), Some(Error::InstructionExpired));
    let many: Vec<Quote> = (0..17).map(|number| quote(Side::Bid, 9_900 - number, 20)).collect();
    world.now.slot = 1_000;
    assert_eq!(place_many(&mut world, 0, 4, &many).err(), Some(Error::TooManyQuotes));
}

#[test]
fn what_concerns_a_batch_as_a_whole_reverts_it() {
    let mut world = World::new(1, 64);
    world.now.unix += 11;
    assert_eq!(place_many(&mut world, 0, 1, &[quote(Side::Bid, 9_990, 20)]).err(), Some(Error::PriceStale));
    assert_eq!(world.slots[0].nonce, 0);
}

#[test]
fn a_batch_whose_quotes_name_no_side_is_malformed() {
    let mut world = World::new(1, 64);
    let mut quotes = encoded(&[quote(Side::Bid, 9_990, 20)]);
    quotes[0] = 2;
    let refused = world.run(0, |venue| trading::place_many(venue, &batch(&quotes)));
    assert_eq!(refused.err(), Some(Error::MalformedArguments));
}

#[test]
fn at_most_sixteen_orders_are_pruned_at_once() {
    let mut world = World::new(1, 64);
    let ids = vec![OrderId { ticks: 1, seq: 1 }; 17];
    assert_eq!(world.prune(0, &ids).err(), Some(Error::TooManyQuotes));
    assert_eq!(world.prune(0, &ids[..16]).unwrap().orders.len(), 16);
}

#[test]
fn a_sliding_order_goes_behind_the_best_ask_and_above_the_best_bid() {
    let mut world = World::new(2, 16);
    let slide = |side, ticks| PlaceOrder { kind: OrderKind::PostOnlySlide, ..limit(side, ticks, 2_000) };
    world.place(1, limit(Side::Bid, MID, 20)).unwrap();
    assert_eq!({ world.place(0, slide(Side::Ask, MID)).unwrap().orders[0].ticks }, MID + 1);
    let mut cheap = World::new(2, 16);
    cheap.publish(100);
    cheap.exchange.markets[0].min_order_notional = 100_000;
    cheap.place(1, limit(Side::Ask, 1, 2_000)).unwrap();
    let nowhere = cheap.place(0, slide(Side::Bid, 1));
    assert_eq!(nowhere.err(), Some(Error::PostOnlyWouldCross), "under one tick there is no price");
}

#[test]
fn cancelling_by_client_id_finds_either_side_and_zero_names_nothing() {
    let mut world = World::new(2, 16);
    world.place(0, PlaceOrder { client_id: 5, ..limit(Side::Ask, 10_010, 20) }).unwrap();
    world.place(0, limit(Side::Bid, 9_990, 20)).unwrap();
    world.place(1, limit(Side::Bid, 9_991, 20)).unwrap();
    let mut cancel = |who: usize, client_id: u64| {
        let args = CancelByClientId { market: 0, client_id };
        world.run(who, |venue| trading::cancel_by_client_id(venue, &args)).map(|report| report.removed[0].ticks)
    };
    for (who, client_id) in [(0, 0), (0, 6), (1, 5)] {
        assert_eq!(cancel(who, client_id).err(), Some(Error::OrderNotFound));
    }
    assert_eq!(cancel(0, 5), Ok(10_010));
}

#[test]
fn cancelling_all_of_one_side_leaves_the_other() {
    for (side, bids, asks) in [(CancelSide::Bids, 0, 2), (CancelSide::Asks, 2, 0), (CancelSide::Both, 0, 0)] {
        let mut world = World::new(2, 16);
        for away in [10, 20] {
            world.place(0, limit(Side::Bid, MID - away, 20)).unwrap();
            world.place(0, limit(Side::Ask, MID + away, 20)).unwrap();
        }
        world.place(1, limit(Side::Bid, MID - 15, 20)).unwrap();
        world.run(0, |venue| trading::cancel_all(venue, &CancelAll { market: 0, side })).unwrap();
        let position = world.position(0);
        assert_eq!((position.bid_orders, position.ask_orders), (bids, asks));
        assert_eq!(world.position(1).bid_orders, 1, "another's order stays");
    }
}

#[test]
fn an_order_that_its_owners_total_could_not_count_is_refused() {
    let mut world = World::new(1, 16);
    (world.exchange.markets[0].max_position, world.exchange.markets[0].oi_cap) = (1 << 40, 1 << 40);
    world.publish(100);
    world.set_equity(0, 1_000_000 * USD);
    let half = limit(Side::Bid, 1, 1 << 31);
    world.place(0, half).unwrap();
    assert_eq!(world.place(0, half).err(), Some(Error::ArithmeticOverflow));
    world.place(0, PlaceOrder { lots: (1 << 31) - 1, ..half }).unwrap();
    assert_eq!(world.position(0).bid_lots, u32::MAX);
}

#[test]
fn the_trade_band_is_rounded_inwards() {
    let mut world = World::new(1, 16);
    world.exchange.markets[0].tick_size = 1;
    // 5 % of 1,000,010 are 50,000.5: the band is from 950,010 to 1,050,010.
    world.publish(1_000_010);
    for (side, edge, beyond) in [(Side::Bid, 1_050_010, 1_050_011), (Side::Ask, 950_010, 950_009)] {
        assert_eq!(world.place(0, limit(side, beyond, 20)).err(), Some(Error::PriceOutsideBand));
        world.place(0, limit(side, edge, 20)).unwrap();
        world.cancel_all(0).unwrap();
    }
    world.exchange.markets[0].tick_size = 100;
    assert_eq!(world.place(0, limit(Side::Ask, 9_500, 20)).err(), Some(Error::PriceOutsideBand));
    world.place(0, limit(Side::Ask, 9_501, 20)).unwrap();
}

#[test]
fn only_what_closes_a_position_whole_may_be_under_the_minimum() {
    // A position of five lots, worth half of the minimum, on a side whose quarter asks for no more.
    let mut world = World::new(3, 16);
    world.place(1, limit(Side::Ask, MID, 25)).unwrap();
    world.place(0, ioc(Side::Bid, MID, 25)).unwrap();
    world.place(1, limit(Side::Bid, MID, 20)).unwrap();
    world.place(0, PlaceOrder { reduce_only: true, ..ioc(Side::Ask, MID, 20) }).unwrap();
    assert_eq!(world.position(0).base.0, 5);
    let reduce = |lots| PlaceOrder { reduce_only: true, ..limit(Side::Ask, 10_010, lots) };
    for order in [limit(Side::Ask, 10_010, 5), limit(Side::Bid, 9_990, 5), reduce(4)] {
        assert_eq!(world.place(0, order).err(), Some(Error::BelowMinimumNotional));
    }
    assert_eq!({ world.place(0, reduce(5)).unwrap().orders[0].resting }, 5);
    // Fourteen more asks: now $320 are needed to rest, but to close.
    world.cancel_all(0).unwrap();
    for number in 0..14 {
        world.place(1, limit(Side::Ask, 10_020, 320 + number)).unwrap();
    }
    assert_eq!(world.place(0, limit(Side::Ask, 10_010, 319)).err(), Some(Error::BelowRestingMinimum));
    world.place(0, reduce(5)).unwrap();
    assert_eq!(world.position(0).ask_orders, 1);
    world.cancel_all(0).unwrap();
    world.place(2, limit(Side::Bid, MID, 300)).unwrap();
    world.place(1, ioc(Side::Ask, MID, 300)).unwrap();
    let part = PlaceOrder { reduce_only: true, ..limit(Side::Ask, 10_010, 299) };
    assert_eq!(world.place(2, part).err(), Some(Error::BelowRestingMinimum));
    world.place(2, PlaceOrder { lots: 300, ..part }).unwrap();
}

#[test]
fn quarters_of_occupancy_begin_at_a_quarter_of_the_capacity() {
    for (resting, least) in [(1, 10), (2, 20), (3, 20), (4, 80), (5, 80), (6, 320), (7, 320)] {
        let mut world = World::new(2, 8);
        for _ in 0..resting {
            world.place(1, limit(Side::Ask, MID, 400)).unwrap();
        }
        assert!(world.place(0, limit(Side::Ask, MID, least - 1)).is_err(), "{resting} rest");
        world.place(0, limit(Side::Ask, MID, least)).unwrap();
    }
}

#[test]
fn client_ids_are_unique_on_both_sides_however_deep_their_orders_rest() {
    let mut world = World::new(1, 16);
    for (number, side) in [(1, Side::Bid), (2, Side::Bid), (3, Side::Ask), (4, Side::Ask)] {
        let ticks = if number < 3 { 9_980 + number } else { 10_020 - number };
        world.place(0, PlaceOrder { client_id: u64::from(number), ..limit(side, ticks, 20) }).unwrap();
    }
    for client_id in 1..5 {
        let again = PlaceOrder { client_id, ..limit(Side::Bid, 9_970, 20) };
        assert_eq!(world.place(0, again).err(), Some(Error::DuplicateClientId), "{client_id}");
    }
    for client_id in 1..5 {
        let args = CancelByClientId { market: 0, client_id };
        assert_eq!(world.run(0, |venue| trading::cancel_by_client_id(venue, &args)).unwrap().removed.len(), 1);
    }
}

#[test]
fn over_its_cap_open_interest_may_change_hands_and_not_grow() {
    let mut world = long();
    world.exchange.markets[0].oi_cap = 50;
    world.place(2, limit(Side::Bid, 9_995, 20)).unwrap();
    world.place(0, reduce(20)).expect("the long passes on");
    assert_eq!(world.exchange.markets[0].open_long, 100);
    world.place(1, limit(Side::Ask, MID, 20)).unwrap();
    assert_eq!(world.place(2, ioc(Side::Bid, MID, 20)).err(), Some(Error::OpenInterestCapReached));
}

#[test]
fn what_adds_no_exposure_needs_no_margin() {
    let mut world = long();
    world.set_equity(0, USD);
    assert_eq!(world.place(0, limit(Side::Bid, 9_990, 20)).err(), Some(Error::InsufficientMargin));
    world.place(0, limit(Side::Ask, 10_100, 200)).expect("at most 100 lots short instead of long");
    assert_eq!(world.place(0, limit(Side::Ask, 10_100, 20)).err(), Some(Error::InsufficientMargin));
}

#[test]
fn the_largest_position_may_be_reached() {
    let mut world = World::new(1, 16);
    world.exchange.markets[0].max_position = 100;
    assert_eq!(world.place(0, limit(Side::Bid, 9_990, 101)).err(), Some(Error::PositionTooLarge));
    world.place(0, limit(Side::Bid, 9_990, 100)).unwrap();
    assert_eq!(world.place(0, limit(Side::Bid, 9_980, 20)).err(), Some(Error::PositionTooLarge));
    world.place(0, limit(Side::Ask, 10_010, 100)).unwrap();
}

#[test]
fn initial_margin_and_the_surcharge_on_what_is_new_are_met_to_the_atom() {
    // Open interest is at its cap: 10 % more on the 100 lots that are new, 5 % on all 1,100.
    for (equity, refused) in [(65_000_000, None), (64_999_999, Some(Error::InsufficientMargin))] {
        let mut world = World::new(2, 16);
        world.place(1, limit(Side::Ask, MID, 1_000)).unwrap();
        world.place(0, ioc(Side::Bid, MID, 1_000)).unwrap();
        world.exchange.markets[0].oi_cap = 1_000;
        world.set_equity(0, equity);
        assert_eq!(world.place(0, limit(Side::Bid, 9_990, 100)).err(), refused);
    }
}

#[test]
fn debts_past_a_tenth_of_the_vault_stop_new_risk_of_who_owes() {
    // Trader 0 holds collateral, so that its margin allows it.
    for (owed, refused) in [(1_000, None), (1_001, Some(Error::NegativeUsdcLimit))] {
        let mut world = World::new(3, 16);
        world.exchange.collateral_count = 2;
        world.exchange.collaterals[1] =
            Collateral { price: 1_000_000, initial_weight: 900_000, ..Collateral::zeroed() };
        world.exchange.collaterals[1].publish_ms = world.now.unix * 1_000;
        world.slots[0].collaterals[0] = 10_000_000_000;
        for (who, usdc) in [(0, -owed * USD), (1, 10_000 * USD + owed * USD), (2, 0)] {
            let deposits = &mut world.exchange.collaterals[0].total_deposits;
            *deposits = deposits.wrapping_add_signed(usdc - world.slots[who].usdc.0);
            world.slots[who].usdc.0 = usdc;
        }
        world.exchange.negative_usdc = owed as u64 * USD as u64;
        assert_eq!(world.exchange.collaterals[0].total_deposits, 10_000 * USD as u64);
        assert_eq!(world.place(0, limit(Side::Bid, 9_990, 20)).err(), refused);
        world.slots[2].collaterals[0] = 10_000_000_000;
        world.place(2, limit(Side::Bid, 9_990, 20)).expect("who owes nothing");
    }
}

#[test]
fn a_refused_ask_is_told_by_its_number() {
    let mut world = World::new(1, 16);
    let report = place_many(&mut world, 0, 1, &[quote(Side::Ask, MID, 0), quote(Side::Bid, MID, 0)]).unwrap();
    assert_eq!(({ report.orders[0].seq }, { report.orders[1].seq }), (1 << 63, 0));
}

#[test]
fn sixteen_quotes_and_sixteen_cancels_fit_and_their_event_does_whatever_they_trade() {
    let mut world = World::new(1, 256);
    for maker in 0..70 {
        let who = world.add_trader(100 + maker, 0, 100 * USD);
        world.place(who, limit(Side::Ask, MID, 320)).unwrap();
    }
    let missing = vec![OrderId { ticks: 1, seq: 9 }; 16];
    let mut quotes = vec![Quote { kind: OrderKind::Limit, ..quote(Side::Bid, MID, 70 * 320) }];
    quotes.extend((1..16).map(|number| quote(Side::Bid, 9_900 - number, 20)));
    let report = world.replace(0, &missing, &quotes).unwrap();
    assert_eq!(report.orders.len(), 32);
    assert!(report.fills.len() > 40 && report.fills.len() < 64, "{} fills", report.fills.len());
    assert_eq!({ report.orders[16].code }, Error::MatchLimitReached as u16);
    assert_eq!(world.replace(0, &vec![missing[0]; 17], &[]).err(), Some(Error::TooManyQuotes));
}

#[test]
fn in_a_batch_an_order_that_its_owners_total_could_not_count_rests_nowhere() {
    let mut world = World::new(1, 16);
    (world.exchange.markets[0].max_position, world.exchange.markets[0].oi_cap) = (1 << 40, 1 << 40);
    world.publish(100);
    world.set_equity(0, 1_000_000 * USD);
    let halves = [quote(Side::Bid, 1, 1 << 31), quote(Side::Bid, 1, 1 << 31)];
    let report = place_many(&mut world, 0, 1, &halves).unwrap();
    assert_eq!((report.orders[0].code, { report.orders[1].code }), (0, Error::ArithmeticOverflow as u16));
    assert_eq!(world.side(Side::Bid).len(), 1);
}
