//! Opens when there is something to deposit and every book can be used.

use pinocchio::AccountView;
use quantdesk_engine::error::Error;
use quantdesk_engine::events::ExchangeOpened;
use quantdesk_engine::governance::require_closed;
use quantdesk_engine::state::market_status;

use super::accounts::Accounts;
use crate::clock::now;
use crate::event::{emit, next_event};
use crate::failure::Failure;

/// # Errors
/// `ExchangeAlreadyOpen`; `UnknownCollateral` without one; `BookNotUsable` while a book grows.
#[inline(never)]
pub fn process(accounts: &mut [AccountView]) -> Result<(), Failure> {
    let Accounts { exchange, event_authority } = Accounts::parse(accounts)?;
    require_closed(exchange)?;
    if exchange.collateral_count == 0 {
        return Err(Error::UnknownCollateral.into());
    }
    let markets = exchange.markets.iter().take(exchange.market_count as usize);
    if markets.into_iter().any(|market| market.status == market_status::INITIALISING) {
        return Err(Error::BookNotUsable.into());
    }
    exchange.opened = 1;
    let clock = now()?;
    let event = ExchangeOpened { seq: next_event(exchange)?, slot: clock.slot, unix_ts: clock.unix, id: exchange.id };
    emit(ExchangeOpened::DISCRIMINATOR, &event, event_authority)
}
