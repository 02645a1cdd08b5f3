//! Turning a position's profit into balance, and paying another account's debt for its collateral.

use crate::error::Error;
use crate::events::TouchedRecord;
use crate::funding;
use crate::instructions::{ConvertCollateral, Realize};
use crate::margin::{self, Purpose};
use crate::mark;
use crate::money::{self, EVERYTHING};
use crate::now::Now;
use crate::position;
use crate::prices;
use crate::recorder;
use crate::slots;
use crate::state::{Collateral, Exchange, Market, NO_MARKET, Slot, Trader, market_status, paused};
use crate::units::{MILLION, Rounding, mul_div_wide, value_of};
use crate::vesting;

/// Debt below which collateral is left alone: $50, or 1 % of what the collateral is worth.
const LEAST_DEBT: u64 = 50_000_000;

/// What `realize` did.
pub struct Realized {
    /// Profit, quote atoms.
    pub profit: i64,
    /// Price that it was taken at, quote atoms per lot.
    pub price: u64,
    /// The slot afterwards.
    pub after: TouchedRecord,
}

/// Moves a position's profit, at the worse of mark and index, into the balance, where it vests. The position stays
/// open at that price; its entry prices stay as they were.
///
/// # Errors
/// `UnknownMarket`, `MarketNotActive` once it settles, `MatchingPaused`; `NoPrice`, `PriceStale`,
/// `PriceNotAnchored` and `PriceUncertain` as for opening risk; `NothingToRealize` without a profit.
#[inline(never)]
pub fn realize(
    exchange: &mut Exchange,
    slots: &mut [Slot],
    trader: &Trader,
    args: &Realize,
    now: Now,
) -> Result<Realized, Error> {
    money::require_open(exchange, 0)?;
    if args.market >= exchange.market_count {
        return Err(Error::UnknownMarket);
    }
    let market = exchange.markets.get_mut(usize::from(args.market)).ok_or(Error::UnknownMarket)?;
    if !matches!(market.status, market_status::POST_ONLY..=market_status::REDUCE_ONLY) {
        return Err(Error::MarketNotActive);
    }
    if now.unix < market.resume_at.max(exchange.resume_at) {
        return Err(Error::MatchingPaused);
    }
    mark::integrate(market, now);
    prices::require(market, (market.open_max_age_ms, market.open_confidence), now)?;
    if !prices::is_anchored(market, now) {
        return Err(Error::PriceNotAnchored);
    }
    let slot = slots::of(slots, trader)?;
    let entry = position::find(slot, args.market as u8).ok_or(Error::NothingToRealize)?;
    let held = &mut slot.positions[entry];
    let paid = funding::settle(market, held)?.0;
    let price = worse(market, held.base.0);
    let profit = held.quote.0 + value_of(held.base.0, price).ok_or(Error::ArithmeticOverflow)?;
    if profit <= 0 {
        return Err(Error::NothingToRealize);
    }
    held.quote.0 -= profit;
    let vesting_s = market.vesting_s;
    exchange.open_quote -= profit;
    vesting::book(slot, profit, vesting_s, now.unix)?;
    money::set_usdc(exchange, slot, slot.usdc.0 - paid + profit)?;
    slot.last_active = now.unix as u32;
    Ok(Realized { profit, price, after: recorder::touched_now(slot, trader.slot_index, paid, args.market as u8) })
}

/// The worse for the position of mark, index and a jumped price that is pending.
fn worse(market: &Market, base: i64) -> u64 {
    let (mark, index, pending) = (market.mark_price.0, market.index_price.0, market.pending_price.0);
    let pending = if pending == 0 { mark } else { pending };
    if base > 0 { mark.min(index).min(pending) } else { mark.max(index).max(pending) }
}

/// What `convert_collateral` did.
pub struct Converted {
    /// Collateral that changed hands, smallest units.
    pub amount: u64,
    /// USDC paid for it, quote atoms.
    pub paid: u64,
    /// Discount on the oracle's price, 1e-6.
    pub discount: u32,
}

