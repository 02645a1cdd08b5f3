//! Places the trigger and reports it.

use pinocchio::AccountView;
use quantdesk_engine::events::TriggerPlaced;
use quantdesk_engine::instructions::PlaceTrigger;
use quantdesk_engine::{money, triggers};

use crate::clock::now;
use crate::event::{emit, next_event};
use crate::failure::Failure;
use crate::instructions::seated::Accounts;

/// # Errors
/// Those of the account checks and of [`triggers::place`].
pub fn process(accounts: &mut [AccountView], args: &PlaceTrigger) -> Result<(), Failure> {
    let Accounts { exchange, ledger, trader, signer, event_authority } = Accounts::parse(accounts)?;
    let clock = now()?;
    let mut terms = args.terms;
    let epoch = triggers::place(exchange, ledger.slots, trader, signer, &mut terms, clock)?;
    let event = TriggerPlaced {
        seq: next_event(exchange)?,
        slot: clock.slot,
        unix_ts: clock.unix,
        owner: trader.owner,
        sub: trader.sub,
        epoch,
        terms,
        after: money::balances(ledger.slots, trader)?,
    };
    emit(TriggerPlaced::DISCRIMINATOR, &event, event_authority)
}
