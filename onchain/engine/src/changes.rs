//! Changes that wait out the timelock, and market status.
//!
//! Whatever can print money is a [`Change`]: the admin queues it, everybody sees it, anyone may apply it once it
//! is due. It obeys the bounds of [`governance`](crate::governance) when queued and again when applied. The wait
//! begins anew with the end of every pause of withdrawals: nobody meets a change that they could not leave before.

use crate::describe::{Reader, bytes_of_mut};
use crate::error::Error;
use crate::governance::{self, MAX_SLOT_EQUITY, MAX_TIMELOCK_S, within};
use crate::instructions::{Change, MarketChange, MarketStatus};
use crate::mark;
use crate::now::Now;
use crate::state::market_status::{ACTIVE, POST_ONLY, REDUCE_ONLY, SETTLING};
use crate::state::{Exchange, Ledger, Market, QueuedChange, Slot, paused};
use crate::units::{LotPrice, Pubkey};

/// A change that is due may be applied this long: seven days.
const GRACE_S: i64 = 7 * 86_400;
/// Shortest timelock that a change may set: one hour.
const MIN_TIMELOCK_S: u32 = 3_600;
/// Reduce-only before a market settles: 24 hours.
const NOTICE_S: i64 = 86_400;
/// Seconds of cancels and post-only orders after a market becomes active again.
const REST_S: i64 = 60;

/// Whether withdrawals are paused now: a pause of them ends by itself.
#[inline(always)]
pub fn withdrawals_paused(exchange: &Exchange, unix: i64) -> bool {
    exchange.paused & paused::WITHDRAWALS != 0 && unix < exchange.withdrawals_paused_until
}

/// Seconds that a change waits from `now` on.
pub fn timelock(exchange: &Exchange) -> i64 {
    if exchange.opened == 0 { 0 } else { i64::from(exchange.timelock_s) }
}

/// Whether a queued change may be applied now.
///
/// # Errors
/// `Paused` while withdrawals are, `ChangeNotDue`, `ChangeExpired`.
pub fn require_due(exchange: &Exchange, queued: &QueuedChange, now: Now) -> Result<(), Error> {
    if exchange.opened == 0 {
        return Ok(());
    }
    if withdrawals_paused(exchange, now.unix) {
        return Err(Error::Paused);
    }
    let due = due(exchange, queued);
    if now.unix < due {
        return Err(Error::ChangeNotDue);
    }
    if now.unix > due + GRACE_S {
        return Err(Error::ChangeExpired);
    }
    Ok(())
}

/// When a change may be applied: a timelock after it was queued and after withdrawals were last paused.
fn due(exchange: &Exchange, queued: &QueuedChange) -> i64 {
    let from = queued.queued_at.max(exchange.withdrawals_paused_until);
    queued.eta.max(from + timelock(exchange))
}

/// Whether `signer` may drop a queued change: admin and guardian always, anyone once it has expired.
///
/// # Errors
/// `NotAuthorised`.
pub fn check_cancel(exchange: &Exchange, queued: &QueuedChange, signer: &Pubkey, now: Now) -> Result<(), Error> {
    let expired = now.unix > due(exchange, queued) + GRACE_S;
    if expired || *signer == exchange.admin || *signer == exchange.guardian {
        return Ok(());
    }
    Err(Error::NotAuthorised)
}

/// The change that an account holds.
///
/// # Errors
/// `BrokenInvariant`.
pub fn of(queued: &QueuedChange) -> Result<(Change<'_>, &[u8]), Error> {
    let bytes = queued.payload.get(..usize::from(queued.length)).ok_or(Error::BrokenInvariant)?;
    let change = crate::describe::Decode::decode(&mut Reader::new(bytes)).ok_or(Error::BrokenInvariant)?;
    Ok((change, bytes))
}

/// Checks a change and, when `commit`, makes it.
///
/// # Errors
/// `ParameterOutOfBounds`, `FeesExceedMaintenance`, `UnknownMarket`, `UnknownCollateral`, `TableFull`,
/// `AlreadyInitialised`, `MarketNotActive` for a market that grows or settles, `NoticeTooShort`.
#[inline(never)]
pub fn perform(exchange: &mut Exchange, change: &Change<'_>, now: Now, commit: bool) -> Result<(), Error> {
    match change {
        Change::Market(to) => change_market(exchange, to, now, commit)?,
        Change::PriceSource(to) => {
            governance::check_source(to.source, &to.price_authority, &to.feed_id)?;
            let market = market(exchange, to.market)?;
            if commit {
                market.source = to.source;
                market.price_authority = to.price_authority;
                market.feed_id = to.feed_id;
                (market.pending_price, market.pending_count) = (LotPrice(0), 0);
            }
        }
        Change::Fees(to) => {
            governance::check_fee_tiers(&to.tiers)?;
            governance::check_fees_of_markets(exchange, &to.tiers)?;
            if commit {
                exchange.fee_tiers = governance::fee_tiers(&to.tiers);
            }
        }
        Change::Collateral(to) => {
            let index = to.collateral;
            within(to.status == 1 || to.status == 2)?;
            crate::money::collateral(exchange, index)?;
            let known = &mut exchange.collaterals[usize::from(index)];
            governance::check_collateral(index, &to.params, known.decimals)?;
            if commit {
                governance::write_collateral(known, &to.params);
                known.status = to.status;
                known.bucket_level = known.bucket_level.min(known.bucket_capacity);
            }
        }
        Change::NewMarket(to) => {
            governance::check_new_market(exchange, &to.params)?;
            if commit {
                leave(bytes_of_mut(&mut exchange.markets[usize::from(exchange.market_count)]), to.as_bytes());
            }
        }
        Change::NewCollateral(to) => {
            governance::check_new_collateral(exchange, &to.mint)?;
            governance::check_collateral(exchange.collateral_count, &to.params, 6)?;
            if commit {
                leave(bytes_of_mut(&mut exchange.collaterals[usize::from(exchange.collateral_count)]), to.as_bytes());
            }
        }
        Change::Status(to) => {
            let market = market(exchange, to.market)?;
            within((POST_ONLY..=SETTLING).contains(&to.status))?;
            if commit {
                set_status(market, to.status, now)?;
            }
        }
        Change::Exchange(to) => {
            within((MIN_TIMELOCK_S..=MAX_TIMELOCK_S).contains(&{ to.timelock_s }))?;
            within((1..=MAX_SLOT_EQUITY).contains(&{ to.min_slot_equity }))?;
            let ledger = size_of::<Ledger>() + exchange.slot_capacity as usize * size_of::<Slot>();
            within(to.client_data_limit >= ledger as u64)?;
            if commit {
                exchange.timelock_s = to.timelock_s;
                exchange.min_slot_equity = to.min_slot_equity;
                exchange.client_data_limit = to.client_data_limit;
            }
        }
        Change::Guardian(to) => {
            within(to.guardian != Pubkey::default())?;
            if commit {
                exchange.guardian = to.guardian;
            }
        }
    }
    Ok(())
}

