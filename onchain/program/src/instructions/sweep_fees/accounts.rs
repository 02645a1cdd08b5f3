//! Accounts of `sweep_fees`.

use pinocchio::AccountView;
use quantdesk_engine::state::Exchange;

use crate::failure::Failure;
use crate::loader::{administered, exactly, require_event_accounts};
use crate::vault;

/// Verified accounts.
pub struct Accounts<'a> {
    /// The exchange.
    pub exchange: &'a mut Exchange,
    /// The exchange's account: owner of the vaults.
    pub authority: AccountView,
    /// Token account that receives.
    pub destination: &'a AccountView,
    /// The USDC vault.
    pub vault: &'a AccountView,
    /// Signs the event.
    pub event_authority: &'a AccountView,
}

impl<'a> Accounts<'a> {
    /// Verifies them.
    pub fn parse(accounts: &'a mut [AccountView]) -> Result<Self, Failure> {
        let [admin, exchange, destination, vault, token, event_authority, program] = exactly::<7>(accounts)?;
        let authority = *exchange;
        let exchange = administered(exchange, admin)?;
        vault::require(exchange, 0, vault, destination, token)?;
        require_event_accounts(event_authority, program)?;
        Ok(Self { exchange, authority, destination, vault, event_authority })
    }
}
