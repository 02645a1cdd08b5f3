//! Removes the trigger and reports it.

use pinocchio::AccountView;
use quantdesk_engine::events::TriggerCancelled;
use quantdesk_engine::instructions::CancelTrigger;
use quantdesk_engine::{money, triggers};

use crate::clock::now;
use crate::event::{emit, next_event};
use crate::failure::Failure;
use crate::instructions::seated::Accounts;

/// # Errors
/// Those of the account checks and of [`triggers::cancel`].
pub fn process(accounts: &mut [AccountView], args: &CancelTrigger) -> Result<(), Failure> {
    let Accounts { exchange, ledger, trader, signer, event_authority } = Accounts::parse(accounts)?;
    let clock = now()?;
    triggers::cancel(exchange, ledger.slots, trader, signer, args.index, clock)?;
    let event = TriggerCancelled {
        seq: next_event(exchange)?,
        slot: clock.slot,
        unix_ts: clock.unix,
        owner: trader.owner,
        sub: trader.sub,
        index: args.index,
        after: money::balances(ledger.slots, trader)?,
    };
    emit(TriggerCancelled::DISCRIMINATOR, &event, event_authority)
}