/// A market that trades, or could again.
#[inline(never)]
fn market(exchange: &mut Exchange, index: u16) -> Result<&mut Market, Error> {
    if index >= exchange.market_count {
        return Err(Error::UnknownMarket);
    }
    let market = &mut exchange.markets[usize::from(index)];
    if !(POST_ONLY..=REDUCE_ONLY).contains(&market.status) {
        return Err(Error::MarketNotActive);
    }
    Ok(market)
}

fn change_market(exchange: &mut Exchange, to: &MarketChange, now: Now, commit: bool) -> Result<(), Error> {
    let params = &to.params;
    let taker = governance::highest_taker(exchange);
    let market = market(exchange, to.market)?;
    within(params.symbol == market.symbol && params.book_capacity == market.book_capacity)?;
    within(params.lots_per_base == market.lots_per_base && params.tick_size == market.tick_size)?;
    within(params.price_authority == market.price_authority && params.source == market.source)?;
    within(params.feed_id == market.feed_id)?;
    governance::check_limits(params, market.index_price.0.max(1), taker)?;
    if !commit {
        return Ok(());
    }
    mark::integrate(market, now);
    let starting = (market.later_oi_cap != 0).then_some(market.oi_cap);
    governance::write_limits(market, params);
    if let Some(cap) = starting {
        market.later_oi_cap = market.oi_cap;
        market.oi_cap = market.oi_cap.min(cap);
    }
    mark::refresh(market, now);
    Ok(())
}

/// Keeps what may be created in the free entry of its table, which nothing reads.
#[inline(never)]
fn leave(place: &mut [u8], what: &[u8]) {
    place.fill(0);
    for (byte, value) in place.iter_mut().zip(what) {
        *byte = *value;
    }
}

/// Before opening anything may be created; afterwards what an applied change left in the free entry. Clears it.
///
/// # Errors
/// `ExchangeAlreadyOpen`.
#[inline(never)]
pub(crate) fn require_leave(opened: u8, place: &mut [u8], wanted: &[u8]) -> Result<(), Error> {
    if opened != 0 && !place.starts_with(wanted) {
        return Err(Error::ExchangeAlreadyOpen);
    }
    place.fill(0);
    Ok(())
}

#[inline(never)]
fn set_status(market: &mut Market, status: u8, now: Now) -> Result<(), Error> {
    match status {
        SETTLING => {
            let noticed = market.status == REDUCE_ONLY && market.notice_at != 0;
            if !noticed || now.unix - market.notice_at < NOTICE_S {
                return Err(Error::NoticeTooShort);
            }
            (market.settlement_sum, market.settlement_seconds) = (0, 0);
        }
        ACTIVE => {
            market.notice_at = 0;
            market.resume_at = now.unix + REST_S;
        }
        _ if market.status != status || market.notice_at == 0 => market.notice_at = now.unix,
        _ => {}
    }
    market.status = status;
    Ok(())
}

/// Restricts a market at once: post-only from active, reduce-only from either. Before opening any of the three.
///
/// # Errors
/// `NotAuthorised`, `UnknownMarket`, `MarketNotActive` for a market that grows or settles,
/// `ExchangeAlreadyOpen` for what has to be queued.
pub fn restrict(
    exchange: &mut Exchange,
    signer: &Pubkey,
    index: u16,
    status: MarketStatus,
    now: Now,
) -> Result<(), Error> {
    if exchange.admin != *signer && exchange.guardian != *signer {
        return Err(Error::NotAuthorised);
    }
    let opened = exchange.opened != 0;
    let market = market(exchange, index)?;
    let status = status as u8;
    within((POST_ONLY..=REDUCE_ONLY).contains(&status))?;
    let stricter = match status {
        POST_ONLY => market.status == ACTIVE,
        REDUCE_ONLY => market.status != REDUCE_ONLY || market.notice_at == 0,
        _ => false,
    };
    if opened && !stricter {
        return Err(Error::ExchangeAlreadyOpen);
    }
    set_status(market, status, now)
}
