//! Hands the orders to the engine.

use pinocchio::AccountView;
use quantdesk_engine::instructions::ReplaceMany;
use quantdesk_engine::trading::{self, kind};

use crate::failure::Failure;
use crate::instructions::trading::run;

/// # Errors
/// Those of the account checks and of [`trading::replace_many`].
pub fn process(accounts: &mut [AccountView], args: &ReplaceMany<'_>) -> Result<(), Failure> {
    run(accounts, args.market, kind::REPLACE_MANY, |venue| trading::replace_many(venue, args))
}
