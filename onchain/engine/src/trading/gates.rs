//! What an order must satisfy before it may change anything.

use super::Venue;
use crate::delegates;
use crate::error::Error;
use crate::instructions::{ExpiryKind, OrderKind, Quote, SelfTrade, Side};
use crate::margin;
use crate::position;
use crate::state::{Market, Position, market_status, order_flags, paused};
use crate::units::{MILLION, Rounding, mul_div, product};

/// An order, checked for form.
#[derive(Clone, Copy)]
pub(super) struct Intent {
    pub index: u8,
    pub side: Side,
    pub kind: OrderKind,
    pub self_trade: SelfTrade,
    pub ticks: u32,
    pub lots: u32,
    pub client_id: u64,
    pub expiry: u32,
    pub flags: u8,
}

impl Intent {
    /// From an order of a batch and what the batch shares.
    #[inline(always)]
    pub fn new(index: u8, quote: &Quote, self_trade: SelfTrade, expiry_kind: ExpiryKind, expiry: u32) -> Self {
        let mut flags = match expiry_kind {
            ExpiryKind::Never => 0,
            ExpiryKind::Slot => order_flags::EXPIRES_AT_SLOT,
            ExpiryKind::Time => order_flags::EXPIRES_AT_TIME,
        };
        if quote.reduce_only {
            flags |= order_flags::REDUCE_ONLY;
        }
        if matches!(quote.kind, OrderKind::PostOnly | OrderKind::PostOnlySlide) {
            flags |= order_flags::POST_ONLY;
        }
        Self {
            index,
            side: quote.side,
            kind: quote.kind,
            self_trade,
            ticks: quote.ticks,
            lots: quote.lots,
            client_id: quote.client_id,
            expiry: if matches!(expiry_kind, ExpiryKind::Never) { 0 } else { expiry },
            flags,
        }
    }

    #[inline(always)]
    pub const fn reduce_only(&self) -> bool {
        self.flags & order_flags::REDUCE_ONLY != 0
    }

    #[inline(always)]
    pub const fn post_only(&self) -> bool {
        self.flags & order_flags::POST_ONLY != 0
    }
}

/// Trade band in ticks.
#[derive(Clone, Copy)]
pub(super) struct Band {
    pub low: u32,
    pub high: u32,
}

impl Band {
    /// Prices at which trades are allowed now: within the trade band of the index.
    #[inline(always)]
    pub fn of(market: &Market) -> Result<Self, Error> {
        let index = market.index_price.0;
        let width = mul_div(index, u64::from(market.trade_band), MILLION, Rounding::Down);
        let width = width.ok_or(Error::ArithmeticOverflow)?;
        let low = index.saturating_sub(width).div_ceil(market.tick_size);
        let high = (index + width) / market.tick_size;
        Ok(Self { low: low.min(u64::from(u32::MAX)) as u32, high: high.min(u64::from(u32::MAX)) as u32 })
    }

    #[inline(always)]
    pub const fn holds(&self, ticks: u32) -> bool {
        self.low <= ticks && ticks <= self.high
    }
}

