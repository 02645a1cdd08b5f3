//! Gives each price to its market and reports what became of it.

use pinocchio::AccountView;
use quantdesk_engine::describe::{Encode, Seq, Writer};
use quantdesk_engine::error::Error;
use quantdesk_engine::events::{PriceRecord, PricesUpdated};
use quantdesk_engine::instructions::{MAX_BATCH, PriceUpdate, UpdatePrice};
use quantdesk_engine::now::Now;
use quantdesk_engine::prices;
use quantdesk_engine::state::Exchange;
use quantdesk_engine::units::Pubkey;

use super::accounts::Accounts;
use crate::clock::now;
use crate::event::{emit, next_event};
use crate::failure::Failure;
use crate::heap;

/// # Errors
/// Those of the account checks and of [`prices::update`]; `TooManyUpdates`, `ZeroAmount` without a
/// price, `UnknownMarket`, `NotAuthorised`.
#[inline(never)]
pub fn process(accounts: &mut [AccountView], args: &UpdatePrice<'_>) -> Result<(), Failure> {
    let Accounts { exchange, authority, event_authority } = Accounts::parse(accounts)?;
    if args.updates.len() > MAX_BATCH {
        return Err(Error::TooManyUpdates.into());
    }
    if args.updates.is_empty() {
        return Err(Error::ZeroAmount.into());
    }
    let now = now()?;
    // SAFETY: once per instruction.
    let region = unsafe { heap::record_region() };
    let mut records = Writer::new(region);
    for update in args.updates.iter() {
        let update = update.ok_or(Error::MalformedArguments)?;
        post(exchange, authority, &update, now)?.encode(&mut records);
    }
    let length = records.finish().ok_or(Error::EventTooLarge)?;
    report(exchange, &region[..length], now, event_authority)
}

/// Reports encoded [`PriceRecord`]s.
///
/// # Errors
/// `EventTooLarge`, `ArithmeticOverflow`.
#[inline(never)]
pub fn report(exchange: &mut Exchange, records: &[u8], now: Now, authority: &AccountView) -> Result<(), Failure> {
    let (seq, prices) = (next_event(exchange)?, Seq::over(records));
    let event = PricesUpdated { seq, slot: now.slot, unix_ts: now.unix, prices };
    emit(PricesUpdated::DISCRIMINATOR, &event, authority)
}

fn post(exchange: &mut Exchange, authority: &Pubkey, update: &PriceUpdate, now: Now) -> Result<PriceRecord, Failure> {
    if update.market >= exchange.market_count {
        return Err(Error::UnknownMarket.into());
    }
    let market = exchange.markets.get_mut(usize::from(update.market)).ok_or(Error::UnknownMarket)?;
    if market.price_authority != *authority {
        return Err(Error::NotAuthorised.into());
    }
    let flags = prices::update(market, update, now)?;
    Ok(prices::record(market, flags))
}
