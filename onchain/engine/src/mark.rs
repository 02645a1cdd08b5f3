//! The mark price, and the samples behind it.
//!
//! Mark = median of the index, the index plus the EMA (150 s) of (impact mid - index), and the median of best bid,
//! best ask and a last trade at most 60 s old; a missing part is the index; held within the market's mark band.
//! Source: Hyperliquid documentation, "Robust price indices".
//!
//! Integrate before mutating: every book write and price update first calls [`integrate`], which adds what held
//! *before* it; so nothing can be stamped into the past within one transaction.

use crate::funding;
use crate::now::Now;
use crate::state::{Market, market_status};
use crate::trading::settlement;
use crate::units::{LotPrice, MILLION, product};

/// Time constant of the EMA in seconds.
const EMA_S: i64 = 150;
/// Longest step of the EMA: it has forgotten everything older.
const LONGEST_STEP_S: i64 = 3_600;
/// A last trade older than this has no say in the mark, seconds.
const LAST_TRADE_S: i64 = 60;
const MICRO: i64 = MILLION as i64;

/// Adds the samples that held since the last touch to the EMA and to the hour's funding. Once a second at most.
#[inline(always)]
pub fn integrate(market: &mut Market, now: Now) {
    if now.unix > market.sampled_at && market.index_price.0 != 0 {
        integrate_since(market, now);
    }
}

#[inline(never)]
fn integrate_since(market: &mut Market, now: Now) {
    let from = market.sampled_at;
    let (distance, premium) = samples(market);
    let step = (now.unix - from).min(LONGEST_STEP_S);
    market.premium_ema += (distance - market.premium_ema) * step / (EMA_S + step);
    if market.settlement_price.0 == 0 {
        // Once positions begin to close at one price, whoever is left would receive what nobody pays any more.
        funding::gather(market, premium, from, now.unix);
    }
    if market.status == market_status::SETTLING {
        settlement::gather(market, from, now);
    }
    market.sampled_at = now.unix;
}

/// (impact mid - index in 1e-6 quote atoms per lot, premium in 1e-6 of the index). Both are 0 while a side is
/// missing or the spread is over twice the mark band: such a book has no opinion.
fn samples(market: &Market) -> (i64, i64) {
    let index = market.index_price.0 as i64;
    let (bid, ask) = (market.impact_bid.0 as i64, market.impact_ask.0 as i64);
    let band = band_of(market) as i64;
    if bid == 0 || ask == 0 || ask - bid > 2 * band {
        return (0, 0);
    }
    let distance = ((bid + ask) / 2 - index).clamp(-band, band) * MICRO;
    let premium = ((bid - index).max(0) - (index - ask).max(0)) * MICRO / index;
    (distance, premium)
}

#[inline(always)]
fn band_of(market: &Market) -> u64 {
    product(market.index_price.0, u64::from(market.mark_band)).unwrap_or(u64::MAX) / MILLION
}

/// Computes the mark from the cached index, book and trade. Without an index the mark stays as it is.
#[inline(never)]
pub fn refresh(market: &mut Market, now: Now) {
    let index = market.index_price.0;
    if index == 0 {
        return;
    }
    // The average may be of a price that was many times as high: below 0 it is 0.
    let smoothed = (index as i64 + market.premium_ema / MICRO).max(0) as u64;
    let traded = median(
        quoted(market.best_bid_ticks, market.tick_size, index),
        quoted(market.best_ask_ticks, market.tick_size, index),
        last_trade(market, now, index),
    );
    let band = band_of(market);
    let mark = median(index, smoothed, traded).clamp(index - band, index + band);
    market.mark_price = LotPrice(mark);
}

#[inline(always)]
fn quoted(ticks: u32, tick_size: u64, missing: u64) -> u64 {
    if ticks == 0 { missing } else { product(u64::from(ticks), tick_size).unwrap_or(missing) }
}

#[inline(always)]
fn last_trade(market: &Market, now: Now, missing: u64) -> u64 {
    let recent = market.last_trade.0 != 0 && now.unix - market.last_trade_at <= LAST_TRADE_S;
    if recent { market.last_trade.0 } else { missing }
}

