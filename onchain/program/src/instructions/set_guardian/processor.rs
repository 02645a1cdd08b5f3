//! Hands the new guardian to the engine.

use pinocchio::AccountView;
use quantdesk_engine::authority;
use quantdesk_engine::instructions::SetGuardian;

use crate::failure::Failure;
use crate::instructions::authority::change;

/// # Errors
/// Those of the account checks and of [`authority::set_guardian`].
#[inline(never)]
pub fn process(accounts: &mut [AccountView], args: &SetGuardian) -> Result<(), Failure> {
    change(accounts, |exchange, signer| authority::set_guardian(exchange, signer, args.guardian))
}
