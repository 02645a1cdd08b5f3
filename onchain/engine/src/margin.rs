//! Equity and margin of one slot, from each market's cached mark and funding.
//!
//! Maintenance counts profit fully and netted; initial margin counts each position's profit with the
//! market's weight and losses in full; withdrawal counts profit as nothing.

use crate::error::Error;
use crate::funding;
use crate::money;
use crate::now::Now;
use crate::position;
use crate::prices;
use crate::state::{Collateral, Exchange, Market, NO_MARKET, Position, Slot};
use crate::units::{
    MAX_NOTIONAL, MILLION, Rounding, difference, mul_div, mul_div_signed, mul_div_wide, product, share_up, sum,
};

/// Least initial margin of a position with exposure: $2.
const LEAST_INITIAL: u64 = 2_000_000;
/// A collateral with a stale price counts 90 % of its last one for maintenance, 1e-6.
const STALE_COLLATERAL: u64 = 900_000;
/// A stale market is worsened by this many times its maintenance margin for a withdrawal.
const STALE_WORSENING: u64 = 2;

/// What a margin is computed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Opening risk.
    Initial,
    /// Staying alive.
    Maintenance,
    /// Taking money out.
    Withdrawal,
}

/// Equity and what it has to cover, quote atoms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Margin {
    /// Balance, weighted collateral and profit and loss.
    pub equity: i64,
    /// Margin required.
    pub required: i64,
}

impl Margin {
    /// Equity less requirement.
    #[inline(always)]
    pub fn health(&self) -> i64 {
        difference(self.equity, self.required)
    }
}

/// Notional of `lots` at `price`.
///
/// # Errors
/// `NotionalTooLarge`.
#[inline(always)]
pub fn notional(lots: u64, price: u64) -> Result<u64, Error> {
    match product(lots, price) {
        Some(notional) if notional <= crate::units::MAX_NOTIONAL => Ok(notional),
        _ => Err(Error::NotionalTooLarge),
    }
}

/// Initial margin of a notional by the four marginal tiers, rounded up, without surcharge.
///
/// # Errors
/// `ArithmeticOverflow`.
#[inline(always)]
pub fn base_margin(market: &Market, notional: u64) -> Result<u64, Error> {
    let first = &market.tiers[0];
    if notional <= first.up_to {
        return share_up(notional, first.rate).ok_or(Error::ArithmeticOverflow);
    }
    tiered(market, notional)
}

#[cold]
#[inline(never)]
fn tiered(market: &Market, notional: u64) -> Result<u64, Error> {
    let (mut from, mut sum) = (0, 0u128);
    for (index, tier) in market.tiers.iter().enumerate() {
        let last = index + 1 == market.tiers.len();
        let to = if last { notional } else { notional.min(tier.up_to).max(from) };
        sum += u128::from(to - from) * u128::from(tier.rate);
        from = to;
    }
    u64::try_from(sum.div_ceil(u128::from(MILLION))).map_err(|_| Error::ArithmeticOverflow)
}

/// Initial margin of a position with its resting orders: at least $2 when there is any exposure.
///
/// # Errors
/// `NotionalTooLarge`, `ArithmeticOverflow`.
#[inline(always)]
pub fn initial_of(market: &Market, exposure: u64, price: u64) -> Result<u64, Error> {
    if exposure == 0 {
        return Ok(0);
    }
    initial_of_notional(market, notional(exposure, price)?)
}

#[inline(always)]
fn initial_of_notional(market: &Market, notional: u64) -> Result<u64, Error> {
    Ok(base_margin(market, notional)?.max(LEAST_INITIAL))
}

/// Maintenance margin of a position: a fraction of the base rate on its notional.
///
/// # Errors
/// `NotionalTooLarge`, `ArithmeticOverflow`.
#[inline(never)]
pub fn maintenance_of(market: &Market, lots: u64, price: u64) -> Result<u64, Error> {
    maintenance_of_inline(market, lots, price)
}

/// The same in place, for the hot path.
///
/// # Errors
/// Those of [`maintenance_of`].
#[inline(always)]
pub fn maintenance_of_inline(market: &Market, lots: u64, price: u64) -> Result<u64, Error> {
    maintenance_of_notional(market, notional(lots, price)?)
}

