//! Moves the tokens, then credits them.

use pinocchio::AccountView;
use quantdesk_engine::events::Deposited;
use quantdesk_engine::instructions::Deposit;
use quantdesk_engine::money;

use super::accounts::Accounts;
use crate::clock::now;
use crate::event::{emit, next_event};
use crate::failure::Failure;
use crate::vault;

/// # Errors
/// Those of the account checks and of [`money::deposit`]; the token program's.
#[inline(never)]
pub fn process(accounts: &mut [AccountView], args: &Deposit) -> Result<(), Failure> {
    let accounts = Accounts::parse(accounts, args.collateral)?;
    let (exchange, slots, trader) = (accounts.exchange, accounts.ledger.slots, accounts.trader);
    let clock = now()?;
    let moved = money::deposit(exchange, slots, trader, args.collateral, args.amount, clock.unix)?;
    vault::pay_in(accounts.source, accounts.vault, accounts.owner, moved.amount)?;
    let event = Deposited {
        seq: next_event(exchange)?,
        slot: clock.slot,
        unix_ts: clock.unix,
        owner: trader.owner,
        sub: trader.sub,
        collateral: args.collateral,
        amount: moved.amount,
        parked: moved.parked,
        after: money::balances(slots, trader)?,
    };
    emit(Deposited::DISCRIMINATOR, &event, accounts.event_authority)
}
