//! The insurance fund, collected fees, and losses that nobody has paid yet.
//!
//! While there is a deficit, whatever comes in repays it first, and each withdrawal carries its share:
//! nobody gains by being first.

use crate::error::Error;
use crate::money::{EVERYTHING, require_open};
use crate::now::Now;
use crate::state::{Exchange, Market};
use crate::units::{Rounding, mul_div};

/// Withdrawals rest this long after a loss was seen that insurance cannot pay, seconds.
const REST_S: i64 = 60;
/// They rest at most this long for one event, seconds.
const LONGEST_REST_S: i64 = 600;

/// Adds to the insurance fund what is left after the deficit.
///
/// # Errors
/// `ArithmeticOverflow`.
pub(crate) fn credit(exchange: &mut Exchange, amount: u64) -> Result<(), Error> {
    let repaid = exchange.deficit.min(amount);
    exchange.deficit -= repaid;
    exchange.insurance = exchange.insurance.checked_add(amount - repaid).ok_or(Error::ArithmeticOverflow)?;
    Ok(())
}

/// Fees not swept yet repay the deficit.
fn repay_from_fees(exchange: &mut Exchange) {
    let repaid = exchange.deficit.min(exchange.fees_collected.max(0).unsigned_abs());
    exchange.deficit -= repaid;
    exchange.fees_collected -= repaid as i64;
}

/// What insurance can pay for a market now: what it has, within the market's budget.
pub(crate) fn available(exchange: &Exchange, market: &Market) -> u64 {
    exchange.insurance.min(market.insurance_budget.saturating_sub(market.insurance_paid))
}

/// Takes up to `loss` out of the insurance fund for a market; returns how much.
///
/// # Errors
/// `UnknownMarket`.
pub(crate) fn pay(exchange: &mut Exchange, market: usize, loss: u64) -> Result<u64, Error> {
    let known = exchange.markets.get(market).ok_or(Error::UnknownMarket)?;
    let paid = loss.min(available(exchange, known));
    exchange.insurance -= paid;
    exchange.markets[market].insurance_paid += paid;
    Ok(paid)
}

/// Books a loss that insurance did not pay.
///
/// # Errors
/// `ArithmeticOverflow`.
pub(crate) fn lose(exchange: &mut Exchange, loss: u64) -> Result<(), Error> {
    exchange.deficit = exchange.deficit.checked_add(loss).ok_or(Error::ArithmeticOverflow)?;
    repay_from_fees(exchange);
    Ok(())
}

/// Lets withdrawals rest: nobody leaves between a loss and its booking. At most ten minutes for one
/// event, and then none for as long again, so that no series of small losses holds money back.
pub(crate) fn rest_withdrawals(exchange: &mut Exchange, now: Now) {
    if now.unix >= exchange.withdraw_rest_since.saturating_add(2 * LONGEST_REST_S) {
        exchange.withdraw_rest_since = now.unix;
    }
    exchange.withdraw_rest_until = (now.unix + REST_S).min(exchange.withdraw_rest_since + LONGEST_REST_S);
}

/// Credits USDC that anyone gives to the insurance fund; the tokens are in the vault.
///
/// # Errors
/// `ExchangeNotOpen`, `ZeroAmount`, `ArithmeticOverflow`.
pub fn deposit(exchange: &mut Exchange, amount: u64) -> Result<(), Error> {
    require_open(exchange, 0)?;
    if amount == 0 {
        return Err(Error::ZeroAmount);
    }
    let usdc = &mut exchange.collaterals[0];
    usdc.total_deposits = usdc.total_deposits.checked_add(amount).ok_or(Error::ArithmeticOverflow)?;
    credit(exchange, amount)
}

/// Takes collected fees out and returns how much; the shell then moves the tokens. The deficit is
/// repaid first, and fees that accounts with negative USDC still owe are not there to be taken.
///
/// # Errors
/// `ExchangeNotOpen`, `ZeroAmount`, `ExceedsFees`.
pub fn sweep_fees(exchange: &mut Exchange, wanted: u64) -> Result<u64, Error> {
    require_open(exchange, 0)?;
    repay_from_fees(exchange);
    let there = exchange.fees_collected.max(0).unsigned_abs().saturating_sub(exchange.negative_usdc);
    let amount = if wanted == EVERYTHING { there } else { wanted };
    if amount == 0 {
        return Err(Error::ZeroAmount);
    }
    if amount > there {
        return Err(Error::ExceedsFees);
    }
    exchange.fees_collected -= amount as i64;
    let usdc = &mut exchange.collaterals[0];
    usdc.total_deposits = usdc.total_deposits.checked_sub(amount).ok_or(Error::BrokenInvariant)?;
    Ok(amount)
}

/// Takes a withdrawal's share of the deficit, `amount x deficit / claims` rounded up, off the deficit and
/// returns it: the withdrawal is paid that much less. Claims are all positive USDC balances.
///
/// # Errors
/// `BrokenInvariant`.
#[inline(always)]
pub(crate) fn share_of_deficit(exchange: &mut Exchange, amount: u64) -> Result<u64, Error> {
    if exchange.deficit == 0 { Ok(0) } else { cut(exchange, amount) }
}

#[cold]
#[inline(never)]
fn cut(exchange: &mut Exchange, amount: u64) -> Result<u64, Error> {
    repay_from_fees(exchange);
    let claims = claims(exchange)?;
    let share = if amount >= claims {
        exchange.deficit
    } else {
        mul_div(amount, exchange.deficit, claims, Rounding::Up).unwrap_or(amount)
    };
    let share = share.min(exchange.deficit).min(amount);
    exchange.deficit -= share;
    Ok(share)
}

/// Positive USDC balances in slots and parked, quote atoms: what the vault holds, and is missing, for them.
///
/// # Errors
/// `BrokenInvariant`.
pub fn claims(exchange: &Exchange) -> Result<u64, Error> {
    let pools: i128 = exchange.markets.iter().map(|market| i128::from(market.funding_pool)).sum();
    let claims = i128::from(exchange.collaterals[0].total_deposits)
        + i128::from(exchange.deficit)
        + i128::from(exchange.negative_usdc)
        - i128::from(exchange.insurance)
        - i128::from(exchange.fees_collected)
        - i128::from(exchange.open_quote)
        - pools;
    u64::try_from(claims).map_err(|_| Error::BrokenInvariant)
}
