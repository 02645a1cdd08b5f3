//! Hands the request to the engine.

use pinocchio::AccountView;
use quantdesk_engine::instructions::PruneExpired;
use quantdesk_engine::trading::{self, kind};

use crate::failure::Failure;
use crate::instructions::trading::run;

/// # Errors
/// Those of the account checks and of [`trading::prune_expired`].
#[inline(never)]
pub fn process(accounts: &mut [AccountView], args: &PruneExpired<'_>) -> Result<(), Failure> {
    run(accounts, args.market, kind::PRUNE_EXPIRED, |venue| trading::prune_expired(venue, args))
}
