//! Hands the request to the engine.

use pinocchio::AccountView;
use quantdesk_engine::instructions::CancelByClientId;
use quantdesk_engine::trading::{self, kind};

use crate::failure::Failure;
use crate::instructions::trading::run;

/// # Errors
/// Those of the account checks and of [`trading::cancel_by_client_id`].
pub fn process(accounts: &mut [AccountView], args: &CancelByClientId) -> Result<(), Failure> {
    run(accounts, args.market, kind::CANCEL_BY_CLIENT_ID, |venue| trading::cancel_by_client_id(venue, args))
}
