//! What the six order instructions share: their accounts, and how one runs and reports.

mod accounts;

use pinocchio::AccountView;
use quantdesk_engine::error::Error;
use quantdesk_engine::events::OrdersProcessed;
use quantdesk_engine::recorder::Recorder;
use quantdesk_engine::trading::{Caller, Venue, kind};
use quantdesk_engine::units::Pubkey;

use crate::clock::now;
use crate::event::emit;
use crate::failure::Failure;
use crate::heap;
use accounts::Accounts;

/// Opens the venue on verified accounts, lets `act` work on it, and sends the one event.
///
/// `kind` is one of [`quantdesk_engine::trading::kind`]. What is the same for all is compiled once.
///
/// # Errors
/// Those of the account checks, of [`Venue::open`] and of `act`.
#[inline(always)]
pub fn run(
    accounts: &mut [AccountView],
    market: u16,
    kind: u8,
    act: impl FnOnce(&mut Venue<'_>) -> Result<(), Error>,
) -> Result<(), Failure> {
    let (mut venue, signer, event_authority) = open(accounts, market, kind == kind::EXECUTE_TRIGGER)?;
    act(&mut venue)?;
    report(&mut venue, kind, signer, event_authority)
}

type Opened<'a> = (Venue<'a>, &'a Pubkey, &'a AccountView);

#[inline(never)]
fn open(accounts: &mut [AccountView], market: u16, anyone: bool) -> Result<Opened<'_>, Failure> {
    let accounts = Accounts::parse(accounts, market)?;
    // SAFETY: once per instruction.
    let record = Recorder::new(unsafe { heap::record_region() })?;
    let (signer, slots) = (accounts.signer, accounts.ledger.slots);
    let caller = Caller { trader: accounts.trader, signer, anyone };
    let venue = Venue::open(accounts.exchange, slots, accounts.book, caller, market, record, now()?)?;
    Ok((venue, signer, accounts.event_authority))
}

#[inline(never)]
fn report(venue: &mut Venue<'_>, kind: u8, signer: &Pubkey, authority: &AccountView) -> Result<(), Failure> {
    let seq = venue.next_event()?;
    emit(OrdersProcessed::DISCRIMINATOR, &venue.event(seq, kind, signer), authority)
}
