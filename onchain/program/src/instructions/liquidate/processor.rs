//! Hands the request to the engine.

use pinocchio::AccountView;
use quantdesk_engine::instructions::Liquidate;
use quantdesk_engine::trading::{self, kind};

use crate::failure::Failure;
use crate::instructions::trading::run;

/// # Errors
/// Those of the account checks and of [`trading::liquidate`].
#[inline(never)]
pub fn process(accounts: &mut [AccountView], args: &Liquidate) -> Result<(), Failure> {
    run(accounts, args.market, kind::LIQUIDATE, |venue| trading::liquidate(venue, args))
}
