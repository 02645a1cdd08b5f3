//! Hands the orders to the engine.

use pinocchio::AccountView;
use quantdesk_engine::instructions::PlaceMany;
use quantdesk_engine::trading::{self, kind};

use crate::failure::Failure;
use crate::instructions::trading::run;

/// # Errors
/// Those of the account checks and of [`trading::place_many`].
pub fn process(accounts: &mut [AccountView], args: &PlaceMany<'_>) -> Result<(), Failure> {
    run(accounts, args.market, kind::PLACE_MANY, |venue| trading::place_many(venue, args))
}
