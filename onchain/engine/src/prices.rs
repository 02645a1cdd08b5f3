//! Which published prices become the index.
//!
//! Any strictly newer price is accepted. One that jumped beyond the band is held as pending: another one near it,
//! at least a second newer and in a later slot, confirms it; one that is off again replaces it, and the third in a
//! row is accepted. A signed feed without Pyth moves a market at most `minute_band` a minute; one anchored by
//! Pyth opens risk only near a Pyth price of the last minute.

use crate::error::Error;
use crate::events::{PriceRecord, price_flags};
use crate::funding;
use crate::instructions::PriceUpdate;
use crate::mark;
use crate::now::Now;
use crate::state::Market;
use crate::units::{LotPrice, MILLION, Rounding, mul_div, mul_div_wide};

/// How far ahead of the chain's clock, which may lag, a publish time may lie.
const AHEAD_MS: i64 = 3_000;
/// A confirming price is at least this much newer than the pending one.
const CONFIRM_MS: i64 = 1_000;
/// The price that is held the third time in a row is accepted.
const HELD_AT_MOST: u32 = 3;
/// Between two prices further apart than this, quotes went stale.
const GAP_MS: i64 = 60_000;
/// Seconds of cancels and post-only orders after such a gap.
const REST_S: i64 = 60;
const MINUTE_MS: i64 = 60_000;
/// After this many minutes without a price, the move is bounded no further.
const MINUTES_AT_MOST: i64 = 60;
/// Above any admissible price (1e8 at creation), far below overflow.
const HIGHEST_PRICE: u64 = 10_000_000_000;
/// Below this a market's steps are too coarse: it turns reduce-only and is relisted.
const RELIST_PRICE: u64 = 5_000;

/// Oldest Pyth price that anchors a signed one.
const ANCHOR_AGE_MS: i64 = 60_000;
/// A signed price may leave its anchor by this much and the anchor's confidence, 1e-6.
const ANCHOR_BAND: u32 = 20_000;

const ACTIVE: u8 = 2;
const REDUCE_ONLY: u8 = 3;

/// `Market::source`.
pub mod source {
    /// Signed by the price authority.
    pub const SIGNED: u8 = 0;
    /// Pyth accounts.
    pub const PYTH: u8 = 1;
    /// Signed by the price authority, held near Pyth.
    pub const ANCHORED: u8 = 2;
}

/// Takes one signed price. Returns bits of [`price_flags`]; a price that is not newer changes nothing.
///
/// # Errors
/// `PriceSourceMismatch`, `PriceNotPositive`, `ParameterOutOfBounds`, `PriceInFuture`, `PriceTooOld`,
/// `ConfidenceTooWide`.
pub fn update(market: &mut Market, update: &PriceUpdate, now: Now) -> Result<u8, Error> {
    if market.source == source::PYTH {
        return Err(Error::PriceSourceMismatch);
    }
    check(market, update, now)?;
    if update.publish_ms <= market.publish_ms {
        return Ok(price_flags::NOT_NEWER);
    }
    Ok(post(market, update, now))
}

/// Takes a checked and newer price. Returns bits of [`price_flags`].
#[inline(never)]
pub(crate) fn post(market: &mut Market, update: &PriceUpdate, now: Now) -> u8 {
    mark::integrate(market, now);
    if jumped(update.price, market.index_price.0, market.jump_band) {
        let pending = Pending {
            price: &mut market.pending_price.0,
            publish_ms: &mut market.pending_publish_ms,
            slot: &mut market.pending_slot,
            count: &mut market.pending_count,
        };
        if !pending.confirmed(market.jump_band, (update.price, update.publish_ms), now) {
            return price_flags::PENDING;
        }
    }
    accept(market, update, now)
}

pub(crate) fn check(market: &Market, update: &PriceUpdate, now: Now) -> Result<(), Error> {
    if update.price > HIGHEST_PRICE {
        return Err(Error::ParameterOutOfBounds);
    }
    let oldest = i64::from(market.liquidate_max_age_ms);
    check_published(update.price, update.confidence, update.publish_ms, oldest, market.liquidate_confidence, now)
}