impl Venue<'_> {
    /// Deadline and retry guard of an instruction.
    #[inline(always)]
    pub(super) fn admit(&mut self, nonce: u64, valid_until_slot: u64) -> Result<(), Error> {
        if valid_until_slot != 0 && self.now.slot > valid_until_slot {
            return Err(Error::InstructionExpired);
        }
        if nonce != 0 {
            let slot = self.slot_mut();
            if nonce <= slot.nonce {
                return Err(Error::NonceUsed);
            }
            slot.nonce = nonce;
        }
        Ok(())
    }

    /// Whether the market takes an order of this kind now.
    #[inline(always)]
    pub(super) fn check_market(&self, intent: &Intent) -> Result<(), Error> {
        let market = self.market();
        let reduces = intent.reduce_only();
        match market.status {
            market_status::ACTIVE => {}
            market_status::POST_ONLY if intent.post_only() => {}
            market_status::REDUCE_ONLY if reduces => {}
            _ => return Err(Error::MarketNotActive),
        }
        if self.exchange.paused & paused::TRADING != 0 && !reduces {
            return Err(Error::Paused);
        }
        if self.now.unix < market.resume_at.max(self.exchange.resume_at) && !intent.post_only() {
            return Err(Error::MatchingPaused);
        }
        if market.index_price.0 == 0 {
            return Err(Error::NoPrice);
        }
        let (age, confidence) = match reduces {
            true => (market.liquidate_max_age_ms, market.liquidate_confidence),
            false => (market.open_max_age_ms, market.open_confidence),
        };
        // A clock in milliseconds fits many times over.
        if self.now.unix.wrapping_mul(1_000) - market.publish_ms > i64::from(age) {
            return Err(Error::PriceStale);
        }
        let narrowest = product(market.index_price.0, u64::from(confidence)).ok_or(Error::ArithmeticOverflow)?;
        if market.confidence > narrowest / MILLION {
            return Err(Error::PriceUncertain);
        }
        Ok(())
    }

    /// Whether the order is well formed; returns its size after the reduce-only clamp.
    #[inline(always)]
    pub(super) fn check_order(&self, intent: &Intent, position: &Position, band: Band) -> Result<u32, Error> {
        if intent.lots == 0 {
            return Err(Error::ZeroSize);
        }
        if intent.ticks == 0 {
            return Err(Error::ZeroPrice);
        }
        let aggressive = match intent.side {
            Side::Bid => intent.ticks > band.high,
            Side::Ask => intent.ticks < band.low,
        };
        if aggressive {
            return Err(Error::PriceOutsideBand);
        }
        if self.is_past(intent) {
            return Err(Error::OrderExpired);
        }
        let lots = clamped(intent, position)?;
        let market = self.market();
        let price = product(u64::from(intent.ticks), market.tick_size).ok_or(Error::NotionalTooLarge)?;
        let notional = margin::notional(u64::from(lots), price)?;
        let closes = intent.reduce_only() && u64::from(lots) == position.base.0.unsigned_abs();
        if notional < market.min_order_notional && !closes {
            return Err(Error::BelowMinimumNotional);
        }
        if intent.client_id != 0 && self.client_id_rests(position, intent.client_id) {
            return Err(Error::DuplicateClientId);
        }
        Ok(lots)
    }

    #[inline(always)]
    fn is_past(&self, intent: &Intent) -> bool {
        let expiry = u64::from(intent.expiry);
        (intent.flags & order_flags::EXPIRES_AT_SLOT != 0 && expiry <= self.now.slot)
            || (intent.flags & order_flags::EXPIRES_AT_TIME != 0 && i64::from(intent.expiry) <= self.now.unix)
    }

    /// Whether an open order of this slot has the client id: walks from the top until all of the
    /// slot's orders were seen.
    #[inline(always)]
    fn client_id_rests(&self, position: &Position, client_id: u64) -> bool {
        [(Side::Bid, position.bid_orders), (Side::Ask, position.ask_orders)]
            .into_iter()
            .any(|(side, own)| own > 0 && self.find_client_id(side, own, client_id).is_some())
    }

    /// Index of the slot's order with this client id on a side where the slot has `own` orders.
    #[inline(always)]
    pub(super) fn find_client_id(&self, side: Side, own: u8, client_id: u64) -> Option<usize> {
        let mut left = own;
        let orders = self.book.orders(side);
        for (index, order) in orders.iter().enumerate().rev() {
            if order.slot == self.trader {
                if order.client_id == client_id {
                    return Some(index);
                }
                left -= 1;
                if left == 0 {
                    return None;
                }
            }
        }
        None
    }
}

/// A reduce-only order is cut to the position that it can close.
#[inline(always)]
fn clamped(intent: &Intent, position: &Position) -> Result<u32, Error> {
    if !intent.reduce_only() {
        return Ok(intent.lots);
    }
    match reducible(position, intent.side) {
        0 => Err(Error::ReduceOnlyWouldIncrease),
        most => Ok(u64::from(intent.lots).min(most) as u32),
    }
}

/// Lots of the position that an order of this side would close.
#[inline(always)]
pub(super) fn reducible(position: &Position, side: Side) -> u64 {
    let base = position.base.0;
    match side {
        Side::Bid if base < 0 => base.unsigned_abs(),
        Side::Ask if base > 0 => base.unsigned_abs(),
        _ => 0,
    }
}

/// Risk before an instruction's orders, to compare with afterwards.
#[derive(Clone, Copy)]
pub(super) struct Before {
    exposure: u64,
    open_interest: u64,
}

impl Venue<'_> {
    #[inline(always)]
    pub(super) fn before(&self, position: &Position) -> Before {
        Before { exposure: position::exposure(position), open_interest: self.market().open_long }
    }

    /// The one margin check of an instruction: where risk grew, initial margin with the surcharge on
    /// what is new, the position limit and the open-interest cap.
    #[inline(never)]
    pub(super) fn check_risk(&self, before: Before, index: usize) -> Result<(), Error> {
        let slot = self.slot();
        let market = self.market();
        let exposure = position::exposure(&slot.positions[index]);
        if market.open_long > before.open_interest && market.open_long > market.oi_cap {
            return Err(Error::OpenInterestCapReached);
        }
        if exposure <= before.exposure {
            return Ok(());
        }
        if exposure > market.max_position {
            return Err(Error::PositionTooLarge);
        }
        if let Some(delegate) = self.delegate {
            delegates::check_position(&self.account.delegates[usize::from(delegate)], market, exposure)?;
        }
        if slot.usdc.0 < 0 && self.exchange.negative_usdc > self.exchange.collaterals[0].total_deposits / 10 {
            return Err(Error::NegativeUsdcLimit);
        }
        let margin = margin::initial(self.exchange, slot, self.now)?;
        let surcharge = margin::surcharge(market, exposure - before.exposure)? as i64;
        if margin.health() < surcharge {
            return Err(Error::InsufficientMargin);
        }
        Ok(())
    }
}
