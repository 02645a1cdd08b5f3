//! Hands the order to the engine.

use pinocchio::AccountView;
use quantdesk_engine::instructions::PlaceOrder;
use quantdesk_engine::trading::{self, kind};

use crate::failure::Failure;
use crate::instructions::trading::run;

/// # Errors
/// Those of the account checks and of [`trading::place_order`].
pub fn process(accounts: &mut [AccountView], args: &PlaceOrder) -> Result<(), Failure> {
    run(accounts, args.market, kind::PLACE_ORDER, |venue| trading::place_order(venue, args))
}
