//! Debits the fees, then moves the tokens out of the vault.

use pinocchio::AccountView;
use quantdesk_engine::events::FeesSwept;
use quantdesk_engine::instructions::SweepFees;
use quantdesk_engine::insurance;

use super::accounts::Accounts;
use crate::clock::now;
use crate::event::{emit, next_event};
use crate::failure::Failure;
use crate::loader::key;
use crate::vault;

/// # Errors
/// Those of the account checks and of [`insurance::sweep_fees`]; the token program's.
#[inline(never)]
pub fn process(accounts: &mut [AccountView], args: &SweepFees) -> Result<(), Failure> {
    let Accounts { exchange, authority, destination, vault, event_authority } = Accounts::parse(accounts)?;
    let clock = now()?;
    let amount = insurance::sweep_fees(exchange, args.amount)?;
    vault::pay_out(exchange, &authority, vault, destination, amount)?;
    let event = FeesSwept {
        seq: next_event(exchange)?,
        slot: clock.slot,
        unix_ts: clock.unix,
        destination: *key(destination),
        amount,
        fees_collected: exchange.fees_collected,
        deficit: exchange.deficit,
    };
    emit(FeesSwept::DISCRIMINATOR, &event, event_authority)
}
