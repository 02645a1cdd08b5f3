//! Hands the request to the engine.

use pinocchio::AccountView;
use quantdesk_engine::instructions::CancelOrder;
use quantdesk_engine::trading::{self, kind};

use crate::failure::Failure;
use crate::instructions::trading::run;

/// # Errors
/// Those of the account checks and of [`trading::cancel_order`].
pub fn process(accounts: &mut [AccountView], args: &CancelOrder) -> Result<(), Failure> {
    run(accounts, args.market, kind::CANCEL_ORDER, |venue| trading::cancel_order(venue, args))
}
