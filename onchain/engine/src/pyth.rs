//! Prices from Pyth: `PriceUpdateV2` accounts of its receiver program.
//!
//! Whether the receiver owns the account the shell checks; everything that the account says is checked here.
//! Source: `pyth-crosschain`, `pyth_solana_receiver_sdk::price_update`.

use crate::describe::{Decode, Reader, discriminator};
use crate::error::Error;
use crate::events::{PriceRecord, price_flags};
use crate::instructions::PriceUpdate;
use crate::money;
use crate::now::Now;
use crate::prices::{self, Pending, source};
use crate::record;
use crate::state::{Exchange, Market};
use crate::units::{LotPrice, Pubkey, product};

const DISCRIMINATOR: [u8; 8] = discriminator("account", "PriceUpdateV2");
/// `VerificationLevel::Full`: every guardian signature was checked; `Partial(n)` is 0.
const FULL: u8 = 1;
/// 10^n.
const TENS: [u64; 20] = {
    let mut tens = [1; 20];
    let mut power = 1;
    while power < tens.len() {
        tens[power] = 10 * tens[power - 1];
        power += 1;
    }
    tens
};
/// USDC has six decimals.
const USDC_DECIMALS: i32 = 6;
/// A collateral's price is of 1e6 smallest units.
const COLLATERAL_UNITS: i32 = 6;
/// Widest confidence of a collateral's price, 1e-6.
const COLLATERAL_CONFIDENCE: u32 = 10_000;

record! {
    /// What a `PriceUpdateV2` account says: the price is `price x 10^exponent` dollars.
    pub struct PythPrice {
        /// Which feed.
        pub feed_id: Pubkey,
        /// Price.
        pub price: i64,
        /// Half-width of its confidence interval.
        pub confidence: u64,
        /// Power of ten of both.
        pub exponent: i32,
        /// Unix seconds.
        pub publish_time: i64,
    }
}

impl PythPrice {
    /// Reads the data of an account.
    ///
    /// # Errors
    /// `WrongAccountKind` for another account's discriminator, `WrongFeed`, `PriceNotVerified` unless fully
    /// verified, `PriceNotPositive`.
    pub fn read(data: &[u8], feed_id: &[u8; 32]) -> Result<Self, Error> {
        let mut reader = Reader::new(data);
        if reader.take(8) != Some(&DISCRIMINATOR) {
            return Err(Error::WrongAccountKind);
        }
        let level = reader.take(33).and_then(|authority_and_level| authority_and_level.last());
        if *level.ok_or(Error::WrongAccountKind)? != FULL {
            return Err(Error::PriceNotVerified);
        }
        let found = Self::decode(&mut reader).ok_or(Error::WrongAccountKind)?;
        if found.feed_id != Pubkey(*feed_id) {
            return Err(Error::WrongFeed);
        }
        if found.price <= 0 {
            return Err(Error::PriceNotPositive);
        }
        Ok(found)
    }

    /// Price, rounded down, and confidence, rounded up, x 10^`power` / `divisor`; and the publish time in
    /// milliseconds.
    fn scaled(&self, power: i32, divisor: u64) -> Result<(u64, u64, i64), Error> {
        let power = self.exponent.saturating_add(power);
        let tens = *TENS.get(power.unsigned_abs() as usize).ok_or(Error::ParameterOutOfBounds)?;
        let (times, by) = if power < 0 { (1, product(tens, divisor)) } else { (tens, Some(divisor)) };
        let by = by.ok_or(Error::ArithmeticOverflow)?;
        let scale = |amount, up| {
            let whole = product(amount, times).ok_or(Error::ArithmeticOverflow)?;
            Ok(if up { whole.div_ceil(by) } else { whole / by })
        };
        let publish_ms = self.publish_time.checked_mul(1_000).ok_or(Error::PriceInFuture)?;
        let price = scale(self.price.unsigned_abs(), false)?;
        Ok((price, scale(self.confidence, true)?, publish_ms))
    }
}

