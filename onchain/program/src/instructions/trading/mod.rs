//! What the six order instructions share: their accounts, and how one runs and reports.

mod accounts;

use pinocchio::AccountView;
use quantdesk_engine::error::Error;
use quantdesk_engine::events::{OrdersProcessed, PositionsTransferred};
use quantdesk_engine::recorder::Recorder;
use quantdesk_engine::trading::{Caller, Venue, kind};
use quantdesk_engine::units::Pubkey;

use crate::clock::now_inline;
use crate::event::emit;
use crate::failure::Failure;
use crate::heap;
use accounts::Accounts;

/// Opens the venue on verified accounts, lets `act` work on it, and sends the one event.
///
/// `kind` is one of [`quantdesk_engine::trading::kind`].
///
/// # Errors
/// Those of [`visit`] and of `act`.
#[inline(always)]
pub fn run(
    accounts: &mut [AccountView],
    market: u16,
    kind: u8,
    act: impl Fn(&mut Venue<'_>) -> Result<(), Error>,
) -> Result<(), Failure> {
    visit(accounts, market, kind == kind::EXECUTE_TRIGGER, |venue, signer, event_authority| {
        act(venue)?;
        report(venue, kind, signer, event_authority)
    })
}

/// As [`run`], for positions that change hands without the book; `kind` is one of
/// [`quantdesk_engine::events::transfer_kind`].
///
/// # Errors
/// Those of [`visit`] and of `act`.
#[inline(always)]
pub fn transfer(
    accounts: &mut [AccountView],
    market: u16,
    kind: u8,
    act: impl Fn(&mut Venue<'_>) -> Result<(), Error>,
) -> Result<(), Failure> {
    visit(accounts, market, false, |venue, signer, event_authority| {
        act(venue)?;
        hand_in(venue, kind, signer, event_authority)
    })
}

/// Reports positions that changed hands.
///
/// # Errors
/// `ArithmeticOverflow`, `EventTooLarge`.
#[inline(never)]
pub fn hand_in(venue: &mut Venue<'_>, kind: u8, signer: &Pubkey, authority: &AccountView) -> Result<(), Failure> {
    let seq = venue.next_event()?;
    emit(PositionsTransferred::DISCRIMINATOR, &venue.transferred(seq, kind, signer), authority)
}

/// Opens the venue on verified accounts and calls `act` with it, who signed, and who signs the event.
///
/// # Errors
/// Those of the account checks, of [`Venue::open`] and of `act`.
#[inline(always)]
pub fn visit(
    accounts: &mut [AccountView],
    market: u16,
    anyone: bool,
    act: impl Fn(&mut Venue<'_>, &Pubkey, &AccountView) -> Result<(), Failure>,
) -> Result<(), Failure> {
    open(accounts, market, anyone, &act)
}

/// What an instruction does at the venue. Not `dyn Fn`: that would hold two more copies of each closure.
trait Visit {
    fn act(&self, venue: &mut Venue<'_>, signer: &Pubkey, event_authority: &AccountView) -> Result<(), Failure>;
}

impl<F: Fn(&mut Venue<'_>, &Pubkey, &AccountView) -> Result<(), Failure>> Visit for F {
    fn act(&self, venue: &mut Venue<'_>, signer: &Pubkey, event_authority: &AccountView) -> Result<(), Failure> {
        self(venue, signer, event_authority)
    }
}

/// One copy for all order instructions. The venue never moves: returning it would copy its 240 bytes.
#[inline(never)]
fn open(accounts: &mut [AccountView], market: u16, anyone: bool, visit: &dyn Visit) -> Result<(), Failure> {
    let accounts = Accounts::parse(accounts, market)?;
    // SAFETY: once per instruction.
    let record = Recorder::new(unsafe { heap::record_region() })?;
    let (signer, slots) = (accounts.signer, accounts.ledger.slots);
    let caller = Caller { trader: accounts.trader, signer, anyone };
    let mut venue = Venue::open(accounts.exchange, slots, accounts.book, caller, market, record, now_inline()?)?;
    visit.act(&mut venue, signer, accounts.event_authority)
}

/// Reports orders.
///
/// # Errors
/// `ArithmeticOverflow`, `EventTooLarge`.
#[inline(never)]
pub fn report(venue: &mut Venue<'_>, kind: u8, signer: &Pubkey, authority: &AccountView) -> Result<(), Failure> {
    let seq = venue.next_event()?;
    emit(OrdersProcessed::DISCRIMINATOR, &venue.event(seq, kind, signer), authority)
}
