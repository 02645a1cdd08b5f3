//! Sets the status and reports it.

use pinocchio::AccountView;
use quantdesk_engine::changes;
use quantdesk_engine::events::MarketStatusSet;
use quantdesk_engine::instructions::SetMarketStatus;

use crate::clock::now;
use crate::event::{emit, next_event};
use crate::failure::Failure;
use crate::instructions::authority::Accounts;

/// # Errors
/// Those of the account checks and of [`changes::restrict`].
#[inline(never)]
pub fn process(accounts: &mut [AccountView], args: &SetMarketStatus) -> Result<(), Failure> {
    let Accounts { signer, exchange, event_authority } = Accounts::parse(accounts)?;
    let clock = now()?;
    changes::restrict(exchange, signer, args.market, args.status, clock)?;
    let event = MarketStatusSet {
        seq: next_event(exchange)?,
        slot: clock.slot,
        unix_ts: clock.unix,
        market: args.market,
        status: args.status as u8,
        by: *signer,
    };
    emit(MarketStatusSet::DISCRIMINATOR, &event, event_authority)
}