/// Takes a market's price, or the anchor of its signed feed, from the data of a Pyth account.
///
/// # Errors
/// Those of [`PythPrice::read`]; `UnknownMarket`, `PriceSourceMismatch`, `PriceNotNewer`,
/// `ParameterOutOfBounds`, `PriceInFuture`, `PriceTooOld`, `ConfidenceTooWide`.
#[inline(never)]
pub fn update_market(exchange: &mut Exchange, index: u16, data: &[u8], now: Now) -> Result<PriceRecord, Error> {
    if index >= exchange.market_count {
        return Err(Error::UnknownMarket);
    }
    let market = exchange.markets.get_mut(usize::from(index)).ok_or(Error::UnknownMarket)?;
    if market.source == source::SIGNED {
        return Err(Error::PriceSourceMismatch);
    }
    let read = PythPrice::read(data, &market.feed_id)?;
    let (price, confidence, publish_ms) = read.scaled(USDC_DECIMALS, market.lots_per_base)?;
    let flags = take(market, &PriceUpdate { market: index, price, confidence, publish_ms }, now)?;
    Ok(prices::record(market, flags))
}

fn take(market: &mut Market, update: &PriceUpdate, now: Now) -> Result<u8, Error> {
    let anchors = market.source == source::ANCHORED;
    let newest = if anchors { market.anchor_ms } else { market.publish_ms };
    prices::check(market, update, now)?;
    if update.publish_ms <= newest {
        return Err(Error::PriceNotNewer);
    }
    if anchors {
        market.anchor_price = LotPrice(update.price);
        market.anchor_confidence = update.confidence;
        market.anchor_ms = update.publish_ms;
        return Ok(price_flags::ANCHOR);
    }
    Ok(prices::post(market, update, now))
}

/// Takes the price of a collateral other than USDC from the data of a Pyth account. Returns bits of
/// [`price_flags`]: a price that jumped waits for confirmation, as a market's does.
///
/// # Errors
/// Those of [`PythPrice::read`]; `UnknownCollateral`, `PriceSourceMismatch` for USDC, `PriceNotNewer`,
/// `PriceInFuture`, `PriceTooOld` past the age at which the collateral counts as stale,
/// `ConfidenceTooWide`.
#[inline(never)]
pub fn update_collateral(exchange: &mut Exchange, index: u8, data: &[u8], now: Now) -> Result<u8, Error> {
    let known = money::collateral(exchange, index)?;
    if known.kind == 0 {
        return Err(Error::PriceSourceMismatch);
    }
    let read = PythPrice::read(data, &known.feed_id)?;
    let power = USDC_DECIMALS + COLLATERAL_UNITS - i32::from(known.decimals);
    let (price, confidence, publish_ms) = read.scaled(power, 1)?;
    let oldest = i64::from(known.max_age_s) * 1_000;
    prices::check_published(price, confidence, publish_ms, oldest, COLLATERAL_CONFIDENCE, now)?;
    if publish_ms <= known.publish_ms {
        return Err(Error::PriceNotNewer);
    }
    let known = &mut exchange.collaterals[usize::from(index)];
    if prices::jumped(price, known.price, known.jump_band) {
        let pending = Pending {
            price: &mut known.pending_price,
            publish_ms: &mut known.pending_publish_ms,
            slot: &mut known.pending_slot,
            count: &mut known.pending_count,
        };
        if !pending.confirmed(known.jump_band, (price, publish_ms), now) {
            return Ok(price_flags::PENDING);
        }
    }
    (known.pending_price, known.pending_publish_ms, known.pending_slot, known.pending_count) = (0, 0, 0, 0);
    known.price = price;
    known.confidence = confidence;
    known.publish_ms = publish_ms;
    known.posted_slot = now.slot;
    Ok(price_flags::ACCEPTED)
}
