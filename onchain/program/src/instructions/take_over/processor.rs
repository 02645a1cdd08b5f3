//! Hands the request to the engine.

use pinocchio::AccountView;
use quantdesk_engine::events::transfer_kind;
use quantdesk_engine::instructions::TakeOver;
use quantdesk_engine::trading;

use crate::failure::Failure;
use crate::instructions::trading::transfer;

/// # Errors
/// Those of the account checks and of [`trading::take_over`].
#[inline(never)]
pub fn process(accounts: &mut [AccountView], args: &TakeOver) -> Result<(), Failure> {
    transfer(accounts, args.market, transfer_kind::TAKE_OVER, |venue| trading::take_over(venue, args))
}
