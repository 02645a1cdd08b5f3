//! Frees the slot, reports it, deletes the account.

use pinocchio::AccountView;
use quantdesk_engine::events::TraderClosed;
use quantdesk_engine::money;
use quantdesk_engine::state::Trader;

use super::accounts::Accounts;
use crate::clock::now;
use crate::creation::delete;
use crate::event::{emit, next_event};
use crate::failure::Failure;
use crate::loader::typed;

/// # Errors
/// Those of the account checks and of [`money::close`].
#[inline(never)]
pub fn process(accounts: &mut [AccountView]) -> Result<(), Failure> {
    let accounts = Accounts::parse(accounts)?;
    let (exchange, mut ledger, account) = (accounts.exchange, accounts.ledger, accounts.trader);
    let trader = typed::<Trader>(account)?;
    let (owner, sub, slot_index, generation) = (trader.owner, trader.sub, trader.slot_index, trader.generation);
    money::close(exchange, &mut ledger, trader)?;
    let clock = now()?;
    let event = TraderClosed {
        seq: next_event(exchange)?,
        slot: clock.slot,
        unix_ts: clock.unix,
        owner,
        sub,
        slot_index,
        generation,
    };
    emit(TraderClosed::DISCRIMINATOR, &event, accounts.event_authority)?;
    delete(account, accounts.rent_receiver)
}