#[inline(always)]
fn median(a: u64, b: u64, c: u64) -> u64 {
    a.min(b).max(a.max(b).min(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::boxed::Box;

    const NOW: Now = Now { slot: 9, unix: 360_000 };

    fn market() -> Box<Market> {
        let mut market = Box::new(Market::zeroed());
        market.index_price = LotPrice(1_000_000);
        market.tick_size = 100;
        market.mark_band = 12_500;
        market.funding_cap = 5_000;
        market.sampled_at = NOW.unix;
        funding::begin(&mut market, NOW.unix);
        market
    }

    fn after(seconds: i64) -> Now {
        Now { slot: NOW.slot, unix: NOW.unix + seconds }
    }

    #[test]
    fn the_median_is_the_middle_in_every_order() {
        for (a, b, c) in [(1, 2, 3), (1, 3, 2), (2, 1, 3), (2, 3, 1), (3, 1, 2), (3, 2, 1)] {
            assert_eq!(median(a, b, c), 2);
        }
        assert_eq!(median(5, 5, 1), 5);
    }

    #[test]
    fn an_empty_book_marks_at_the_index() {
        let mut market = market();
        refresh(&mut market, NOW);
        assert_eq!(market.mark_price, LotPrice(1_000_000));
    }

    #[test]
    fn one_manipulated_part_alone_does_not_move_the_mark() {
        let mut market = market();
        (market.best_bid_ticks, market.best_ask_ticks) = (10_400, 10_410);
        (market.last_trade, market.last_trade_at) = (LotPrice(1_040_000), NOW.unix);
        refresh(&mut market, NOW);
        assert_eq!(market.mark_price, LotPrice(1_000_000));
    }

    #[test]
    fn the_mark_follows_book_and_average_together_but_stays_in_its_band() {
        let mut market = market();
        (market.best_bid_ticks, market.best_ask_ticks) = (10_050, 10_060);
        market.premium_ema = 5_000 * MICRO;
        refresh(&mut market, NOW);
        assert_eq!(market.mark_price, LotPrice(1_005_000));
        (market.best_bid_ticks, market.best_ask_ticks) = (10_400, 10_410);
        market.premium_ema = 40_000 * MICRO;
        refresh(&mut market, NOW);
        assert_eq!(market.mark_price, LotPrice(1_012_500));
    }

    #[test]
    fn a_trade_older_than_a_minute_has_no_say() {
        let mut market = market();
        market.premium_ema = 9_000 * MICRO;
        market.best_bid_ticks = 10_090;
        (market.last_trade, market.last_trade_at) = (LotPrice(1_008_000), NOW.unix - 60);
        refresh(&mut market, NOW);
        assert_eq!(market.mark_price, LotPrice(1_008_000));
        refresh(&mut market, after(1));
        assert_eq!(market.mark_price, LotPrice(1_000_000));
    }

    #[test]
    fn a_flash_quote_within_one_second_leaves_no_trace_in_the_averages() {
        let mut market = market();
        integrate(&mut market, NOW);
        (market.impact_bid, market.impact_ask) = (LotPrice(1_009_000), LotPrice(1_010_000));
        integrate(&mut market, NOW);
        (market.impact_bid, market.impact_ask) = (LotPrice(0), LotPrice(0));
        integrate(&mut market, after(100));
        assert_eq!((market.premium_ema, market.premium_sum), (0, 0));
    }

    #[test]
    fn what_held_is_averaged_with_the_time_it_held() {
        let mut market = market();
        (market.impact_bid, market.impact_ask) = (LotPrice(1_004_000), LotPrice(1_006_000));
        integrate(&mut market, after(150));
        assert_eq!(market.premium_ema, 2_500 * MICRO);
        assert_eq!((market.premium_sum, market.premium_seconds), (4_000 * 150, 150));
    }

    #[test]
    fn a_one_sided_or_wide_book_has_no_opinion() {
        let mut market = market();
        (market.impact_bid, market.impact_ask) = (LotPrice(1_004_000), LotPrice(0));
        assert_eq!(samples(&market), (0, 0));
        (market.impact_bid, market.impact_ask) = (LotPrice(990_000), LotPrice(1_015_001));
        assert_eq!(samples(&market), (0, 0));
    }
}
