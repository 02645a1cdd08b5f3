//! Funding: what longs pay shorts (or shorts longs) to keep the mark at the index.
//!
//! Hour `h` gathers the time-weighted mean of the premium; at the first touch of `h + 1` its rate is fixed:
//! `F = clamp(avg + clamp(interest - avg, -0.05 %, +0.05 %), -8 cap, +8 cap) / 8 x index`, and the cumulative index
//! accrues linearly through the hour. Hours that nobody touched accrue one hour together.
//! Sources: dYdX v4 `x/perpetuals` (sampled premium, clamped rate), Hyperliquid documentation, "Funding".

use crate::error::Error;
use crate::governance;
use crate::state::{Market, Position};
use crate::units::{FundingIndex, MILLION, QuoteAtoms, difference, sum};

const HOUR_S: i64 = 3_600;
/// A rate is quoted for eight hours and paid by the hour.
const HOURS_PER_RATE: i64 = 8;
/// Largest pull of the interest rate on the premium, 1e-6 per eight hours (0.05 %).
const INTEREST_PULL: i64 = 500;
/// Micro quote atoms in a quote atom.
const MICRO: i128 = MILLION as i128;

/// Begins to gather at the market's first price.
pub fn begin(market: &mut Market, unix: i64) {
    market.funding_hour = unix.div_euclid(HOUR_S);
    market.funding_at = unix;
}

/// Adds `premium` (1e-6 of the index), which held from `from` to `to` (unix seconds), and accrues the index.
pub(crate) fn gather(market: &mut Market, premium: i64, from: i64, to: i64) {
    let hour = to.div_euclid(HOUR_S);
    if hour == market.funding_hour {
        add(market, premium, to - from);
    } else {
        let end = (market.funding_hour + 1) * HOUR_S;
        add(market, premium, end - from);
        let skipped = hour - market.funding_hour - 1;
        turn(market, hour, skipped);
        if skipped == 0 {
            add(market, premium, to - end);
        }
    }
    let elapsed = to - market.funding_hour * HOUR_S;
    market.funding_index.0 = market.hour_index.0 + market.funding_rate * elapsed / HOUR_S;
    market.funding_at = to;
}

#[inline(always)]
fn add(market: &mut Market, premium: i64, seconds: i64) {
    market.premium_sum += premium * seconds;
    market.premium_seconds += seconds;
}

/// The gathered hour ends; its mean becomes the rate of the hour that follows it.
#[cold]
fn turn(market: &mut Market, hour: i64, skipped: i64) {
    let rate = rate_of(market, mean_premium(market));
    market.hour_index.0 += market.funding_rate;
    market.funding_rate = rate;
    if skipped > 0 {
        // The untouched hours pay one hour at that rate; nobody sampled them, so only interest follows.
        market.hour_index.0 += rate;
        market.funding_rate = rate_of(market, 0);
    }
    governance::lift_starting_cap(market, hour * HOUR_S);
    market.funding_hour = hour;
    market.premium_sum = 0;
    market.premium_seconds = 0;
}

fn mean_premium(market: &Market) -> i64 {
    if market.premium_seconds == 0 { 0 } else { market.premium_sum / market.premium_seconds }
}

/// Micro quote atoms per lot per hour for a mean premium in 1e-6 of the index; positive: longs pay.
fn rate_of(market: &Market, mean: i64) -> i64 {
    let pull = (i64::from(market.interest) - mean).clamp(-INTEREST_PULL, INTEREST_PULL);
    let cap = HOURS_PER_RATE * i64::from(market.funding_cap);
    (mean + pull).clamp(-cap, cap) * market.index_price.0 as i64 / HOURS_PER_RATE
}

/// The rate that the next hour would pay, from the samples so far.
pub fn next_rate(market: &Market) -> i64 {
    rate_of(market, mean_premium(market))
}

/// What `position` owes since it was last settled, in quote atoms; negative: it receives.
/// Payments are rounded up and receipts down: the dust stays with the exchange.
///
/// # Errors
/// `ArithmeticOverflow`.
#[inline(always)]
pub fn owed(position: &Position, index: FundingIndex) -> Result<QuoteAtoms, Error> {
    if index == position.funding_index || position.base.0 == 0 {
        return Ok(QuoteAtoms(0));
    }
    let moved = difference(index.0, position.funding_index.0);
    if position.base.0.unsigned_abs() >> 23 == 0 && moved.unsigned_abs() >> 40 == 0 {
        return Ok(QuoteAtoms(ceil_micro(position.base.0.wrapping_mul(moved))));
    }
    owed_wide(position.base.0, moved)
}

/// Towards plus infinity: `/` truncates, which is that already for a negative amount.
#[inline(always)]
fn ceil_micro(micro: i64) -> i64 {
    let million = MILLION as i64;
    let whole = micro / million;
    whole + i64::from(micro > whole * million)
}

