//! Accounts of `withdraw`.

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
    /// The exchange's account: owner of the vaults.
    pub authority: AccountView,
    /// Token account that receives.
    pub destination: &'a AccountView,
    /// The collateral's vault.
    pub vault: &'a AccountView,
    /// Signs the event.
    pub event_authority: &'a AccountView,
}

impl<'a> Accounts<'a> {
    /// Verifies them for the collateral with this index.
    pub fn parse(accounts: &'a mut [AccountView], collateral: u8) -> Result<Self, Failure> {
        let [exchange, ledger_account, trader, owner, destination, vault, token, event_authority, program] =
            exactly::<9>(accounts)?;
        let authority = *exchange;
        let exchange_address = *exchange.address();
        let exchange = ready::<Exchange>(exchange)?;
        let ledger = ledger(ledger_account, exchange)?;
        let trader = own_trader(trader, &exchange_address, owner)?;
        vault::require(exchange, collateral, vault, destination, token)?;
        require_event_accounts(event_authority, program)?;
        Ok(Self { exchange, ledger, trader, authority, destination, vault, event_authority })
    }
}
