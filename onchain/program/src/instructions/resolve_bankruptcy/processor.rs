//! Hands the request to the engine and reports what it cost.

use pinocchio::AccountView;
use quantdesk_engine::events::BankruptcyResolved;
use quantdesk_engine::instructions::ResolveBankruptcy;
use quantdesk_engine::trading;

use crate::event::emit;
use crate::failure::Failure;
use crate::instructions::trading::visit;

/// # Errors
/// Those of the account checks and of [`trading::resolve_bankruptcy`].
#[inline(never)]
pub fn process(accounts: &mut [AccountView], args: &ResolveBankruptcy) -> Result<(), Failure> {
    visit(accounts, args.market, false, |venue, signer, event_authority| {
        let loss = trading::resolve_bankruptcy(venue, args)?;
        let seq = venue.next_event()?;
        emit(BankruptcyResolved::DISCRIMINATOR, &venue.resolved(seq, signer, loss), event_authority)
    })
}
