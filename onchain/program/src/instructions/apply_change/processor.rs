//! Makes the change, reports it, deletes the account.

use pinocchio::AccountView;
use quantdesk_engine::changes;
use quantdesk_engine::describe::Encoded;
use quantdesk_engine::events::ChangeApplied;
use quantdesk_engine::state::QueuedChange;

use super::accounts::Queued;
use crate::clock::now;
use crate::creation::delete;
use crate::event::{emit, next_event};
use crate::failure::Failure;
use crate::loader::{exactly, typed};

/// # Errors
/// Those of the account checks, of [`changes::require_due`] and of [`changes::perform`].
#[inline(never)]
pub fn process(accounts: &mut [AccountView]) -> Result<(), Failure> {
    let Queued { exchange, change, rent_receiver, event_authority } = Queued::parse(exactly(accounts)?)?;
    let queued = typed::<QueuedChange>(change)?;
    let clock = now()?;
    changes::require_due(exchange, queued, clock)?;
    let (value, bytes) = changes::of(queued)?;
    changes::perform(exchange, &value, clock, true)?;
    let event = ChangeApplied {
        seq: next_event(exchange)?,
        slot: clock.slot,
        unix_ts: clock.unix,
        change_seq: queued.seq,
        change: Encoded { value, bytes },
    };
    emit(ChangeApplied::DISCRIMINATOR, &event, event_authority)?;
    delete(change, rent_receiver)
}
