//! Accounts of `open_exchange`.

use pinocchio::AccountView;
use quantdesk_engine::state::Exchange;

use crate::failure::Failure;
use crate::loader::{administered, exactly, ledger, require_event_accounts};

/// Verified accounts.
pub struct Accounts<'a> {
    /// The exchange.
    pub exchange: &'a mut Exchange,
    /// Signs the event.
    pub event_authority: &'a AccountView,
}

impl<'a> Accounts<'a> {
    /// Verifies them; the ledger must be usable.
    pub fn parse(accounts: &'a mut [AccountView]) -> Result<Self, Failure> {
        let [admin, exchange, ledger_account, event_authority, program] = exactly::<5>(accounts)?;
        let exchange = administered(exchange, admin)?;
        ledger(ledger_account, exchange)?;
        require_event_accounts(event_authority, program)?;
        Ok(Self { exchange, event_authority })
    }
}
