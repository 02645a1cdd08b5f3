//! Hands the acceptance to the engine.

use pinocchio::AccountView;
use quantdesk_engine::authority;

use crate::failure::Failure;
use crate::instructions::authority::change;

/// # Errors
/// Those of the account checks and of [`authority::accept`].
#[inline(never)]
pub fn process(accounts: &mut [AccountView]) -> Result<(), Failure> {
    change(accounts, authority::accept)
}
