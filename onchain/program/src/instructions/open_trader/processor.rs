//! Creates the trader account, without a slot.

use pinocchio::{AccountView, cpi::Seed};
use quantdesk_engine::describe::from_bytes_mut;
use quantdesk_engine::error::Error;
use quantdesk_engine::events::TraderOpened;
use quantdesk_engine::instructions::OpenTrader;
use quantdesk_engine::now::Now;
use quantdesk_engine::state::{Header, LAYOUT_VERSION, NO_MARKET, NO_SLOT, READY, Trader, paused};
use quantdesk_engine::units::Pubkey;

use super::accounts::Accounts;
use crate::clock::now;
use crate::creation::Creation;
use crate::event::{emit, next_event};
use crate::failure::Failure;
use crate::id::ID;
use crate::loader::key;
use crate::seeds;

/// # Errors
/// Those of the account checks; `Paused`.
#[inline(never)]
pub fn process(accounts: &mut [AccountView], args: &OpenTrader) -> Result<(), Failure> {
    let accounts = Accounts::parse(accounts, args.sub)?;
    if accounts.exchange.paused & paused::ADMISSION != 0 {
        return Err(Error::Paused.into());
    }
    let (account, bump) = accounts.trader;
    let (sub, bumps) = ([args.sub], [bump]);
    let bytes = size_of::<Trader>();
    Creation { account, payer: accounts.payer, owner: &ID, space: bytes, full_space: bytes }.run(&[
        Seed::from(seeds::TRADER),
        Seed::from(accounts.exchange_address.as_ref()),
        Seed::from(accounts.owner.address().as_ref()),
        Seed::from(&sub),
        Seed::from(&bumps),
    ])?;
    let clock = now()?;
    let (exchange, owner) = (Pubkey(accounts.exchange_address.to_bytes()), *key(accounts.owner));
    write_trader(account, exchange, owner, args.sub, bump, clock)?;
    let event = TraderOpened {
        seq: next_event(accounts.exchange)?,
        slot: clock.slot,
        unix_ts: clock.unix,
        trader: *key(account),
        owner,
        sub: args.sub,
    };
    emit(TraderOpened::DISCRIMINATOR, &event, accounts.event_authority)
}

fn write_trader(
    account: &mut AccountView,
    exchange: Pubkey,
    owner: Pubkey,
    sub: u8,
    bump: u8,
    clock: Now,
) -> Result<(), Failure> {
    // SAFETY: just created by this instruction, no other view of it.
    let data = unsafe { account.borrow_unchecked_mut() };
    let trader = from_bytes_mut::<Trader>(data).ok_or(Error::BrokenInvariant)?;
    trader.header =
        Header { discriminator: Trader::DISCRIMINATOR, layout_version: LAYOUT_VERSION, status: READY, bump, stride: 0 };
    trader.exchange = exchange;
    trader.owner = owner;
    trader.sub = sub;
    trader.slot_index = NO_SLOT;
    trader.created = clock.unix;
    for trigger in &mut trader.triggers {
        trigger.market = NO_MARKET;
    }
    Ok(())
}