#[inline(always)]
fn maintenance_of_notional(market: &Market, notional: u64) -> Result<u64, Error> {
    share_up(base_margin(market, notional)?, market.maintenance_fraction).ok_or(Error::ArithmeticOverflow)
}

/// Surcharge on new risk while open interest is near its cap, quote atoms, rounded up.
///
/// # Errors
/// `NotionalTooLarge`, `ArithmeticOverflow`.
pub fn surcharge(market: &Market, new_lots: u64) -> Result<u64, Error> {
    let used = mul_div(market.open_long, MILLION, market.oi_cap.max(1), Rounding::Up).unwrap_or(MILLION).min(MILLION);
    let start = u64::from(market.surcharge_start);
    if used <= start || start >= MILLION {
        return Ok(0);
    }
    let rate = mul_div(u64::from(market.surcharge_rate), used - start, MILLION - start, Rounding::Up);
    let notional = notional(new_lots, market.mark_price.0)?;
    rate.and_then(|rate| mul_div(notional, rate, MILLION, Rounding::Up)).ok_or(Error::ArithmeticOverflow)
}

/// Profit or loss of a position at `price`, after the funding it owes.
///
/// # Errors
/// `NotionalTooLarge`, `ArithmeticOverflow`.
#[inline(always)]
pub fn profit(position: &Position, market: &Market, price: u64) -> Result<i64, Error> {
    profit_of_notional(position, market, notional(position.base.0.unsigned_abs(), price)?)
}

/// As [`profit`], from the position's notional at the price: one product serves profit and margin.
#[inline(always)]
fn profit_of_notional(position: &Position, market: &Market, notional: u64) -> Result<i64, Error> {
    let value = if position.base.0 < 0 { -(notional as i64) } else { notional as i64 };
    Ok(difference(sum(position.quote.0, value), funding::owed(position, market.funding_index)?.0))
}

/// The whole slot's margin for opening risk.
///
/// # Errors
/// `NotionalTooLarge`, `ArithmeticOverflow`.
#[inline(always)]
pub fn initial(exchange: &Exchange, slot: &Slot, now: Now) -> Result<Margin, Error> {
    let mut margin = Margin { equity: balance(exchange, slot, Purpose::Initial, now)?, required: 0 };
    for position in slot.positions.iter().filter(|position| position.market != NO_MARKET) {
        let market = market_of(exchange, position)?;
        let (price, notional_price) = prices(market, position);
        let (size, exposure) = (position.base.0.unsigned_abs(), position::exposure_inline(position));
        let held = notional(size, price)?;
        let exposed = match exposure {
            _ if exposure == size && notional_price == price => held,
            _ => notional(exposure, notional_price)?,
        };
        let profit = weighted(profit_of_notional(position, market, held)?, market.profit_weight)?;
        margin.equity = sum(margin.equity, profit);
        if exposure != 0 {
            margin.required = sum(margin.required, initial_of_notional(market, exposed)? as i64);
        }
    }
    Ok(margin)
}

/// Mark for profit and mark for notional: while a jumped price is pending, the worse of the two.
#[inline(always)]
fn prices(market: &Market, position: &Position) -> (u64, u64) {
    let (mark, pending) = (market.mark_price.0, market.pending_price.0);
    if pending == 0 {
        return (mark, mark);
    }
    let worse = if position.base.0 > 0 { mark.min(pending) } else { mark.max(pending) };
    (worse, mark.max(pending))
}

/// The slot's maintenance margin without the position in `except`.
///
/// # Errors
/// `NotionalTooLarge`, `ArithmeticOverflow`.
#[inline(always)]
pub fn maintenance_except(exchange: &Exchange, slot: &Slot, except: u8, now: Now) -> Result<Margin, Error> {
    let mut margin = Margin { equity: balance(exchange, slot, Purpose::Maintenance, now)?, required: 0 };
    for position in &slot.positions {
        if position.market != NO_MARKET && position.market != except && position.base.0 != 0 {
            let market = market_of(exchange, position)?;
            let held = notional(position.base.0.unsigned_abs(), market.mark_price.0)?;
            margin.equity = sum(margin.equity, profit_of_notional(position, market, held)?);
            margin.required = sum(margin.required, maintenance_of_notional(market, held)? as i64);
        }
    }
    Ok(margin)
}

