//! One step of growth; the last one makes the account usable.

use pinocchio::{
    AccountView, UnsafeResize,
    sysvars::{Sysvar, rent::Rent},
};
use quantdesk_engine::error::Error;
use quantdesk_engine::events::AccountGrown;
use quantdesk_engine::instructions::{GrowAccount, GrowKind};
use quantdesk_engine::state::{Book, Exchange, Header, Ledger, MAX_SLOTS, READY, Slot, market_status};
use quantdesk_engine::units::Pubkey;

use super::accounts::Accounts;
use crate::clock::now;
use crate::creation::{LARGEST_STEP, pay};
use crate::event::emit;
use crate::failure::Failure;
use crate::growth::{ExchangeHead, book_bytes, ledger_bytes};
use crate::loader::{key, ready, typed};

/// # Errors
/// Those of the account checks; `GrowthLimit` at full size or past a limit.
#[inline(never)]
pub fn process(accounts: &mut [AccountView], args: &GrowAccount) -> Result<(), Failure> {
    let mut accounts = Accounts::parse(accounts, args.kind)?;
    let head = &mut accounts.exchange;
    let (address, bytes, done) = match args.kind {
        GrowKind::Exchange => grow_exchange(head, accounts.payer)?,
        GrowKind::Ledger => grow_ledger(head, accounts.account, accounts.payer, args.target)?,
        GrowKind::Book => grow_book(head, accounts.account, accounts.payer)?,
    };
    let clock = now()?;
    let event = AccountGrown {
        seq: head.next_event()?,
        slot: clock.slot,
        unix_ts: clock.unix,
        kind: args.kind,
        account: address,
        bytes: bytes as u64,
        ready: done,
    };
    emit(AccountGrown::DISCRIMINATOR, &event, accounts.event_authority)
}

/// Address, bytes afterwards, and whether that is the full size.
type Grown = (Pubkey, usize, bool);

fn grow_exchange(head: &mut ExchangeHead<'_>, payer: &AccountView) -> Result<Grown, Failure> {
    let (bytes, done) = step(head.account(), payer, size_of::<Exchange>())?;
    if done {
        head.write_header(Header { status: READY, ..head.header() });
    }
    Ok((*key(head.account()), bytes, done))
}

fn grow_ledger(
    head: &mut ExchangeHead<'_>,
    account: &mut AccountView,
    payer: &AccountView,
    target: u32,
) -> Result<Grown, Failure> {
    let header = typed::<Ledger>(account)?;
    require_of(&header.exchange, head)?;
    let target = target.max(header.target_capacity);
    if target > MAX_SLOTS || ledger_bytes(target) as u64 > head.client_data_limit() {
        return Err(Error::GrowthLimit.into());
    }
    let (bytes, done) = step(account, payer, ledger_bytes(target))?;
    let header = typed::<Ledger>(account)?;
    header.target_capacity = target;
    header.capacity = ((bytes - size_of::<Ledger>()) / size_of::<Slot>()) as u32;
    if done {
        header.header.status = READY;
    }
    head.write_slot_capacity(header.capacity);
    Ok((*key(account), bytes, done))
}

fn grow_book(head: &mut ExchangeHead<'_>, account: &mut AccountView, payer: &AccountView) -> Result<Grown, Failure> {
    let header = typed::<Book>(account)?;
    require_of(&header.exchange, head)?;
    let full = book_bytes(header.capacity);
    let (bytes, done) = step(account, payer, full)?;
    if done {
        let header = typed::<Book>(account)?;
        header.header.status = READY;
        let exchange = ready::<Exchange>(head.account())?;
        let market = exchange.markets.get_mut(header.market as usize).ok_or(Error::UnknownMarket)?;
        market.status = market_status::ACTIVE;
    }
    Ok((*key(account), bytes, done))
}

fn require_of(exchange: &Pubkey, head: &mut ExchangeHead<'_>) -> Result<(), Failure> {
    if exchange == key(head.account()) { Ok(()) } else { Err(Error::WrongExchange.into()) }
}

/// Adds up to one step towards `full` bytes, paying what rent is missing.
fn step(account: &mut AccountView, payer: &AccountView, full: usize) -> Result<(usize, bool), Failure> {
    let present = account.data_len();
    let bytes = full.min(present + LARGEST_STEP);
    if bytes <= present {
        return Err(Error::GrowthLimit.into());
    }
    let missing = Rent::get()?.try_minimum_balance(bytes)?.saturating_sub(account.lamports());
    if missing > 0 {
        pay(payer, account, missing)?;
    }
    // SAFETY: no view of the data is alive, the growth is within the runtime's step, and the
    // transfer above does not change the data's length.
    unsafe { account.resize(bytes) };
    Ok((bytes, bytes == full))
}