/// Whether a published price is positive, not of the future, at most `oldest` milliseconds old, and its
/// confidence at most `widest` (1e-6) of it.
///
/// # Errors
/// `PriceNotPositive`, `PriceInFuture`, `PriceTooOld`, `ConfidenceTooWide`.
pub(crate) fn check_published(
    price: u64,
    confidence: u64,
    publish_ms: i64,
    oldest: i64,
    widest: u32,
    now: Now,
) -> Result<(), Error> {
    let clock_ms = now.unix * 1_000;
    if price == 0 {
        return Err(Error::PriceNotPositive);
    }
    if publish_ms > clock_ms + AHEAD_MS {
        return Err(Error::PriceInFuture);
    }
    if publish_ms < clock_ms - oldest {
        return Err(Error::PriceTooOld);
    }
    if confidence > share(price, widest) {
        return Err(Error::ConfidenceTooWide);
    }
    Ok(())
}

/// Whether the index is at most `limits.0` milliseconds old and its confidence at most `limits.1` (1e-6).
///
/// # Errors
/// `NoPrice`, `PriceStale`, `PriceUncertain`.
pub(crate) fn require(market: &Market, limits: (u32, u32), now: Now) -> Result<(), Error> {
    if market.index_price.0 == 0 {
        return Err(Error::NoPrice);
    }
    if now.unix * 1_000 - market.publish_ms > i64::from(limits.0) {
        return Err(Error::PriceStale);
    }
    if market.confidence > share_once(market.index_price.0, limits.1) {
        return Err(Error::PriceUncertain);
    }
    Ok(())
}

/// Whether the market's source lets the index open risk: a signed price with an anchor must be near it.
#[inline(always)]
pub fn is_anchored(market: &Market, now: Now) -> bool {
    market.source != source::ANCHORED || near_anchor(market, market.index_price.0, now)
}

#[inline(never)]
fn near_anchor(market: &Market, price: u64, now: Now) -> bool {
    let anchor = market.anchor_price.0;
    let reach = share_once(anchor, ANCHOR_BAND).saturating_add(market.anchor_confidence);
    now.unix * 1_000 - market.anchor_ms <= ANCHOR_AGE_MS && price.abs_diff(anchor) <= reach
}

fn share(price: u64, rate: u32) -> u64 {
    mul_div(price, u64::from(rate), MILLION, Rounding::Down).unwrap_or(u64::MAX)
}

/// As [`share`], in less space.
#[inline(never)]
fn share_once(price: u64, rate: u32) -> u64 {
    mul_div_wide(price, u64::from(rate), MILLION, Rounding::Down).unwrap_or(u64::MAX)
}

fn is_near(price: u64, other: u64, band: u32) -> bool {
    price.abs_diff(other) <= share(other, band)
}

/// Whether a price is further from the last one (0 is none) than `band`.
pub(crate) fn jumped(price: u64, last: u64, band: u32) -> bool {
    last != 0 && !is_near(price, last, band)
}

/// The price of a market or a collateral that jumped and waits for confirmation.
pub(crate) struct Pending<'a> {
    /// The price; 0 is none.
    pub price: &'a mut u64,
    /// Its publish time.
    pub publish_ms: &'a mut i64,
    /// Slot in which it was posted.
    pub slot: &'a mut u64,
    /// How many prices in a row were held.
    pub count: &'a mut u32,
}

impl Pending<'_> {
    /// Whether a price that jumped further than `band` is believed; otherwise it is held.
    #[inline(never)]
    pub(crate) fn confirmed(self, band: u32, (price, publish_ms): (u64, i64), now: Now) -> bool {
        if *self.price != 0 && is_near(price, *self.price, band) {
            return publish_ms >= *self.publish_ms + CONFIRM_MS && now.slot > *self.slot;
        }
        if *self.count + 1 >= HELD_AT_MOST {
            return true;
        }
        (*self.price, *self.publish_ms, *self.slot) = (price, publish_ms, now.slot);
        *self.count += 1;
        false
    }
}

fn accept(market: &mut Market, update: &PriceUpdate, now: Now) -> u8 {
    let mut flags = price_flags::ACCEPTED;
    let first = market.index_price.0 == 0;
    if first {
        market.sampled_at = now.unix;
        funding::begin(market, now.unix);
    } else if update.publish_ms - market.publish_ms > GAP_MS && (market.best_bid_ticks | market.best_ask_ticks) != 0 {
        market.resume_at = now.unix + REST_S;
        flags |= price_flags::AFTER_GAP;
    }
    let price = within_minute_band(market, update, now);
    if price != update.price {
        flags |= price_flags::LIMITED;
    }
    market.index_price = LotPrice(price);
    market.confidence = update.confidence;
    market.publish_ms = update.publish_ms;
    market.posted_slot = now.slot;
    market.posted_at = now.unix;
    market.pending_price = LotPrice(0);
    market.pending_publish_ms = 0;
    market.pending_slot = 0;
    market.pending_count = 0;
    if price < RELIST_PRICE && market.status == ACTIVE {
        market.status = REDUCE_ONLY;
    }
    mark::refresh(market, now);
    market.next_rate = funding::next_rate(market);
    flags
}

