//! Hands the request to the engine.

use pinocchio::AccountView;
use quantdesk_engine::instructions::ModifyOrder;
use quantdesk_engine::trading::{self, kind};

use crate::failure::Failure;
use crate::instructions::trading::run;

/// # Errors
/// Those of the account checks and of [`trading::modify_order`].
#[inline(never)]
pub fn process(accounts: &mut [AccountView], args: &ModifyOrder) -> Result<(), Failure> {
    run(accounts, args.market, kind::MODIFY_ORDER, |venue| trading::modify_order(venue, args))
}
