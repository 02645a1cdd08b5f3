//! Delegates: what a key may do for an owner, and every way past its limits.

mod support;

use quantdesk_engine::delegates::{self, delegate_flags};
use quantdesk_engine::error::Error;
use quantdesk_engine::instructions::*;
use quantdesk_engine::trading;
use quantdesk_engine::units::Pubkey;
use quantdesk_engine::upkeep;
use support::*;

const BOT: Pubkey = Pubkey([99; 32]);
const DAY: i64 = 86_400;

fn terms() -> DelegateTerms {
    DelegateTerms {
        delegate: BOT,
        expires: 0,
        market_bitmap: 1,
        max_order: 100 * USD as u64,
        max_position: 150 * USD as u64,
        daily_limit: 400 * USD as u64,
        flags: 0,
    }
}

/// Trader 0 with the delegate `BOT`, and trader 1.
fn world(terms: DelegateTerms) -> World {
    let mut world = World::new(2, 64);
    let now = world.now;
    delegates::set(&mut world.traders[0], &terms, now).unwrap();
    world
}

fn place(world: &mut World, order: PlaceOrder) -> Result<Report, Error> {
    world.run_signed(0, BOT, |venue| trading::place_order(venue, &order))
}

fn modify(world: &mut World, id: (u32, u64), ticks: u32, lots: u32) -> Result<Report, Error> {
    let (new_ticks, new_lots) = (ticks, lots);
    let args = ModifyOrder { market: 0, ticks: id.0, seq: id.1, new_ticks, new_lots, nonce: 0, valid_until_slot: 0 };
    world.run_signed(0, BOT, |venue| trading::modify_order(venue, &args))
}

fn replace(world: &mut World, quotes: &[Quote]) -> Result<Report, Error> {
    let quotes = encoded(quotes);
    world.run_signed(0, BOT, |venue| trading::replace_many(venue, &replacement(&[], &quotes)))
}

#[test]
fn a_stranger_is_refused_and_so_is_nobody() {
    let mut world = world(terms());
    for stranger in [Pubkey([98; 32]), Pubkey::default(), world.traders[1].owner] {
        let order = limit(Side::Bid, 9_990, 50);
        let result = world.run_signed(0, stranger, |venue| trading::place_order(venue, &order));
        assert_eq!(result.err(), Some(Error::NotAuthorised));
    }
}

#[test]
fn a_delegate_of_one_trader_is_nobody_to_another() {
    let mut world = world(terms());
    let order = limit(Side::Bid, 9_990, 50);
    let result = world.run_signed(1, BOT, |venue| trading::place_order(venue, &order));
    assert_eq!(result.err(), Some(Error::NotAuthorised));
}

#[test]
fn attack_a_delegate_exceeds_its_largest_order_by_any_path() {
    let mut world = world(DelegateTerms { max_position: 0, daily_limit: 0, ..terms() });
    assert_eq!(place(&mut world, limit(Side::Bid, 9_990, 101)).err(), Some(Error::DelegateLimit));
    let seq = place(&mut world, limit(Side::Bid, 9_990, 100)).unwrap().orders[0].seq;
    assert_eq!(modify(&mut world, (9_990, seq), 9_990, 101).err(), Some(Error::DelegateLimit));
    assert_eq!(replace(&mut world, &[quote(Side::Bid, 9_980, 101)]).err(), Some(Error::DelegateLimit));
    assert_eq!(world.side(Side::Bid), [(9_990, 100, 0)]);
    world.run(0, |venue| trading::cancel_all(venue, &CancelAll { market: 0, side: CancelSide::Both })).unwrap();
    world.place(0, limit(Side::Bid, 9_990, 1_000)).unwrap();
}

#[test]
fn attack_a_sale_at_a_low_limit_counts_at_the_mark() {
    let mut world = world(terms());
    world.place(1, limit(Side::Bid, MID, 500)).unwrap();
    // 101 lots at 9,600 ticks are $96.96; they sell at $1.00 each.
    assert_eq!(place(&mut world, ioc(Side::Ask, 9_600, 101)).err(), Some(Error::DelegateLimit));
    place(&mut world, ioc(Side::Ask, 9_600, 100)).unwrap();
    assert_eq!({ world.traders[0].delegates[0].daily_used }, 100 * USD as u64);
}

