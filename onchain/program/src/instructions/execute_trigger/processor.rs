//! Hands the request to the engine.

use pinocchio::AccountView;
use quantdesk_engine::instructions::ExecuteTrigger;
use quantdesk_engine::trading::{self, kind};

use crate::failure::Failure;
use crate::instructions::trading::run;

/// # Errors
/// Those of the account checks and of [`trading::execute_trigger`].
pub fn process(accounts: &mut [AccountView], args: &ExecuteTrigger) -> Result<(), Failure> {
    run(accounts, args.market, kind::EXECUTE_TRIGGER, |venue| trading::execute_trigger(venue, args))
}
