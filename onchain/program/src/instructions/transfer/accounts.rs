//! Accounts of `transfer`.

use pinocchio::AccountView;
use quantdesk_engine::error::Error;
use quantdesk_engine::slots::LedgerView;
use quantdesk_engine::state::{Exchange, Trader};

use crate::failure::Failure;
use crate::loader::{exactly, ledger, own_trader, ready, require_event_accounts, same};

/// Verified accounts.
pub struct Accounts<'a> {
    /// The exchange.
    pub exchange: &'a mut Exchange,
    /// Its ledger.
    pub ledger: LedgerView<'a>,
    /// The signing owner's trader that pays.
    pub from: &'a mut Trader,
    /// The owner's trader that receives.
    pub to: &'a mut Trader,
    /// Signs the event.
    pub event_authority: &'a AccountView,
}

impl<'a> Accounts<'a> {
    /// Verifies them; the two traders must be two accounts.
    pub fn parse(accounts: &'a mut [AccountView]) -> Result<Self, Failure> {
        let [exchange, ledger_account, from, owner, to, event_authority, program] = exactly::<7>(accounts)?;
        // The one place that loads two accounts of a type: never two views of one account.
        if same(from.address(), to.address()) {
            return Err(Error::DuplicateAccount.into());
        }
        let exchange_address = *exchange.address();
        let exchange = ready::<Exchange>(exchange)?;
        let ledger = ledger(ledger_account, exchange)?;
        let from = own_trader(from, &exchange_address, owner)?;
        let to = own_trader(to, &exchange_address, owner)?;
        require_event_accounts(event_authority, program)?;
        Ok(Self { exchange, ledger, from, to, event_authority })
    }
}
