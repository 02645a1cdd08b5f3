//! Prices from Pyth accounts: what they say, what is refused, and what an anchor allows.

mod support;

use quantdesk_engine::error::Error;
use quantdesk_engine::events::{PriceRecord, price_flags};
use quantdesk_engine::instructions::{PriceUpdate, Side};
use quantdesk_engine::now::Now;
use quantdesk_engine::prices::{self, source};
use quantdesk_engine::pyth::{self, PythPrice};
use quantdesk_engine::state::Collateral;
use quantdesk_engine::units::Pubkey;
use support::*;

const FEED: [u8; 32] = [9; 32];
const FULL: u8 = 1;

/// A SOL/USD account of mainnet (marginfi-v2, `tests/fixtures/sol_pyth_price_feed.json`).
const SOL: &str = "22f123639d7ef4cd60314704340deddf371fd42472148f248e9d1a6d1a5eb2ac3acd8b7fd5d6b24301ef0d8b6fda2ceb\
    a41da15d4095d1da392a0d2f8ed0c6c7bc0f4cfac8c280b56d6da78f0505000000453a330100000000f8ffffffd70379\
    6700000000d703796700000000844a6a080500000093591301000000003caa95120000000000";

fn bytes_of(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

/// The data of a price account: dollars x 10^8 with exponent -8.
fn account(price: i64, confidence: u64, publish_time: i64) -> Vec<u8> {
    with_exponent(price, confidence, -8, publish_time)
}

fn with_exponent(price: i64, confidence: u64, exponent: i32, publish_time: i64) -> Vec<u8> {
    let mut data = bytes_of(&SOL[..16]);
    data.extend([7; 32]);
    data.push(FULL);
    data.extend(FEED);
    data.extend(price.to_le_bytes());
    data.extend(confidence.to_le_bytes());
    data.extend(exponent.to_le_bytes());
    data.extend(publish_time.to_le_bytes());
    data.resize(134, 0);
    data
}

/// A market of 100 lots per unit at $100, priced by `source` with feed 9; 2 SOL at no price yet.
fn world(source: u8) -> World {
    let mut world = World::new(2, 16);
    let market = &mut world.exchange.markets[0];
    (market.source, market.feed_id) = (source, FEED);
    world.exchange.collateral_count = 2;
    world.exchange.collaterals[1] = Collateral {
        mint: Pubkey([3; 32]),
        feed_id: FEED,
        decimals: 9,
        kind: 1,
        status: 1,
        max_age_s: 60,
        initial_weight: 800_000,
        maintenance_weight: 900_000,
        jump_band: 20_000,
        ..Collateral::zeroed()
    };
    world
}

fn update(world: &mut World, data: &[u8]) -> Result<PriceRecord, Error> {
    pyth::update_market(&mut world.exchange, 0, data, world.now)
}

/// With an account published now.
fn update_now(world: &mut World, data: impl FnOnce(i64) -> Vec<u8>) -> Result<PriceRecord, Error> {
    let data = data(world.now.unix);
    update(world, &data)
}

fn refused(world: &mut World, data: &[u8]) -> Error {
    let before = format!("{:?}", world.exchange.markets[0]);
    let error = update(world, data).err().expect("it is refused");
    assert_eq!(before, format!("{:?}", world.exchange.markets[0]));
    error
}

const DOLLARS: i64 = 100_000_000;

#[test]
fn an_account_of_mainnet_reads_as_its_publisher_meant() {
    let feed: [u8; 32] = bytes_of(SOL)[41..73].try_into().unwrap();
    let price = PythPrice::read(&bytes_of(SOL), &feed).unwrap();
    assert_eq!((price.price, price.confidence, price.exponent), (21_568_137_069, 20_134_469, -8));
    assert_eq!(price.publish_time, 1_735_984_087);
    assert_eq!(PythPrice::read(&bytes_of(SOL), &FEED).err(), Some(Error::WrongFeed));
}

#[test]
fn a_price_becomes_quote_atoms_per_lot_rounded_down_and_its_confidence_up() {
    let mut world = world(source::PYTH);
    world.now.unix += 1;
    // $101.23456789 a unit of 100 lots: 1,012,345.6789 quote atoms a lot; confidence of $0.01234567: 123.4567.
    let record = update_now(&mut world, |now| account(10_123_456_789, 1_234_567, now)).unwrap();
    assert_eq!((record.index, record.confidence, record.flags), (1_012_345, 124, price_flags::ACCEPTED));
    assert_eq!(record.publish_ms, world.now.unix * 1_000);
}

#[test]
fn every_exponent_gives_the_same_price() {
    for (price, exponent) in [(102, 0), (1_020, -1), (10_200_000_000, -8), (102_000_000_000_000, -12)] {
        let mut world = world(source::PYTH);
        world.now.unix += 1;
        let record = update_now(&mut world, |now| with_exponent(price, 0, exponent, now)).unwrap();
        assert_eq!(record.index, 1_020_000, "{price}e{exponent}");
    }
}

#[test]
fn wrong_kind_feed_level_time_price_and_confidence_are_refused_by_name() {
    let mut world = world(source::PYTH);
    world.now.unix += 100;
    let now = world.now.unix;
    let valid = account(100 * DOLLARS, 0, now);
    let spoiled = |at: usize, byte: u8| {
        let mut data = valid.clone();
        data[at] = byte;
        data
    };
    let rows = [
        (spoiled(0, 0), Error::WrongAccountKind),
        (valid[..60].to_vec(), Error::WrongAccountKind),
        (Vec::new(), Error::WrongAccountKind),
        (spoiled(40, 0), Error::PriceNotVerified),
        (spoiled(50, 0), Error::WrongFeed),
        (account(0, 0, now), Error::PriceNotPositive),
        (account(-100 * DOLLARS, 0, now), Error::PriceNotPositive),
        (account(99, 0, now), Error::PriceNotPositive),
        (account(100 * DOLLARS, 0, now + 4), Error::PriceInFuture),
        (account(100 * DOLLARS, 0, i64::MAX), Error::PriceInFuture),
        (account(100 * DOLLARS, 0, now - 61), Error::PriceTooOld),
        (account(100 * DOLLARS, 0, i64::MIN / 1_000), Error::PriceTooOld),
        (account(100 * DOLLARS, DOLLARS as u64 + 100_000, now), Error::ConfidenceTooWide),
        (account(1_000_001 * DOLLARS, 0, now), Error::ParameterOutOfBounds),
        (with_exponent(1, 0, -30, now), Error::ParameterOutOfBounds),
        (with_exponent(1, 0, i32::MAX, now), Error::ParameterOutOfBounds),
        (with_exponent(i64::MAX, 0, 8, now), Error::ArithmeticOverflow),
    ];
    for (data, error) in rows {
        assert_eq!(refused(&mut world, &data), error);
    }
    assert_eq!(update(&mut world, &valid).unwrap().flags, price_flags::ACCEPTED);
    assert_eq!(refused(&mut world, &valid), Error::PriceNotNewer);
    assert_eq!(refused(&mut world, &account(100 * DOLLARS, 0, now - 1)), Error::PriceNotNewer);
    assert_eq!(pyth::update_market(&mut world.exchange, 1, &valid, world.now).err(), Some(Error::UnknownMarket));
}

#[test]
fn a_signed_market_takes_no_pyth_price_and_a_pyth_market_no_signed_one() {
    let mut signed = world(source::SIGNED);
    signed.now.unix += 1;
    let data = account(100 * DOLLARS, 0, signed.now.unix);
    assert_eq!(refused(&mut signed, &data), Error::PriceSourceMismatch);
    let mut pyth = world(source::PYTH);
    let signed = PriceUpdate { market: 0, price: PRICE, confidence: 0, publish_ms: pyth.now.unix * 1_000 + 1 };
    let posted = prices::update(&mut pyth.exchange.markets[0], &signed, pyth.now);
    assert_eq!(posted, Err(Error::PriceSourceMismatch));
}

#[test]
fn a_jump_of_pyth_pends_and_the_minute_band_does_not_hold_it() {
    let mut world = world(source::PYTH);
    for (second, flags) in [(1, price_flags::PENDING), (2, price_flags::ACCEPTED)] {
        world.now.unix += 1;
        world.now.slot += 2;
        let record = update_now(&mut world, |now| account(150 * DOLLARS, 0, now)).unwrap();
        assert_eq!(record.flags, flags, "second {second}");
    }
    assert_eq!(world.exchange.markets[0].index_price.0, 1_500_000);
}

/// A signed price, published and posted now.
fn sign(world: &mut World, price: u64) -> u8 {
    let update = PriceUpdate { market: 0, price, confidence: 0, publish_ms: world.now.unix * 1_000 };
    prices::update(&mut world.exchange.markets[0], &update, world.now).unwrap()
}

fn anchored_at(dollars: i64, confidence: u64) -> World {
    let mut world = world(source::ANCHORED);
    world.exchange.markets[0].jump_band = 500_000;
    world.now.unix += 1;
    let record = update_now(&mut world, |now| account(dollars * DOLLARS, confidence, now)).unwrap();
    assert_eq!((record.flags, record.index), (price_flags::ANCHOR, PRICE));
    world
}

#[test]
fn a_signed_price_within_two_percent_and_confidence_of_its_anchor_opens_risk() {
    // $100 with a confidence of $0.50: 2.5 % either way.
    let mut world = anchored_at(100, DOLLARS as u64 / 2);
    let buy = limit(Side::Bid, 9_900, 100);
    for (price, opens) in [(1_025_000, true), (1_025_001, false), (975_000, true), (974_999, false)] {
        world.now.unix += 1;
        sign(&mut world, price);
        let placed = world.place(0, buy).map(|_| ());
        assert_eq!(placed, if opens { Ok(()) } else { Err(Error::PriceNotAnchored) }, "{price}");
        world.cancel_all(0).unwrap();
    }
}

#[test]
fn off_its_anchor_or_with_an_old_one_a_market_only_reduces() {
    let mut world = anchored_at(100, 0);
    sign(&mut world, PRICE);
    world.place(1, limit(Side::Ask, MID, 1_000)).unwrap();
    world.place(0, ioc(Side::Bid, MID, 100)).unwrap();
    world.exchange.markets[0].anchor_ms -= 61_000;
    assert_eq!(world.place(1, limit(Side::Bid, 9_990, 100)).err(), Some(Error::PriceNotAnchored));
    assert_eq!(world.place(0, limit(Side::Ask, 10_010, 50)).err(), Some(Error::PriceNotAnchored));
    world
        .place(0, quantdesk_engine::instructions::PlaceOrder { reduce_only: true, ..limit(Side::Ask, 10_010, 50) })
        .unwrap();
    // A Pyth price of this second opens the market again.
    update_now(&mut world, |now| account(100 * DOLLARS, 0, now)).unwrap();
    world.place(1, limit(Side::Bid, 9_990, 100)).unwrap();
}

#[test]
fn what_may_be_withdrawn_counts_a_market_off_its_anchor_as_stale() {
    let mut world = anchored_at(100, 0);
    sign(&mut world, PRICE);
    world.place(1, limit(Side::Ask, MID, 1_000)).unwrap();
    world.place(0, ioc(Side::Bid, MID, 1_000)).unwrap();
    let withdrawable =
        |world: &World| quantdesk_engine::margin::withdrawable(&world.exchange, &world.slots[0], 0, world.now).unwrap();
    let before = withdrawable(&world);
    world.exchange.markets[0].anchor_ms -= 61_000;
    // 1,000 lots at $1, worsened by twice the maintenance of 2.5 %.
    assert_eq!(before - withdrawable(&world), 50 * USD as u64);
}

#[test]
fn a_stolen_signing_key_of_an_anchored_market_moves_it_at_most_its_band_a_minute() {
    let mut world = anchored_at(100, 0);
    world.exchange.markets[0].jump_band = 1_000_000;
    sign(&mut world, PRICE);
    world.now.unix += 1;
    assert_eq!(sign(&mut world, 1_900_000), price_flags::ACCEPTED | price_flags::LIMITED);
    assert_eq!(world.exchange.markets[0].index_price.0, 1_100_000);
    // Where Pyth is, no band holds it back.
    world.now.unix += 1;
    update_now(&mut world, |now| account(140 * DOLLARS, 0, now)).unwrap();
    assert_eq!(sign(&mut world, 1_400_000), price_flags::ACCEPTED);
    assert_eq!(world.exchange.markets[0].index_price.0, 1_400_000);
}

#[test]
fn a_collateral_is_priced_per_million_smallest_units() {
    let mut world = world(source::SIGNED);
    let now = world.now.unix;
    let update = |world: &mut World, data: &[u8]| pyth::update_collateral(&mut world.exchange, 1, data, world.now);
    // $215.68137069: 0.001 SOL is 215,681.37069 quote atoms; the confidence of $0.20134469 is 201.34469.
    update(&mut world, &account(21_568_137_069, 20_134_469, now)).unwrap();
    let known = &world.exchange.collaterals[1];
    assert_eq!((known.price, known.confidence, known.publish_ms), (215_681, 202, now * 1_000));
    assert_eq!(known.posted_slot, world.now.slot);
    assert_eq!(update(&mut world, &account(21_568_137_069, 0, now)), Err(Error::PriceNotNewer));
    world.now.unix += 200;
    let now = world.now.unix;
    assert_eq!(update(&mut world, &account(200 * DOLLARS, 0, now - 61)), Err(Error::PriceTooOld));
    assert_eq!(update(&mut world, &account(200 * DOLLARS, 0, now + 4)), Err(Error::PriceInFuture));
    assert_eq!(
        update(&mut world, &account(200 * DOLLARS, 2 * DOLLARS as u64 + 100_000, now)),
        Err(Error::ConfidenceTooWide)
    );
    let usdc = pyth::update_collateral(&mut world.exchange, 0, &account(DOLLARS, 0, now), world.now);
    assert_eq!(usdc, Err(Error::PriceSourceMismatch));
    let unknown = pyth::update_collateral(&mut world.exchange, 2, &account(DOLLARS, 0, now), world.now);
    assert_eq!(unknown, Err(Error::UnknownCollateral));
}

#[test]
fn a_collaterals_jump_waits_for_a_confirmation_as_a_markets_does() {
    let mut world = world(source::SIGNED);
    let from = world.now;
    let mut post = |dollars: i64, seconds: i64| {
        world.now = Now { slot: from.slot + seconds as u64, unix: from.unix + seconds };
        let data = account(dollars * DOLLARS, 0, world.now.unix);
        let flags = pyth::update_collateral(&mut world.exchange, 1, &data, world.now).unwrap();
        let known = &world.exchange.collaterals[1];
        (flags, known.price / 1_000, known.pending_price / 1_000, known.pending_count)
    };
    assert_eq!(post(200, 0), (price_flags::ACCEPTED, 200, 0, 0), "the first");
    assert_eq!(post(204, 1), (price_flags::ACCEPTED, 204, 0, 0), "within 2 %");
    assert_eq!(post(300, 2), (price_flags::PENDING, 204, 300, 1), "a spike");
    assert_eq!(post(205, 3), (price_flags::ACCEPTED, 205, 0, 0), "that returns");
    assert_eq!(post(300, 4), (price_flags::PENDING, 205, 300, 1));
    assert_eq!(post(301, 5), (price_flags::ACCEPTED, 301, 0, 0), "one that is confirmed a second later");
    assert_eq!(post(330, 6), (price_flags::PENDING, 301, 330, 1));
    assert_eq!(post(370, 7), (price_flags::PENDING, 301, 370, 2), "off again");
    assert_eq!(post(410, 8), (price_flags::ACCEPTED, 410, 0, 0), "the third in a row");
}