#[test]
fn attack_a_delegate_exceeds_its_largest_position_in_pieces() {
    let mut world = world(terms());
    place(&mut world, limit(Side::Bid, 9_990, 90)).unwrap();
    assert_eq!(place(&mut world, limit(Side::Bid, 9_990, 61)).err(), Some(Error::DelegateLimit));
    place(&mut world, limit(Side::Bid, 9_990, 60)).unwrap();
    assert_eq!(replace(&mut world, &[quote(Side::Bid, 9_980, 20)]).err(), Some(Error::DelegateLimit));
    // What shrinks it is always possible.
    world.place(1, ioc(Side::Ask, 9_990, 150)).unwrap();
    world.place(1, limit(Side::Bid, MID, 100)).unwrap();
    place(&mut world, ioc(Side::Ask, MID, 100)).unwrap();
}

#[test]
fn attack_a_delegate_exceeds_its_day_by_cancelling_and_placing_again() {
    let mut world = world(DelegateTerms { max_position: 0, ..terms() });
    for _ in 0..4 {
        let seq = place(&mut world, limit(Side::Ask, MID, 100)).unwrap().orders[0].seq;
        world
            .run_signed(0, BOT, |venue| trading::cancel_order(venue, &CancelOrder { market: 0, ticks: MID, seq }))
            .unwrap();
    }
    assert_eq!(place(&mut world, limit(Side::Ask, MID, 10)).err(), Some(Error::DelegateLimit));
    world.pass(DAY - world.now.unix % DAY - 1);
    assert_eq!(place(&mut world, limit(Side::Ask, MID, 10)).err(), Some(Error::DelegateLimit));
    world.pass(1);
    let seq = place(&mut world, limit(Side::Ask, MID, 100)).unwrap().orders[0].seq;
    // A smaller size is free, a moved order counts again.
    modify(&mut world, (MID, seq), MID, 50).unwrap();
    assert_eq!({ world.traders[0].delegates[0].daily_used }, 100 * USD as u64);
    modify(&mut world, (MID, seq), 10_100, 50).unwrap();
    assert_eq!({ world.traders[0].delegates[0].daily_used }, 150_500_000);
}

#[test]
fn setting_a_delegate_again_does_not_reset_its_day() {
    let mut world = world(terms());
    place(&mut world, limit(Side::Bid, 9_990, 100)).unwrap();
    let now = world.now;
    delegates::set(&mut world.traders[0], &DelegateTerms { daily_limit: 150 * USD as u64, ..terms() }, now).unwrap();
    assert_eq!(place(&mut world, limit(Side::Bid, 9_990, 51)).err(), Some(Error::DelegateLimit));
}

#[test]
fn only_what_traded_or_rests_counts_against_the_day() {
    let mut world = world(terms());
    world.place(1, limit(Side::Ask, MID, 30)).unwrap();
    place(&mut world, ioc(Side::Bid, MID, 90)).unwrap();
    assert_eq!({ world.traders[0].delegates[0].daily_used }, 30 * USD as u64);
}

#[test]
fn an_order_of_a_batch_that_did_nothing_counts_against_no_limit() {
    let mut world = world(terms());
    world.place(1, limit(Side::Ask, MID, 30)).unwrap();
    let report = replace(&mut world, &[quote(Side::Bid, MID, 101), quote(Side::Bid, 9_990, 20)]).unwrap();
    let codes: Vec<u16> = report.orders.iter().map(|order| order.code).collect();
    assert_eq!(codes, [Error::PostOnlyWouldCross as u16, 0]);
    assert_eq!({ world.traders[0].delegates[0].daily_used }, 20 * USD as u64, "at the mark");
}

#[test]
fn attack_a_reduce_only_delegate_opens_or_turns_a_position() {
    let mut world = world(DelegateTerms { flags: delegate_flags::REDUCE_ONLY, ..terms() });
    world.place(1, limit(Side::Ask, MID, 50)).unwrap();
    world.place(0, ioc(Side::Bid, MID, 50)).unwrap();
    assert_eq!(place(&mut world, limit(Side::Bid, 9_990, 50)).err(), Some(Error::DelegateLimit));
    assert_eq!(place(&mut world, ioc(Side::Ask, 9_990, 50)).err(), Some(Error::MinimumFillNotReached));
    world.place(1, limit(Side::Bid, 9_990, 500)).unwrap();
    assert_eq!(place(&mut world, ioc(Side::Ask, 9_990, 50)).err(), Some(Error::DelegateLimit));
    let turn = PlaceOrder { reduce_only: true, ..ioc(Side::Ask, 9_990, 80) };
    place(&mut world, turn).unwrap();
    assert_eq!(world.position(0).base.0, 0);
}