/// The price, held within the largest move since the minute began (a move per minute that passed without one)
/// unless Pyth vouches for it.
fn within_minute_band(market: &mut Market, update: &PriceUpdate, now: Now) -> u64 {
    let minutes = (update.publish_ms - market.minute_ms) / MINUTE_MS;
    let vouched = match market.source {
        source::SIGNED => false,
        source::PYTH => true,
        _ => near_anchor(market, update.price, now),
    };
    if vouched || market.index_price.0 == 0 || minutes > MINUTES_AT_MOST {
        (market.minute_price, market.minute_ms) = (LotPrice(update.price), update.publish_ms);
        return update.price;
    }
    if minutes >= 1 {
        (market.minute_price, market.minute_ms) = (market.index_price, update.publish_ms);
    }
    let anchor = market.minute_price.0;
    let reach = share(anchor, market.minute_band).saturating_mul(minutes.max(1) as u64);
    let price = update.price.clamp(anchor.saturating_sub(reach).max(1), anchor.saturating_add(reach));
    if minutes > 1 {
        market.minute_price = LotPrice(price);
    }
    price
}

/// A market's prices and funding as an event tells them.
pub fn record(market: &Market, flags: u8) -> PriceRecord {
    PriceRecord {
        market: u16::from(market.index),
        index: market.index_price.0,
        mark: market.mark_price.0,
        confidence: market.confidence,
        publish_ms: market.publish_ms,
        flags,
        funding_index: market.funding_index.0,
        funding_rate: market.funding_rate,
        next_rate: market.next_rate,
    }
}

#[cfg(test)]
mod tests {
    use super::price_flags::{ACCEPTED, AFTER_GAP, LIMITED, NOT_NEWER, PENDING};
    use super::*;
    use std::boxed::Box;

    const T: i64 = 1_700_000_000;

    fn market() -> Box<Market> {
        let mut market = Box::new(Market::zeroed());
        market.status = ACTIVE;
        market.tick_size = 100;
        market.mark_band = 12_500;
        market.jump_band = 20_000;
        market.minute_band = 100_000;
        market.liquidate_max_age_ms = 60_000;
        market.liquidate_confidence = 10_000;
        market.funding_cap = 5_000;
        market
    }

    fn at(seconds: i64) -> Now {
        Now { slot: (seconds * 5 / 2) as u64, unix: T + seconds }
    }

    /// Posts `price` published at second `seconds` in that second's slot.
    fn post(market: &mut Market, price: u64, seconds: i64) -> Result<u8, Error> {
        let publish_ms = (T + seconds) * 1_000;
        update(market, &PriceUpdate { market: 0, price, confidence: 0, publish_ms }, at(seconds))
    }

    fn priced() -> Box<Market> {
        let mut market = market();
        assert_eq!(post(&mut market, 1_000_000, 0), Ok(ACCEPTED));
        market
    }

    #[test]
    fn the_first_price_is_accepted_and_marks() {
        let market = priced();
        assert_eq!((market.index_price.0, market.mark_price.0), (1_000_000, 1_000_000));
        assert_eq!(market.funding_hour, T / 3_600);
    }

    #[test]
    fn an_older_or_equal_publish_time_changes_nothing() {
        let mut market = priced();
        assert_eq!(post(&mut market, 1_001_000, 0), Ok(NOT_NEWER));
        assert_eq!(market.index_price.0, 1_000_000);
    }

    #[test]
    fn zero_future_old_wide_and_absurd_prices_are_refused_by_name() {
        let mut market = priced();
        let mut refused = |price, confidence, publish_ms| {
            update(&mut market, &PriceUpdate { market: 0, price, confidence, publish_ms }, at(100)).unwrap_err()
        };
        let now_ms = (T + 100) * 1_000;
        assert_eq!(refused(0, 0, now_ms), Error::PriceNotPositive);
        assert_eq!(refused(HIGHEST_PRICE + 1, 0, now_ms), Error::ParameterOutOfBounds);
        assert_eq!(refused(1_000_000, 0, now_ms + AHEAD_MS + 1), Error::PriceInFuture);
        assert_eq!(refused(1_000_000, 0, now_ms - 60_001), Error::PriceTooOld);
        assert_eq!(refused(1_000_000, 10_001, now_ms), Error::ConfidenceTooWide);
    }

