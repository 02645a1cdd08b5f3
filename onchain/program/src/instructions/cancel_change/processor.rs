//! Reports the change as dropped, deletes the account.

use pinocchio::AccountView;
use quantdesk_engine::changes;
use quantdesk_engine::error::Error;
use quantdesk_engine::events::ChangeCancelled;
use quantdesk_engine::state::QueuedChange;

use crate::clock::now;
use crate::creation::delete;
use crate::event::{emit, next_event};
use crate::failure::Failure;
use crate::instructions::apply_change::Queued;
use crate::loader::{exactly, key, require_signer, typed};

/// # Errors
/// Those of the account checks and of [`changes::check_cancel`].
#[inline(never)]
pub fn process(accounts: &mut [AccountView]) -> Result<(), Failure> {
    let [signer, rest @ ..] = accounts else {
        return Err(Error::WrongAccountCount.into());
    };
    let Queued { exchange, change, rent_receiver, event_authority } = Queued::parse(exactly(rest)?)?;
    require_signer(signer)?;
    let by = *key(signer);
    let queued = typed::<QueuedChange>(change)?;
    let clock = now()?;
    changes::check_cancel(exchange, queued, &by, clock)?;
    let event = ChangeCancelled {
        seq: next_event(exchange)?,
        slot: clock.slot,
        unix_ts: clock.unix,
        change_seq: queued.seq,
        by,
    };
    emit(ChangeCancelled::DISCRIMINATOR, &event, event_authority)?;
    delete(change, rent_receiver)
}
