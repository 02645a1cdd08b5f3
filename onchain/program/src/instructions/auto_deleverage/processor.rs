//! Hands the request to the engine.

use pinocchio::AccountView;
use quantdesk_engine::events::transfer_kind;
use quantdesk_engine::instructions::AutoDeleverage;
use quantdesk_engine::trading;

use crate::failure::Failure;
use crate::instructions::trading::transfer;

/// # Errors
/// Those of the account checks and of [`trading::auto_deleverage`].
#[inline(never)]
pub fn process(accounts: &mut [AccountView], args: &AutoDeleverage) -> Result<(), Failure> {
    transfer(accounts, args.market, transfer_kind::AUTO_DELEVERAGE, |venue| trading::auto_deleverage(venue, args))
}
