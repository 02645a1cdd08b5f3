//! Funding through the hours, from what the book says to what positions owe.

mod support;

use proptest::prelude::*;
use quantdesk_engine::funding;
use quantdesk_engine::mark;
use quantdesk_engine::now::Now;
use quantdesk_engine::state::{Market, Position};
use quantdesk_engine::units::{FundingIndex, LotPrice};
use support::*;

const HOUR: i64 = 3_600;

/// At $1 a lot, with interest 0, at the beginning of an hour; the book's premium is 0.
fn market() -> Box<Market> {
    let world = World::new(1, 4);
    let mut market = Box::new(world.exchange.markets[0]);
    market.interest = 0;
    market
}

/// The book has a premium in 1e-6 of the index, up to the mark band.
fn premium(market: &mut Market, premium: i64) {
    let price = LotPrice((PRICE as i64 + premium) as u64);
    (market.impact_bid, market.impact_ask) = (price, price);
}

fn at(market: &mut Market, unix: i64) {
    mark::integrate(market, Now { slot: 1_000, unix });
}

#[test]
fn funding_begins_to_gather_at_the_first_price() {
    let mut market = market();
    funding::begin(&mut market, 77 * HOUR + 1_234);
    assert_eq!((market.funding_hour, market.funding_at), (77, 77 * HOUR + 1_234));
}

#[test]
fn what_held_across_the_turn_of_an_hour_counts_in_both() {
    let mut market = market();
    let start = market.sampled_at;
    at(&mut market, start + 2_700);
    premium(&mut market, 8_000);
    at(&mut market, start + HOUR + 600);
    // A quarter of the first hour at 0.8 %: a mean of 0.2 %, less the pull of 0.05 %.
    assert_eq!(market.funding_rate, 1_500 * PRICE as i64 / 8);
    assert_eq!((market.premium_sum, market.premium_seconds), (8_000 * 600, 600));
    assert_eq!((market.funding_hour, market.funding_at), (1_001, start + HOUR + 600));
    assert_eq!(market.funding_index.0, market.funding_rate / 6, "ten minutes of the hour");
}

#[test]
fn the_next_rate_is_what_the_next_hour_pays() {
    let mut market = market();
    let start = market.sampled_at;
    premium(&mut market, -3_000);
    at(&mut market, start + HOUR - 1);
    let next = funding::next_rate(&market);
    assert_eq!(next, -2_500 * PRICE as i64 / 8);
    at(&mut market, start + HOUR);
    assert_eq!(market.funding_rate, next);
}

#[test]
fn owed_is_exact_at_the_edges_of_its_short_way() {
    let owed = |base: i64, moved: i64| {
        let mut position = Position::zeroed();
        position.base.0 = base;
        funding::owed(&position, FundingIndex(moved)).unwrap().0
    };
    for (bits, rise) in [(23, 40), (24, 40), (23, 41), (24, 41)] {
        let (base, moved) = ((1i64 << bits) - 1, (1i64 << rise) - 1);
        let exact = i128::from(base) * i128::from(moved);
        assert_eq!(i128::from(owed(base, moved)), (exact + 999_999) / 1_000_000, "{bits} and {rise} bits");
        assert_eq!(i128::from(owed(-base, moved)), -(exact / 1_000_000), "{bits} and {rise} bits");
    }
}

proptest! {
    #[test]
    fn however_often_a_market_is_touched_the_hour_pays_one_rate(
        steps in prop::collection::vec((1i64..2_000, -12_000i64..12_000), 1..20),
    ) {
        let (mut often, start) = (market(), market().sampled_at);
        let mut seldom = often.clone();
        let mut now = start;
        for (seconds, said) in &steps {
            premium(&mut often, *said);
            premium(&mut seldom, *said);
            for third in 1..=3 {
                at(&mut often, now + seconds * third / 3);
            }
            now += seconds;
            at(&mut seldom, now);
        }
        // The same seconds at the same premiums. An hour nobody touched has no samples, so both see every hour.
        prop_assert_eq!((often.funding_rate, often.premium_sum), (seldom.funding_rate, seldom.premium_sum));
        prop_assert_eq!((often.funding_index, often.hour_index), (seldom.funding_index, seldom.hour_index));
        let most = i64::from(often.funding_cap) * PRICE as i64;
        prop_assert!(often.funding_rate.abs() <= most);
    }

    #[test]
    fn over_any_hours_all_positions_together_owe_nothing_or_leave_dust_with_the_exchange(
        sizes in prop::collection::vec(1i64..100_000, 1..6), moves in prop::collection::vec(-2_000_000_000i64..2_000_000_000, 1..8),
    ) {
        let mut market = market();
        let mut long = Position::zeroed();
        long.base.0 = sizes.iter().sum();
        let mut shorts: Vec<Position> = sizes.iter().map(|size| {
            let mut short = Position::zeroed();
            short.base.0 = -size;
            short
        }).collect();
        let mut paid = 0;
        for moved in &moves {
            market.funding_index.0 += moved;
            paid += funding::settle(&mut market, &mut long).unwrap().0;
            for short in &mut shorts {
                paid += funding::settle(&mut market, short).unwrap().0;
            }
            prop_assert_eq!(market.funding_pool, paid);
        }
        // Each settlement leaves less than an atom.
        prop_assert!(paid >= 0 && paid < (moves.len() * (shorts.len() + 1)) as i64);
    }
}
