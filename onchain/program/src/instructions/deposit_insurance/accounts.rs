//! Accounts of `deposit_insurance`.

use pinocchio::AccountView;
use quantdesk_engine::error::Error;
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
    /// Verifies them; `owner` must own the token account that pays.
    pub fn parse(accounts: &'a mut [AccountView]) -> Result<Self, Failure> {
        let [exchange, owner, source, vault, token, event_authority, program] = exactly::<7>(accounts)?;
        require_signer(owner)?;
        let exchange = ready::<Exchange>(exchange)?;
        vault::require(exchange, 0, vault, source, token)?;
        // SAFETY: nothing writes the token account while this short read lasts. Its length was checked.
        let data = unsafe { source.borrow_unchecked() };
        if data.get(32..64) != Some(owner.address().as_ref()) {
            return Err(Error::NotAuthorised.into());
        }
        require_event_accounts(event_authority, program)?;
        Ok(Self { exchange, owner, source, vault, event_authority })
    }
}
