//! Moves the money and reports both sides.

use pinocchio::AccountView;
use quantdesk_engine::events::Transferred;
use quantdesk_engine::instructions::Transfer;
use quantdesk_engine::{money, upkeep};

use super::accounts::Accounts;
use crate::clock::now;
use crate::event::{emit, next_event};
use crate::failure::Failure;

/// # Errors
/// Those of the account checks and of [`upkeep::transfer`].
#[inline(never)]
pub fn process(accounts: &mut [AccountView], args: &Transfer) -> Result<(), Failure> {
    let Accounts { exchange, ledger, from, to, signer, event_authority } = Accounts::parse(accounts)?;
    let clock = now()?;
    let slots = ledger.slots;
    let amount = upkeep::transfer(exchange, slots, (from, to), signer, (args.collateral, args.amount), clock)?;
    let event = Transferred {
        seq: next_event(exchange)?,
        slot: clock.slot,
        unix_ts: clock.unix,
        owner: from.owner,
        from_sub: from.sub,
        to_sub: to.sub,
        collateral: args.collateral,
        amount,
        from_after: money::balances(slots, from)?,
        to_after: money::balances(slots, to)?,
    };
    emit(Transferred::DISCRIMINATOR, &event, event_authority)
}