#[test]
fn attack_a_delegate_trades_a_market_that_is_not_its_own() {
    let mut world = world(terms());
    let seq = place(&mut world, limit(Side::Bid, 9_990, 50)).unwrap().orders[0].seq;
    let now = world.now;
    delegates::set(&mut world.traders[0], &DelegateTerms { market_bitmap: 2, ..terms() }, now).unwrap();
    assert_eq!(place(&mut world, limit(Side::Bid, 9_990, 50)).err(), Some(Error::DelegateLimit));
    assert_eq!(modify(&mut world, (9_990, seq), 9_980, 50).err(), Some(Error::DelegateLimit));
    // Cancels are always allowed.
    modify(&mut world, (9_990, seq), 9_990, 20).unwrap();
    world
        .run_signed(0, BOT, |venue| trading::cancel_order(venue, &CancelOrder { market: 0, ticks: 9_990, seq }))
        .unwrap();
}

#[test]
fn attack_an_expired_or_revoked_delegate_goes_on() {
    let mut world = world(DelegateTerms { expires: 3_600_010, ..terms() });
    place(&mut world, limit(Side::Bid, 9_990, 20)).unwrap();
    world.pass(10);
    assert_eq!(place(&mut world, limit(Side::Bid, 9_990, 20)).err(), Some(Error::DelegateExpired));
    let cancel = CancelAll { market: 0, side: CancelSide::Both };
    let late = world.run_signed(0, BOT, |venue| trading::cancel_all(venue, &cancel));
    assert_eq!(late.err(), Some(Error::DelegateExpired));
    let now = world.now;
    delegates::set(&mut world.traders[0], &DelegateTerms { expires: 1, ..terms() }, now).unwrap();
    assert_eq!(place(&mut world, limit(Side::Bid, 9_990, 20)).err(), Some(Error::NotAuthorised));
    assert_eq!(world.traders[0].delegates[0].key, Pubkey::default());
}

#[test]
fn attack_a_delegate_liquidates_on_its_owners_account() {
    let mut world = world(terms());
    let args = Liquidate { market: 0, slot: 1, generation: 7 };
    let result = world.run_signed(0, BOT, |venue| trading::liquidate(venue, &args));
    assert_eq!(result.err(), Some(Error::NotAuthorised));
}

#[test]
fn attack_a_delegate_moves_money_it_may_not() {
    let mut world = world(terms());
    world.add_trader(1, 1, 0);
    let now = world.now;
    let transfer = |world: &mut World, signer: Pubkey, to: usize| {
        let (mut from, mut target) = (world.traders[0], world.traders[to]);
        upkeep::transfer(&mut world.exchange, &mut world.slots, (&mut from, &mut target), &signer, (0, 5), now)
    };
    assert_eq!(transfer(&mut world, BOT, 2), Err(Error::DelegateLimit));
    let flags = delegate_flags::TRANSFER;
    delegates::set(&mut world.traders[0], &DelegateTerms { flags, ..terms() }, now).unwrap();
    assert_eq!(transfer(&mut world, BOT, 2), Ok(5));
    assert_eq!(transfer(&mut world, BOT, 1), Err(Error::NotAuthorised));
    assert_eq!(transfer(&mut world, Pubkey([98; 32]), 2), Err(Error::NotAuthorised));
    world.check();
}

#[test]
fn four_delegates_at_most_and_never_the_owner_nobody_or_an_unknown_right() {
    let mut world = World::new(1, 16);
    let (now, trader) = (world.now, &mut world.traders[0]);
    for key in 1..=5 {
        let result = delegates::set(trader, &DelegateTerms { delegate: Pubkey([100 + key; 32]), ..terms() }, now);
        assert_eq!(result.err(), (key == 5).then_some(Error::TableFull));
    }
    for wrong in [
        DelegateTerms { delegate: trader.owner, ..terms() },
        DelegateTerms { delegate: Pubkey::default(), ..terms() },
        DelegateTerms { flags: 4, ..terms() },
    ] {
        assert_eq!(delegates::set(trader, &wrong, now), Err(Error::ParameterOutOfBounds));
    }
    delegates::set(trader, &DelegateTerms { delegate: Pubkey([103; 32]), expires: 1, ..terms() }, now).unwrap();
    delegates::set(trader, &terms(), now).unwrap();
    assert_eq!(trader.delegates[2].key, BOT);
}
