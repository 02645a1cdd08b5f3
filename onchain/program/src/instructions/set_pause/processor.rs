//! Sets the bits and reports them.

use pinocchio::AccountView;
use quantdesk_engine::authority;
use quantdesk_engine::events::PauseSet;
use quantdesk_engine::instructions::SetPause;

use crate::clock::now;
use crate::event::{emit, next_event};
use crate::failure::Failure;
use crate::instructions::authority::Accounts;

/// # Errors
/// Those of the account checks and of [`authority::set_pause`].
#[inline(never)]
pub fn process(accounts: &mut [AccountView], args: &SetPause) -> Result<(), Failure> {
    let Accounts { signer, exchange, event_authority } = Accounts::parse(accounts)?;
    let clock = now()?;
    authority::set_pause(exchange, signer, args.paused, clock)?;
    let event = PauseSet {
        seq: next_event(exchange)?,
        slot: clock.slot,
        unix_ts: clock.unix,
        paused: exchange.paused,
        resume_at: exchange.resume_at,
        by: *signer,
    };
    emit(PauseSet::DISCRIMINATOR, &event, event_authority)
}
