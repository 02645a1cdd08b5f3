//! Writes the delegate's entry and reports it.

use pinocchio::AccountView;
use quantdesk_engine::delegates;
use quantdesk_engine::events::DelegateSet;
use quantdesk_engine::instructions::SetDelegate;

use super::accounts::Accounts;
use crate::clock::now;
use crate::event::{emit, next_event};
use crate::failure::Failure;

/// # Errors
/// Those of the account checks and of [`delegates::set`].
pub fn process(accounts: &mut [AccountView], args: &SetDelegate) -> Result<(), Failure> {
    let Accounts { exchange, trader, event_authority } = Accounts::parse(accounts)?;
    let clock = now()?;
    delegates::set(trader, &args.terms, clock)?;
    let event = DelegateSet {
        seq: next_event(exchange)?,
        slot: clock.slot,
        unix_ts: clock.unix,
        owner: trader.owner,
        sub: trader.sub,
        terms: args.terms,
    };
    emit(DelegateSet::DISCRIMINATOR, &event, event_authority)
}