    #[test]
    fn a_market_of_another_source_takes_no_signed_price() {
        let mut market = market();
        market.source = 1;
        assert_eq!(post(&mut market, 1_000_000, 0), Err(Error::PriceSourceMismatch));
    }

    #[test]
    fn a_jump_waits_for_a_confirmation_a_second_newer_in_a_later_slot() {
        let mut market = priced();
        assert_eq!(post(&mut market, 1_050_000, 1), Ok(PENDING));
        assert_eq!((market.index_price.0, market.pending_price.0), (1_000_000, 1_050_000));
        let hasty = PriceUpdate { market: 0, price: 1_050_000, confidence: 0, publish_ms: (T + 1) * 1_000 + 999 };
        assert_eq!(update(&mut market, &hasty, at(2)), Ok(PENDING));
        assert_eq!(post(&mut market, 1_051_000, 2), Ok(ACCEPTED));
        assert_eq!((market.index_price.0, market.pending_price.0), (1_051_000, 0));
    }

    #[test]
    fn a_confirmation_in_the_same_slot_does_not_count() {
        let mut market = priced();
        assert_eq!(post(&mut market, 1_050_000, 1), Ok(PENDING));
        let publish_ms = (T + 2) * 1_000;
        let same_slot = PriceUpdate { market: 0, price: 1_050_000, confidence: 0, publish_ms };
        assert_eq!(update(&mut market, &same_slot, at(1)), Ok(PENDING));
    }

    #[test]
    fn a_spike_that_returns_never_becomes_the_index() {
        let mut market = priced();
        assert_eq!(post(&mut market, 1_090_000, 1), Ok(PENDING));
        assert_eq!(post(&mut market, 1_000_500, 2), Ok(ACCEPTED));
        assert_eq!((market.index_price.0, market.pending_price.0, market.pending_count), (1_000_500, 0, 0));
    }

    #[test]
    fn prices_that_keep_jumping_are_accepted_the_third_time() {
        let mut market = priced();
        assert_eq!(post(&mut market, 1_030_000, 1), Ok(PENDING));
        assert_eq!(post(&mut market, 1_060_000, 2), Ok(PENDING));
        assert_eq!(post(&mut market, 1_090_000, 3), Ok(ACCEPTED));
        assert_eq!(market.index_price.0, 1_090_000);
    }

    #[test]
    fn a_stolen_authority_moves_the_market_at_most_its_band_a_minute() {
        let mut market = priced();
        market.jump_band = 1_000_000;
        assert_eq!(post(&mut market, 1_900_000, 1), Ok(ACCEPTED | LIMITED));
        assert_eq!(market.index_price.0, 1_100_000);
        assert_eq!(post(&mut market, 1_900_000, 30), Ok(ACCEPTED | LIMITED));
        assert_eq!(market.index_price.0, 1_100_000);
        assert_eq!(post(&mut market, 1_900_000, 61), Ok(ACCEPTED | LIMITED));
        assert_eq!(market.index_price.0, 1_210_000);
    }

    #[test]
    fn after_minutes_without_a_price_the_move_may_be_that_much_larger() {
        let mut market = priced();
        market.jump_band = 1_000_000;
        assert_eq!(post(&mut market, 1_250_000, 180), Ok(ACCEPTED));
        assert_eq!(post(&mut market, 1_260_000, 181), Ok(ACCEPTED));
        assert_eq!(market.index_price.0, 1_260_000);
    }

    #[test]
    fn a_gap_rests_matching_when_stale_quotes_may_wait_in_the_book() {
        let mut market = priced();
        assert_eq!(post(&mut market, 1_000_000, 61), Ok(ACCEPTED));
        market.best_bid_ticks = 9_990;
        assert_eq!(post(&mut market, 1_000_000, 122), Ok(ACCEPTED | AFTER_GAP));
        assert_eq!(market.resume_at, T + 122 + 60);
    }

    #[test]
    fn a_market_that_fell_too_low_turns_reduce_only() {
        let mut market = market();
        assert_eq!(post(&mut market, 4_999, 0), Ok(ACCEPTED));
        assert_eq!(market.status, REDUCE_ONLY);
    }
}
