//! Moves the profit and reports it.

use pinocchio::AccountView;
use quantdesk_engine::events::Realized;
use quantdesk_engine::instructions::Realize;
use quantdesk_engine::realize::realize;

use crate::clock::now;
use crate::event::{emit, next_event};
use crate::failure::Failure;
use crate::instructions::activate::Accounts;

/// # Errors
/// Those of the account checks and of [`realize`].
pub fn process(accounts: &mut [AccountView], args: &Realize) -> Result<(), Failure> {
    let Accounts { exchange, ledger, trader, event_authority } = Accounts::parse(accounts)?;
    let clock = now()?;
    let done = realize(exchange, ledger.slots, trader, args, clock)?;
    let event = Realized {
        seq: next_event(exchange)?,
        slot: clock.slot,
        unix_ts: clock.unix,
        owner: trader.owner,
        sub: trader.sub,
        market: args.market,
        price: done.price,
        profit: done.profit,
        after: done.after,
    };
    emit(Realized::DISCRIMINATOR, &event, event_authority)
}
