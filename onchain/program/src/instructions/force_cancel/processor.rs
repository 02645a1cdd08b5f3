//! Hands the request to the engine.

use pinocchio::AccountView;
use quantdesk_engine::instructions::ForceCancel;
use quantdesk_engine::trading::{self, kind};

use crate::failure::Failure;
use crate::instructions::trading::run;

/// # Errors
/// Those of the account checks and of [`trading::force_cancel`].
#[inline(never)]
pub fn process(accounts: &mut [AccountView], args: &ForceCancel) -> Result<(), Failure> {
    run(accounts, args.market, kind::FORCE_CANCEL, |venue| trading::force_cancel(venue, args))
}
