//! Accounts of `deposit`.

use pinocchio::AccountView;
use quantdesk_engine::slots::LedgerView;
use quantdesk_engine::state::{Exchange, Trader};

use crate::failure::Failure;
use crate::loader::{exactly, ledger, own_trader, ready, require_event_accounts};
use crate::vault;

/// Verified accounts.
pub struct Accounts<'a> {
    /// The exchange.
    pub exchange: &'a mut Exchange,
    /// Its ledger.
    pub ledger: LedgerView<'a>,
    /// The signing owner's trader.
    pub trader: &'a mut Trader,
    /// The trader's owner.
    pub owner: &'a AccountView,
    /// Token account that pays.
    pub source: &'a AccountView,
    /// The collateral's vault.
    pub vault: &'a AccountView,
    /// Signs the event.
    pub event_authority: &'a AccountView,
}

impl<'a> Accounts<'a> {
    /// Verifies them for the collateral with this index.
    pub fn parse(accounts: &'a mut [AccountView], collateral: u8) -> Result<Self, Failure> {
        let [exchange, ledger_account, trader, owner, source, vault, token, event_authority, program] =
            exactly::<9>(accounts)?;
        let exchange_address = *exchange.address();
        let exchange = ready::<Exchange>(exchange)?;
        let ledger = ledger(ledger_account, exchange)?;
        let trader = own_trader(trader, &exchange_address, owner)?;
        vault::require(exchange, collateral, vault, source, token)?;
        require_event_accounts(event_authority, program)?;
        Ok(Self { exchange, ledger, trader, owner, source, vault, event_authority })
    }
}
