//! Hands the request to the engine and reports what it cost.

use pinocchio::AccountView;
use quantdesk_engine::events::BankruptcyResolved;
use quantdesk_engine::instructions::ResolveBankruptcy;
use quantdesk_engine::trading;

use crate::event::emit;
use crate::failure::Failure;
use crate::instructions::trading::open;

/// # Errors
/// Those of the account checks and of [`trading::resolve_bankruptcy`].
#[inline(never)]
pub fn process(accounts: &mut [AccountView], args: &ResolveBankruptcy) -> Result<(), Failure> {
    let (mut venue, signer, event_authority) = open(accounts, args.market, false)?;
    let loss = trading::resolve_bankruptcy(&mut venue, args)?;
    let seq = venue.next_event()?;
    emit(BankruptcyResolved::DISCRIMINATOR, &venue.resolved(seq, signer, loss), event_authority)
}
