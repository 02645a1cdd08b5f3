//! Accounts of `set_delegate`.

use pinocchio::AccountView;
use quantdesk_engine::state::{Exchange, Trader};

use crate::failure::Failure;
use crate::loader::{exactly, own_trader, ready, require_event_accounts};

/// Verified accounts.
pub struct Accounts<'a> {
    /// The exchange.
    pub exchange: &'a mut Exchange,
    /// The signing owner's trader.
    pub trader: &'a mut Trader,
    /// Signs the event.
    pub event_authority: &'a AccountView,
}

impl<'a> Accounts<'a> {
    /// Verifies them.
    pub fn parse(accounts: &'a mut [AccountView]) -> Result<Self, Failure> {
        let [exchange, trader, owner, event_authority, program] = exactly::<5>(accounts)?;
        let exchange_address = *exchange.address();
        let exchange = ready::<Exchange>(exchange)?;
        let trader = own_trader(trader, &exchange_address, owner)?;
        require_event_accounts(event_authority, program)?;
        Ok(Self { exchange, trader, event_authority })
    }
}
