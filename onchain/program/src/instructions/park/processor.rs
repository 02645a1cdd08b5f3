//! Parks the money, frees the slot, reports it.

use pinocchio::AccountView;
use quantdesk_engine::events::TraderParked;
use quantdesk_engine::{money, upkeep};

use crate::clock::now;
use crate::event::{emit, next_event};
use crate::failure::Failure;
use crate::instructions::seated::Accounts;

/// # Errors
/// Those of the account checks and of [`upkeep::park`].
pub fn process(accounts: &mut [AccountView]) -> Result<(), Failure> {
    let Accounts { exchange, mut ledger, trader, signer, event_authority } = Accounts::parse(accounts)?;
    let clock = now()?;
    let (slot_index, generation) = (trader.slot_index, trader.generation);
    upkeep::park(exchange, &mut ledger, trader, signer, clock)?;
    let event = TraderParked {
        seq: next_event(exchange)?,
        slot: clock.slot,
        unix_ts: clock.unix,
        owner: trader.owner,
        sub: trader.sub,
        slot_index,
        generation,
        after: money::balances(ledger.slots, trader)?,
    };
    emit(TraderParked::DISCRIMINATOR, &event, event_authority)
}
