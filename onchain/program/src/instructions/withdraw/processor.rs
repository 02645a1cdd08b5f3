//! Debits, then moves the tokens out of the vault.

use pinocchio::AccountView;
use quantdesk_engine::events::Withdrawn;
use quantdesk_engine::instructions::Withdraw;
use quantdesk_engine::money;

use super::accounts::Accounts;
use crate::clock::now;
use crate::event::{emit, next_event};
use crate::failure::Failure;
use crate::vault;

/// # Errors
/// Those of the account checks and of [`money::withdraw`]; the token program's.
#[inline(never)]
pub fn process(accounts: &mut [AccountView], args: &Withdraw) -> Result<(), Failure> {
    let accounts = Accounts::parse(accounts, args.collateral)?;
    let (exchange, slots, trader) = (accounts.exchange, accounts.ledger.slots, accounts.trader);
    let clock = now()?;
    let moved = money::withdraw(exchange, slots, trader, args.collateral, args.amount, clock)?;
    vault::pay_out(exchange, &accounts.authority, accounts.vault, accounts.destination, moved.amount - moved.cut)?;
    let event = Withdrawn {
        seq: next_event(exchange)?,
        slot: clock.slot,
        unix_ts: clock.unix,
        owner: trader.owner,
        sub: trader.sub,
        collateral: args.collateral,
        amount: moved.amount,
        cut: moved.cut,
        parked: moved.parked,
        after: money::balances(slots, trader)?,
    };
    emit(Withdrawn::DISCRIMINATOR, &event, accounts.event_authority)
}
