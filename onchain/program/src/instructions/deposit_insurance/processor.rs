//! Moves the tokens, then credits the fund.

use pinocchio::AccountView;
use quantdesk_engine::events::InsuranceDeposited;
use quantdesk_engine::instructions::DepositInsurance;
use quantdesk_engine::insurance;

use super::accounts::Accounts;
use crate::clock::now;
use crate::event::{emit, next_event};
use crate::failure::Failure;
use crate::loader::key;
use crate::vault::pay_in;

/// # Errors
/// Those of the account checks and of [`insurance::deposit`]; the token program's.
#[inline(never)]
pub fn process(accounts: &mut [AccountView], args: &DepositInsurance) -> Result<(), Failure> {
    let Accounts { exchange, owner, source, vault, event_authority } = Accounts::parse(accounts)?;
    let clock = now()?;
    insurance::deposit(exchange, args.amount)?;
    pay_in(source, vault, owner, args.amount)?;
    let event = InsuranceDeposited {
        seq: next_event(exchange)?,
        slot: clock.slot,
        unix_ts: clock.unix,
        by: *key(owner),
        amount: args.amount,
        insurance: exchange.insurance,
        deficit: exchange.deficit,
    };
    emit(InsuranceDeposited::DISCRIMINATOR, &event, event_authority)
}
