//! Sets the switch and reports it.

use pinocchio::AccountView;
use quantdesk_engine::events::DeadManSet;
use quantdesk_engine::instructions::SetDeadMan;
use quantdesk_engine::upkeep;

use crate::clock::now;
use crate::event::{emit, next_event};
use crate::failure::Failure;
use crate::instructions::seated::Accounts;

/// # Errors
/// Those of the account checks and of [`upkeep::set_dead_man`].
pub fn process(accounts: &mut [AccountView], args: &SetDeadMan) -> Result<(), Failure> {
    let Accounts { exchange, ledger, trader, signer, event_authority } = Accounts::parse(accounts)?;
    let clock = now()?;
    upkeep::set_dead_man(ledger.slots, trader, signer, args.cancel_after_slot, clock)?;
    let event = DeadManSet {
        seq: next_event(exchange)?,
        slot: clock.slot,
        unix_ts: clock.unix,
        owner: trader.owner,
        sub: trader.sub,
        slot_index: trader.slot_index,
        generation: trader.generation,
        cancel_after_slot: args.cancel_after_slot,
    };
    emit(DeadManSet::DISCRIMINATOR, &event, event_authority)
}
