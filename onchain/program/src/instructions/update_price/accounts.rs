//! Accounts of `update_price`.

use pinocchio::AccountView;
use quantdesk_engine::state::Exchange;
use quantdesk_engine::units::Pubkey;

use crate::failure::Failure;
use crate::loader::{exactly, key, ready, require_event_accounts, require_signer};

/// Verified accounts.
pub struct Accounts<'a> {
    /// The exchange.
    pub exchange: &'a mut Exchange,
    /// Who signed: must be the price authority of each market posted.
    pub authority: &'a Pubkey,
    /// Signs the event.
    pub event_authority: &'a AccountView,
}

impl<'a> Accounts<'a> {
    /// Verifies them.
    pub fn parse(accounts: &'a mut [AccountView]) -> Result<Self, Failure> {
        let [exchange, authority, event_authority, program] = exactly::<4>(accounts)?;
        require_signer(authority)?;
        let exchange = ready::<Exchange>(exchange)?;
        require_event_accounts(event_authority, program)?;
        Ok(Self { exchange, authority: key(authority), event_authority })
    }
}
