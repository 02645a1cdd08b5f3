//! Accounts of `activate`.

use pinocchio::AccountView;
use quantdesk_engine::slots::LedgerView;
use quantdesk_engine::state::{Exchange, Trader};

use crate::failure::Failure;
use crate::loader::{exactly, ledger, own_trader, ready, require_event_accounts};

/// Verified accounts.
pub struct Accounts<'a> {
    /// The exchange.
    pub exchange: &'a mut Exchange,
    /// Its ledger.
    pub ledger: LedgerView<'a>,
    /// The signing owner's trader.
    pub trader: &'a mut Trader,
    /// Signs the event.
    pub event_authority: &'a AccountView,
}

impl<'a> Accounts<'a> {
    /// Verifies them.
    pub fn parse(accounts: &'a mut [AccountView]) -> Result<Self, Failure> {
        let [exchange, ledger_account, trader, owner, event_authority, program] = exactly::<6>(accounts)?;
        let exchange_address = *exchange.address();
        let exchange = ready::<Exchange>(exchange)?;
        let ledger = ledger(ledger_account, exchange)?;
        let trader = own_trader(trader, &exchange_address, owner)?;
        require_event_accounts(event_authority, program)?;
        Ok(Self { exchange, ledger, trader, event_authority })
    }
}
