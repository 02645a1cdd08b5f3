//! Hands the offer to the engine.

use pinocchio::AccountView;
use quantdesk_engine::authority;
use quantdesk_engine::instructions::ProposeAuthority;

use crate::failure::Failure;
use crate::instructions::authority::change;

/// # Errors
/// Those of the account checks and of [`authority::propose`].
#[inline(never)]
pub fn process(accounts: &mut [AccountView], args: &ProposeAuthority) -> Result<(), Failure> {
    change(accounts, |exchange, signer| authority::propose(exchange, signer, args.admin))
}