/// The whole slot's maintenance margin.
///
/// # Errors
/// `NotionalTooLarge`, `ArithmeticOverflow`.
pub fn maintenance(exchange: &Exchange, slot: &Slot, now: Now) -> Result<Margin, Error> {
    maintenance_except(exchange, slot, NO_MARKET, now)
}

/// How an account stands towards liquidation, quote atoms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Maintenance equity; while a jumped price is pending, at the milder of both prices.
    pub equity: i64,
    /// Maintenance margin.
    pub maintenance: i64,
    /// Initial margin with resting orders, without surcharge.
    pub initial: i64,
}

impl Standing {
    /// Half-way from maintenance to initial margin: below it orders that add risk are cancelled.
    pub fn half_way(&self) -> i64 {
        self.maintenance + (self.initial - self.maintenance).max(0) / 2
    }

    /// Whether equity over maintenance is at least what it was; for an equity below 0, whether what is
    /// missing is at most what was missing.
    pub fn stands_no_worse_than(&self, before: &Self) -> bool {
        if before.equity <= 0 {
            return self.equity - self.maintenance >= before.equity - before.maintenance;
        }
        i128::from(self.equity) * i128::from(before.maintenance)
            >= i128::from(before.equity) * i128::from(self.maintenance)
    }
}

/// How a slot stands towards liquidation.
///
/// # Errors
/// `NotionalTooLarge`, `ArithmeticOverflow`.
#[inline(never)]
pub fn standing(exchange: &Exchange, slot: &Slot, now: Now) -> Result<Standing, Error> {
    let mut standing =
        Standing { equity: balance(exchange, slot, Purpose::Maintenance, now)?, maintenance: 0, initial: 0 };
    for position in slot.positions.iter().filter(|position| position.market != NO_MARKET) {
        let market = market_of(exchange, position)?;
        let (mark, pending) = (market.mark_price.0, market.pending_price.0);
        let milder = match position.base.0 > 0 {
            _ if pending == 0 => mark,
            true => mark.max(pending),
            false => mark.min(pending),
        };
        standing.equity += profit(position, market, milder)?;
        standing.maintenance += maintenance_of(market, position.base.0.unsigned_abs(), mark)? as i64;
        standing.initial += initial_of(market, position::exposure(position), mark)? as i64;
    }
    Ok(standing)
}

/// How much of a collateral may leave the slot, in its smallest units.
///
/// USDC: min(usdc - locked + min(0, unrealised net of funding), equity with profit at 0 - initial
/// margin with orders), at least 0. Without positions and orders no price is needed.
///
/// # Errors
/// `UnknownCollateral`, `NotionalTooLarge`, `ArithmeticOverflow`.
pub fn withdrawable(exchange: &Exchange, slot: &Slot, collateral: u8, now: Now) -> Result<u64, Error> {
    let locked = money::still_locked(slot, now.unix) as i64;
    let mut unrealised = 0i64;
    let mut free = balance(exchange, slot, Purpose::Withdrawal, now)?;
    for position in slot.positions.iter().filter(|position| position.market != NO_MARKET) {
        let market = market_of(exchange, position)?;
        let (price, notional_price) = withdrawal_prices(market, position, now)?;
        let profit = profit(position, market, price)?;
        unrealised += profit;
        free += profit.min(0) - initial_of(market, position::exposure(position), notional_price)? as i64;
    }
    if collateral == 0 {
        return Ok((slot.usdc.0 - locked + unrealised.min(0)).min(free).max(0).unsigned_abs());
    }
    other_withdrawable(exchange, slot, collateral, free)
}

/// Another collateral may leave as far as the margin does not need its weighted value.
fn other_withdrawable(exchange: &Exchange, slot: &Slot, collateral: u8, free: i64) -> Result<u64, Error> {
    let held = *slot.collaterals.get(usize::from(collateral) - 1).ok_or(Error::UnknownCollateral)?;
    if slot.market_bitmap == 0 && slot.usdc.0 >= 0 {
        return Ok(held);
    }
    let known = exchange.collaterals.get(usize::from(collateral)).ok_or(Error::UnknownCollateral)?;
    let price = collateral_price(known, Purpose::Withdrawal);
    let value = mul_div(price, u64::from(known.initial_weight), MILLION, Rounding::Up).unwrap_or(u64::MAX);
    let spare = free.max(0).unsigned_abs();
    Ok(if value == 0 { 0 } else { mul_div(spare, MILLION, value, Rounding::Down).unwrap_or(held).min(held) })
}