#[cold]
#[inline(never)]
fn owed_wide(base: i64, moved: i64) -> Result<QuoteAtoms, Error> {
    let micro = i128::from(base) * i128::from(moved);
    let size = micro.unsigned_abs();
    let (whole, rest) = (size / MICRO as u128, size % MICRO as u128);
    let whole = i64::try_from(whole).map_err(|_| Error::ArithmeticOverflow)?;
    Ok(QuoteAtoms(if micro > 0 { whole + i64::from(rest > 0) } else { -whole }))
}

/// Settles `position` up to the market's present index. The caller takes the returned amount from the balance
/// (adds it when negative).
///
/// # Errors
/// `ArithmeticOverflow`.
#[inline(always)]
pub fn settle(market: &mut Market, position: &mut Position) -> Result<QuoteAtoms, Error> {
    let amount = owed(position, market.funding_index)?;
    position.funding_index = market.funding_index;
    market.funding_pool = sum(market.funding_pool, amount.0);
    Ok(amount)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{BaseLots, LotPrice};
    use std::boxed::Box;

    /// Hour 100 begins at this time.
    const START: i64 = 100 * HOUR_S;

    fn market() -> Box<Market> {
        let mut market = Box::new(Market::zeroed());
        market.index_price = LotPrice(1_400_000);
        market.interest = 100;
        market.funding_cap = 5_000;
        begin(&mut market, START);
        market
    }

    fn position(base: i64) -> Position {
        let mut position = Position::zeroed();
        position.base = BaseLots(base);
        position
    }

    #[test]
    fn a_flat_premium_pays_one_eighth_of_the_interest_each_hour() {
        let mut market = market();
        gather(&mut market, 0, START, START + HOUR_S);
        assert_eq!(market.funding_rate, 100 * 1_400_000 / 8);
        gather(&mut market, 0, START + HOUR_S, START + 2 * HOUR_S);
        assert_eq!(market.funding_index.0, 100 * 1_400_000 / 8);
    }

    #[test]
    fn a_premium_within_the_pull_is_drawn_to_the_interest_and_a_larger_one_less_the_pull() {
        let market = market();
        assert_eq!(rate_of(&market, 400), rate_of(&market, 0));
        assert_eq!(rate_of(&market, 2_000), 1_500 * 1_400_000 / 8);
        assert_eq!(rate_of(&market, -2_000), -1_500 * 1_400_000 / 8);
    }

    #[test]
    fn no_rate_passes_the_hourly_cap() {
        let market = market();
        assert_eq!(rate_of(&market, i64::from(i32::MAX)), 5_000 * 1_400_000);
        assert_eq!(rate_of(&market, -i64::from(i32::MAX)), -5_000 * 1_400_000);
    }

    #[test]
    fn the_mean_is_weighted_by_time() {
        let mut market = market();
        gather(&mut market, 8_000, START, START + 900);
        gather(&mut market, 0, START + 900, START + HOUR_S);
        assert_eq!(market.funding_rate, (2_000 - 500) * 1_400_000 / 8);
    }

    #[test]
    fn the_index_accrues_linearly_through_the_hour() {
        let mut market = market();
        gather(&mut market, 2_000, START, START + HOUR_S);
        let rate = market.funding_rate;
        gather(&mut market, 0, START + HOUR_S, START + HOUR_S + 900);
        assert_eq!(market.funding_index.0, rate / 4);
    }

    #[test]
    fn skipped_hours_accrue_one_hour_together() {
        let mut market = market();
        gather(&mut market, 2_000, START, START + 50 * HOUR_S);
        assert_eq!(market.funding_index.0, 1_500 * 1_400_000 / 8);
        assert_eq!(market.funding_rate, rate_of(&market, 0));
        assert_eq!((market.premium_sum, market.premium_seconds), (0, 0));
    }

    #[test]
    fn payments_are_rounded_up_and_receipts_down() {
        let index = FundingIndex(1);
        assert_eq!(owed(&position(1), index), Ok(QuoteAtoms(1)));
        assert_eq!(owed(&position(-1), index), Ok(QuoteAtoms(0)));
        assert_eq!(owed(&position(-1_999_999), index), Ok(QuoteAtoms(-1)));
    }

    #[test]
    fn the_wide_path_agrees_with_the_narrow_one() {
        for (base, moved) in [(7, 3_000_001), (-7, 3_000_001), (7, -3_000_001), (-1, -999_999), (1, 1)] {
            assert_eq!(owed_wide(base, moved), Ok(QuoteAtoms(ceil_micro(base * moved))));
        }
        assert_eq!(owed_wide(i64::MAX, i64::MAX), Err(Error::ArithmeticOverflow));
    }

    #[test]
    fn settling_keeps_what_was_paid_less_what_was_received_in_the_pool() {
        let mut market = market();
        market.funding_index = FundingIndex(1_500_001);
        let (mut long, mut short) = (position(3), position(-3));
        let paid = settle(&mut market, &mut long).unwrap();
        let received = settle(&mut market, &mut short).unwrap();
        assert_eq!((paid, received), (QuoteAtoms(5), QuoteAtoms(-4)));
        assert_eq!(market.funding_pool, 1);
        assert_eq!(settle(&mut market, &mut long), Ok(QuoteAtoms(0)));
    }
}
