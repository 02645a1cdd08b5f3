//! Creates the two accounts at their first size and writes what is known.

use pinocchio::{AccountView, cpi::Seed};
use quantdesk_engine::error::Error;
use quantdesk_engine::events::ExchangeInitialised;
use quantdesk_engine::governance;
use quantdesk_engine::instructions::InitExchange;
use quantdesk_engine::now::Now;
use quantdesk_engine::state::{
    EXCHANGE_VERSION, Exchange, Header, INITIALISING, LAYOUT_VERSION, Ledger, Market, NO_SLOT, READY, Slot,
};

use super::accounts::Accounts;
use crate::clock::now;
use crate::creation::{Creation, LARGEST_STEP, require_new};
use crate::event::emit;
use crate::failure::Failure;
use crate::growth::{ExchangeHead, ledger_bytes};
use crate::id::ID;
use crate::loader::key;
use crate::seeds::{self, LEDGER_INDEX};

/// # Errors
/// Those of the account checks and of the parameters' bounds; `AlreadyInitialised`.
#[inline(never)]
pub fn process(accounts: &mut [AccountView], args: &InitExchange) -> Result<(), Failure> {
    let mut accounts = Accounts::parse(accounts, args.id)?;
    require_new(accounts.exchange.0)?;
    require_new(accounts.ledger.0)?;
    governance::check_exchange(args)?;
    if ledger_bytes(args.slot_capacity) as u64 > args.client_data_limit {
        return Err(Error::GrowthLimit.into());
    }
    create(&accounts, args)?;
    let capacity = write_ledger(&mut accounts, args)?;
    write_exchange(&mut accounts, args, capacity, now()?)
}

fn create(accounts: &Accounts<'_>, args: &InitExchange) -> Result<(), Failure> {
    let number = args.id.to_le_bytes();
    let (exchange, ledger) = (&*accounts.exchange.0, &*accounts.ledger.0);
    let bumps = ([accounts.exchange.1], [accounts.ledger.1]);
    let step = Creation { account: exchange, payer: accounts.payer, owner: &ID, space: LARGEST_STEP, full_space: 0 };
    Creation { full_space: size_of::<Exchange>(), ..step }.run(&[
        Seed::from(seeds::EXCHANGE),
        Seed::from(&number),
        Seed::from(&bumps.0),
    ])?;
    let full_space = ledger_bytes(args.slot_capacity);
    Creation { account: ledger, space: full_space.min(LARGEST_STEP), full_space, ..step }.run(&[
        Seed::from(seeds::LEDGER),
        Seed::from(exchange.address().as_ref()),
        Seed::from(&LEDGER_INDEX),
        Seed::from(&bumps.1),
    ])
}

/// Slots that the ledger has room for now: none while it grows.
fn write_ledger(accounts: &mut Accounts<'_>, args: &InitExchange) -> Result<u32, Failure> {
    let exchange = *key(accounts.exchange.0);
    let (account, bump) = (&mut *accounts.ledger.0, accounts.ledger.1);
    // SAFETY: just created by this instruction, no other view of it.
    let data = unsafe { account.borrow_unchecked_mut() };
    let full = data.len() == ledger_bytes(args.slot_capacity);
    let header = quantdesk_engine::describe::from_bytes_mut::<Ledger>(data).ok_or(Error::BrokenInvariant)?;
    header.header = Header {
        discriminator: Ledger::DISCRIMINATOR,
        layout_version: LAYOUT_VERSION,
        status: if full { READY } else { INITIALISING },
        bump,
        stride: size_of::<Slot>() as u32,
    };
    header.exchange = exchange;
    header.index = LEDGER_INDEX[0];
    header.free_head = NO_SLOT;
    header.target_capacity = args.slot_capacity;
    header.capacity = if full { args.slot_capacity } else { 0 };
    Ok(header.capacity)
}

fn write_exchange(accounts: &mut Accounts<'_>, args: &InitExchange, capacity: u32, clock: Now) -> Result<(), Failure> {
    let (admin, ledger) = (*key(accounts.admin), *key(accounts.ledger.0));
    let bump = accounts.exchange.1;
    let mut head = ExchangeHead::of_new(accounts.exchange.0)?;
    head.write_header(Header {
        discriminator: Exchange::DISCRIMINATOR,
        layout_version: EXCHANGE_VERSION,
        status: INITIALISING,
        bump,
        stride: size_of::<Market>() as u32,
    });
    head.write_parameters(args, admin, ledger);
    head.write_slot_capacity(capacity);
    let event = ExchangeInitialised {
        seq: head.next_event()?,
        slot: clock.slot,
        unix_ts: clock.unix,
        id: args.id,
        admin,
        guardian: args.guardian,
    };
    emit(ExchangeInitialised::DISCRIMINATOR, &event, accounts.event_authority)
}