fn withdrawal_prices(market: &Market, position: &Position, now: Now) -> Result<(u64, u64), Error> {
    let (price, notional_price) = prices(market, position);
    let fresh = now.unix * 1_000 - market.publish_ms <= i64::from(market.open_max_age_ms);
    if fresh && prices::is_anchored(market, now) {
        return Ok((price, notional_price));
    }
    let rate = STALE_WORSENING * u64::from(market.tiers[0].rate) * u64::from(market.maintenance_fraction) / MILLION;
    let worse = mul_div(price, rate, MILLION, Rounding::Up).ok_or(Error::ArithmeticOverflow)?;
    let price = if position.base.0 > 0 { price.saturating_sub(worse) } else { price + worse };
    Ok((price, notional_price.max(price)))
}

#[inline(always)]
fn market_of<'a>(exchange: &'a Exchange, position: &Position) -> Result<&'a Market, Error> {
    exchange.markets.get(usize::from(position.market)).ok_or(Error::BrokenInvariant)
}

#[inline(always)]
fn weighted(profit: i64, weight: u32) -> Result<i64, Error> {
    if profit <= 0 || u64::from(weight) == MILLION {
        return Ok(profit);
    }
    mul_div_signed(profit, u64::from(weight), MILLION, Rounding::Down).ok_or(Error::ArithmeticOverflow)
}

/// USDC and weighted collateral.
#[inline(always)]
fn balance(exchange: &Exchange, slot: &Slot, purpose: Purpose, now: Now) -> Result<i64, Error> {
    if exchange.collateral_count <= 1 {
        return Ok(slot.usdc.0);
    }
    Ok(sum(slot.usdc.0, other_collateral(exchange, slot, purpose, now)?))
}

/// Collateral other than USDC: weighted for maintenance, and at its last price, quote atoms.
///
/// # Errors
/// `ArithmeticOverflow`.
pub(crate) fn collateral_value(exchange: &Exchange, slot: &Slot, now: Now) -> Result<(i64, u64), Error> {
    let mut worth = 0u64;
    for (held, known) in slot.collaterals.iter().zip(&exchange.collaterals[1..]) {
        worth += worth_of(*held, known.price);
    }
    Ok((other_collateral(exchange, slot, Purpose::Maintenance, now)?, worth))
}

/// Price of a collateral: while a jumped one is pending the milder of both for maintenance, else the worse.
pub(crate) fn collateral_price(known: &Collateral, purpose: Purpose) -> u64 {
    match (known.pending_price, purpose) {
        (0, _) => known.price,
        (pending, Purpose::Maintenance) => known.price.max(pending),
        (pending, _) => known.price.min(pending),
    }
}

#[inline(never)]
fn other_collateral(exchange: &Exchange, slot: &Slot, purpose: Purpose, now: Now) -> Result<i64, Error> {
    let mut sum = 0u64;
    for (held, known) in slot.collaterals.iter().zip(&exchange.collaterals[1..]) {
        let stale = now.unix * 1_000 - known.publish_ms > i64::from(known.max_age_s) * 1_000;
        let weight = match purpose {
            Purpose::Maintenance if stale => u64::from(known.maintenance_weight) * STALE_COLLATERAL / MILLION,
            Purpose::Maintenance => u64::from(known.maintenance_weight),
            _ if stale => 0,
            _ => u64::from(known.initial_weight),
        };
        if *held > 0 && weight > 0 {
            let value = worth_of(*held, collateral_price(known, purpose));
            sum += mul_div(value, weight, MILLION, Rounding::Down).ok_or(Error::ArithmeticOverflow)?;
        }
    }
    Ok(sum as i64)
}

/// Quote atoms, rounded down. More than a position may be worth counts no further: no price of a collateral, however
/// wrong, keeps an account from paying, closing or being liquidated.
#[inline(never)]
fn worth_of(held: u64, price: u64) -> u64 {
    mul_div_wide(held, price, MILLION, Rounding::Down).map_or(MAX_NOTIONAL, |worth| worth.min(MAX_NOTIONAL))
}
