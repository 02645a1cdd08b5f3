//! Takes a slot and moves the parked money into it.

use pinocchio::AccountView;
use quantdesk_engine::events::TraderActivated;
use quantdesk_engine::money;

use super::accounts::Accounts;
use crate::clock::now;
use crate::event::{emit, next_event};
use crate::failure::Failure;

/// # Errors
/// Those of the account checks and of [`money::activate`].
#[inline(never)]
pub fn process(accounts: &mut [AccountView]) -> Result<(), Failure> {
    let Accounts { exchange, mut ledger, trader, event_authority } = Accounts::parse(accounts)?;
    let clock = now()?;
    money::activate(exchange, &mut ledger, trader, clock.unix)?;
    let event = TraderActivated {
        seq: next_event(exchange)?,
        slot: clock.slot,
        unix_ts: clock.unix,
        owner: trader.owner,
        sub: trader.sub,
        slot_index: trader.slot_index,
        generation: trader.generation,
        after: money::balances(ledger.slots, trader)?,
    };
    emit(TraderActivated::DISCRIMINATOR, &event, event_authority)
}
