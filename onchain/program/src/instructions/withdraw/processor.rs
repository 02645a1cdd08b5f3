//! Debits, then moves the tokens out of the vault.

use pinocchio::{
    AccountView,
    cpi::{Seed, Signer},
};
use pinocchio_token::instructions::Transfer;
use quantdesk_engine::events::Withdrawn;
use quantdesk_engine::instructions::Withdraw;
use quantdesk_engine::money;

use super::accounts::Accounts;
use crate::clock::now;
use crate::event::{emit, next_event};
use crate::failure::Failure;
use crate::seeds;

/// # Errors
/// Those of the account checks and of [`money::withdraw`]; the token program's.
pub fn process(accounts: &mut [AccountView], args: &Withdraw) -> Result<(), Failure> {
    let accounts = Accounts::parse(accounts, args.collateral)?;
    let (exchange, slots, trader) = (accounts.exchange, accounts.ledger.slots, accounts.trader);
    let clock = now()?;
    let moved = money::withdraw(exchange, slots, trader, args.collateral, args.amount, clock)?;
    let (id, bump) = (exchange.id.to_le_bytes(), [exchange.header.bump]);
    let seeds = [Seed::from(seeds::EXCHANGE), Seed::from(&id), Seed::from(&bump)];
    Transfer::new(accounts.vault, accounts.destination, &accounts.authority, moved.amount)
        .invoke_signed(&[Signer::from(&seeds)])?;
    let event = Withdrawn {
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
    emit(Withdrawn::DISCRIMINATOR, &event, accounts.event_authority)
}
