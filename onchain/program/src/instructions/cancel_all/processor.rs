//! Hands the request to the engine.

use pinocchio::AccountView;
use quantdesk_engine::instructions::CancelAll;
use quantdesk_engine::trading::{self, kind};

use crate::failure::Failure;
use crate::instructions::trading::run;

/// # Errors
/// Those of the account checks and of [`trading::cancel_all`].
pub fn process(accounts: &mut [AccountView], args: &CancelAll) -> Result<(), Failure> {
    run(accounts, args.market, kind::CANCEL_ALL, |venue| trading::cancel_all(venue, args))
}
