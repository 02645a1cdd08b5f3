//! Creates the book at its first size and enters the market into the table.

use pinocchio::{AccountView, Address, cpi::Seed};
use quantdesk_engine::describe::from_bytes_mut;
use quantdesk_engine::error::Error;
use quantdesk_engine::events::MarketCreated;
use quantdesk_engine::governance;
use quantdesk_engine::instructions::CreateMarket;
use quantdesk_engine::state::{Book, Header, INITIALISING, LAYOUT_VERSION, Order, READY, market_status};
use quantdesk_engine::units::Pubkey;

use super::accounts::Accounts;
use crate::clock::now;
use crate::creation::{Creation, LARGEST_STEP};
use crate::event::{emit, next_event};
use crate::failure::Failure;
use crate::growth::book_bytes;
use crate::id::ID;
use crate::loader::key;
use crate::seeds;

/// # Errors
/// Those of the account checks and of the parameters' bounds; `ExchangeAlreadyOpen`, `TableFull`.
#[inline(never)]
pub fn process(accounts: &mut [AccountView], args: &CreateMarket) -> Result<(), Failure> {
    let accounts = Accounts::parse(accounts, args.market)?;
    let exchange = accounts.exchange;
    let book = *key(accounts.book.0);
    let clock = now()?;
    governance::add_market(exchange, args, book, clock.unix)?;
    let full_space = book_bytes(args.params.book_capacity);
    let number = args.market.to_le_bytes();
    let bump = [accounts.book.1];
    Creation {
        account: accounts.book.0,
        payer: accounts.payer,
        owner: &ID,
        space: full_space.min(LARGEST_STEP),
        full_space,
    }
    .run(&[
        Seed::from(seeds::BOOK),
        Seed::from(accounts.exchange_address.as_ref()),
        Seed::from(&number),
        Seed::from(&bump),
    ])?;
    let full = full_space <= LARGEST_STEP;
    write_book(accounts.book.0, args, &accounts.exchange_address, accounts.book.1, full)?;
    if full && let Some(market) = exchange.markets.get_mut(args.market as usize) {
        market.status = market_status::ACTIVE;
    }
    let event = MarketCreated {
        seq: next_event(exchange)?,
        slot: clock.slot,
        unix_ts: clock.unix,
        market: args.market,
        book,
        params: args.params,
    };
    emit(MarketCreated::DISCRIMINATOR, &event, accounts.event_authority)
}

fn write_book(
    account: &mut AccountView,
    args: &CreateMarket,
    exchange: &Address,
    bump: u8,
    full: bool,
) -> Result<(), Failure> {
    // SAFETY: just created by this instruction, no other view of it.
    let data = unsafe { account.borrow_unchecked_mut() };
    let header = from_bytes_mut::<Book>(data).ok_or(Error::BrokenInvariant)?;
    header.header = Header {
        discriminator: Book::DISCRIMINATOR,
        layout_version: LAYOUT_VERSION,
        status: if full { READY } else { INITIALISING },
        bump,
        stride: size_of::<Order>() as u32,
    };
    header.exchange = Pubkey(exchange.to_bytes());
    header.market = args.market;
    header.capacity = args.params.book_capacity;
    for seat in &mut header.seats {
        seat.slot = quantdesk_engine::state::NO_SLOT;
    }
    Ok(())
}
