//! What the book says of the mark and of funding, at the edges of when it has a say.

mod support;

use quantdesk_engine::mark;
use quantdesk_engine::now::Now;
use quantdesk_engine::state::Market;
use quantdesk_engine::units::LotPrice;
use support::*;

/// EMA in quote atoms per lot and mean premium (1e-6) after these impact prices held for `seconds` from 0; the index
/// is $1 and the mark band 12,500 atoms.
fn after(seconds: i64, bid: u64, ask: u64) -> (i64, i64) {
    let mut market = World::new(1, 4).exchange.markets[0];
    (market.impact_bid, market.impact_ask) = (LotPrice(bid), LotPrice(ask));
    let unix = market.sampled_at + seconds;
    mark::integrate(&mut market, Now { slot: 1_000, unix });
    (market.premium_ema / 1_000_000, market.premium_sum / market.premium_seconds.max(1))
}

fn marked(spoil: impl FnOnce(&mut Market)) -> u64 {
    let mut market = World::new(1, 4).exchange.markets[0];
    spoil(&mut market);
    mark::refresh(&mut market, Now { slot: 1_000, unix: 3_600_000 });
    market.mark_price.0
}

#[test]
fn a_spread_of_twice_the_band_still_has_an_opinion_and_one_side_has_none() {
    assert_eq!(after(150, 990_000, 1_015_000), (1_250, 0));
    assert_eq!(after(150, 990_000, 1_015_001), (0, 0));
    assert_eq!((after(150, 1_005_000, 0), after(150, 0, 1_005_000)), ((0, 0), (0, 0)));
}

#[test]
fn the_average_sees_the_middle_within_the_band_and_funding_the_side_beyond_the_index() {
    assert_eq!(after(150, 1_020_000, 1_021_000), (6_250, 20_000));
    assert_eq!(after(150, 979_000, 980_000), (-6_250, -20_000));
    assert_eq!(after(150, 1_004_000, 1_006_000), (2_500, 4_000));
    assert_eq!(after(150, 994_000, 996_000), (-2_500, -4_000));
    assert_eq!(after(150, 996_000, 1_010_000), (1_500, 0), "the index lies between them");
}

#[test]
fn a_step_of_the_average_is_an_hour_at_most() {
    // 2,500 x 3,599 / 3,749, then an hour's share however long it was.
    assert_eq!(after(3_599, 1_002_000, 1_003_000).0, 2_399);
    for seconds in [3_600, 100_000] {
        assert_eq!(after(seconds, 1_002_000, 1_003_000).0, 2_400);
    }
}

#[test]
fn without_an_index_the_mark_stays_and_nothing_is_gathered() {
    let old = |market: &mut Market| (market.index_price, market.mark_price) = (LotPrice(0), LotPrice(77));
    assert_eq!(marked(old), 77);
    let mut market = World::new(1, 4).exchange.markets[0];
    market.index_price = LotPrice(0);
    let sampled = market.sampled_at;
    mark::integrate(&mut market, Now { slot: 1_000, unix: sampled + 100 });
    assert_eq!((market.sampled_at, market.premium_seconds), (sampled, 0));
}

#[test]
fn a_missing_side_and_an_old_trade_count_as_the_index() {
    let average = |market: &mut Market| market.premium_ema = 5_000 * 1_000_000;
    // Bid, ask and trade: two of them above the index are needed to move the mark.
    for (bid, ask, trade, mark) in [
        (10_040, 10_060, 0, 1_004_000),
        (10_040, 0, 0, PRICE),
        (0, 10_060, 0, PRICE),
        (10_040, 0, 1_003_000, 1_003_000),
        (0, 10_060, 1_003_000, 1_003_000),
        (10_060, 10_070, 0, 1_005_000),
        (9_940, 9_960, 0, PRICE),
    ] {
        let found = marked(|market| {
            average(market);
            (market.best_bid_ticks, market.best_ask_ticks) = (bid, ask);
            (market.last_trade, market.last_trade_at) = (LotPrice(trade), 3_600_000 - 60);
        });
        assert_eq!(found, mark, "bid {bid}, ask {ask}, trade {trade}");
    }
}