/// Pays the debt of an account whose losses its USDC does not cover, and takes its collateral for it at the
/// oracle's price less a discount that grows as the account's health falls.
///
/// # Errors
/// `Paused`, `MatchingPaused`; `StaleGeneration`; `NotAuthorised` for one's own account; `UnknownCollateral`,
/// also for USDC; `PriceStale` and `PriceUncertain` of the collateral or a market of the account;
/// `ConversionNotDue` while net USDC is not below -max($50, 1 % of its collateral) and equity not below 0;
/// `ZeroAmount` when nothing would change hands; `ExceedsWithdrawable` when the caller cannot pay with what it could withdraw.
#[inline(never)]
pub fn convert(
    exchange: &mut Exchange,
    slots: &mut [Slot],
    payer: &Trader,
    args: &ConvertCollateral,
    now: Now,
) -> Result<Converted, Error> {
    money::require_open(exchange, paused::LIQUIDATION)?;
    if now.unix < exchange.resume_at {
        return Err(Error::MatchingPaused);
    }
    slots::of(slots, payer)?;
    let debtor = slots.get(usize::from(args.slot)).ok_or(Error::StaleGeneration)?;
    if debtor.generation != args.generation || !slots::is_active(debtor) {
        return Err(Error::StaleGeneration);
    }
    if debtor.owner == payer.owner {
        return Err(Error::NotAuthorised);
    }
    let known = *money::collateral(exchange, args.collateral)?;
    let held = match args.collateral {
        0 => return Err(Error::UnknownCollateral),
        other => *debtor.collaterals.get(usize::from(other) - 1).ok_or(Error::UnknownCollateral)?,
    };
    if now.unix * 1_000 - known.publish_ms > i64::from(known.max_age_s) * 1_000 {
        return Err(Error::PriceStale);
    }
    let Due { debt, discount, rounding } = due(exchange, debtor, &known, now)?;
    let price = margin::collateral_price(&known, Purpose::Maintenance);
    let price = mul_div_wide(price, MILLION - u64::from(discount), MILLION, Rounding::Up).unwrap_or(0);
    let takes = |quote, rounding| mul_div_wide(quote, MILLION, price, rounding).ok_or(Error::NoPrice);
    let available = money::withdrawable(exchange, slots::of(slots, payer)?, 0, now)?;
    let mut amount = args.amount.min(held).min(takes(debt, rounding)?);
    if args.amount == EVERYTHING {
        amount = amount.min(takes(available, Rounding::Down)?);
    }
    if amount == 0 {
        return Err(Error::ZeroAmount);
    }
    let paid = mul_div_wide(amount, price, MILLION, Rounding::Up).ok_or(Error::ArithmeticOverflow)?;
    if paid > available {
        return Err(Error::ExceedsWithdrawable);
    }
    for (index, gives, takes) in
        [(args.slot, (args.collateral, amount), (0, paid)), (payer.slot_index, (0, paid), (args.collateral, amount))]
    {
        let slot = slots.get_mut(usize::from(index)).ok_or(Error::BrokenInvariant)?;
        money::debit(exchange, slot, gives.0, gives.1)?;
        money::credit(exchange, slot, takes.0, takes.1)?;
    }
    Ok(Converted { amount, paid, discount })
}

/// What a conversion may pay at most, and at which discount.
struct Due {
    /// What the account owes beyond its USDC, quote atoms.
    debt: u64,
    /// Discount at its health, 1e-6, rounded down: how much of its weighted collateral debts and maintenance use.
    discount: u32,
    /// Of the amount for the debt: up for who owes more than all is worth, so that no last unit stays behind.
    rounding: Rounding,
}

fn due(exchange: &mut Exchange, slot: &Slot, known: &Collateral, now: Now) -> Result<Due, Error> {
    for position in slot.positions.iter().filter(|position| position.market != NO_MARKET) {
        let market = exchange.markets.get_mut(usize::from(position.market)).ok_or(Error::BrokenInvariant)?;
        mark::integrate(market, now);
        prices::require(market, (market.liquidate_max_age_ms, market.liquidate_confidence), now)?;
    }
    let standing = margin::standing(exchange, slot, now)?;
    let (weighted, worth) = margin::collateral_value(exchange, slot, now)?;
    let without = standing.equity - weighted;
    let net = slot.usdc.0 + (without - slot.usdc.0).min(0);
    let debt = net.min(0).unsigned_abs();
    let bankrupt = standing.equity < 0;
    if debt <= LEAST_DEBT.max(worth / 100) && !bankrupt {
        return Err(Error::ConversionNotDue);
    }
    let all = weighted.unsigned_abs();
    let used = (standing.maintenance - without).max(0).unsigned_abs().min(all);
    let range = u64::from(known.convert_discount_max - known.convert_discount_min);
    let more = mul_div_wide(range, used, all, Rounding::Down).unwrap_or(range);
    let rounding = if bankrupt { Rounding::Up } else { Rounding::Down };
    Ok(Due { debt, discount: known.convert_discount_min + more as u32, rounding })
}
