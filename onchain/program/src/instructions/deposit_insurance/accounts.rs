//! Accounts of `deposit_insurance`.

use pinocchio::AccountView;
use quantdesk_engine::state::Exchange;

use crate::failure::Failure;
use crate::loader::{exactly, ready, require_event_accounts, require_signer};
use crate::vault;

/// Verified accounts.
pub struct Accounts<'a> {
    /// The exchange.
    pub exchange: &'a mut Exchange,
    /// Owner of the token account that pays.
    pub owner: &'a AccountView,
    /// Token account that pays.
    pub source: &'a AccountView,
    /// The USDC vault.
    pub vault: &'a AccountView,
    /// Signs the event.
    pub event_authority: &'a AccountView,
}

impl<'a> Accounts<'a> {
    /// Verifies them. Whether `owner` may move the tokens the token program checks.
    pub fn parse(accounts: &'a mut [AccountView]) -> Result<Self, Failure> {
        let [exchange, owner, source, vault, token, event_authority, program] = exactly::<7>(accounts)?;
        require_signer(owner)?;
        let exchange = ready::<Exchange>(exchange)?;
        vault::require(exchange, 0, vault, source, token)?;
        require_event_accounts(event_authority, program)?;
        Ok(Self { exchange, owner, source, vault, event_authority })
    }
}
