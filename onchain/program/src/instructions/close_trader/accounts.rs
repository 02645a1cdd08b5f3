//! Accounts of `close_trader`.

use pinocchio::AccountView;
use quantdesk_engine::error::Error;
use quantdesk_engine::slots::LedgerView;
use quantdesk_engine::state::Exchange;

use crate::failure::Failure;
use crate::loader::{exactly, ledger, own_trader, ready, require_event_accounts, require_writable, same};

/// Verified accounts.
pub struct Accounts<'a> {
    /// The exchange.
    pub exchange: &'a mut Exchange,
    /// Its ledger.
    pub ledger: LedgerView<'a>,
    /// The signing owner's trader account.
    pub trader: &'a mut AccountView,
    /// Receives the rent.
    pub rent_receiver: &'a mut AccountView,
    /// Signs the event.
    pub event_authority: &'a AccountView,
}

impl<'a> Accounts<'a> {
    /// Verifies them.
    pub fn parse(accounts: &'a mut [AccountView]) -> Result<Self, Failure> {
        let [exchange, ledger_account, trader, owner, rent_receiver, event_authority, program] =
            exactly::<7>(accounts)?;
        let exchange_address = *exchange.address();
        let exchange = ready::<Exchange>(exchange)?;
        let ledger = ledger(ledger_account, exchange)?;
        own_trader(trader, &exchange_address, owner)?;
        require_writable(rent_receiver)?;
        if same(rent_receiver.address(), trader.address()) {
            return Err(Error::DuplicateAccount.into());
        }
        require_event_accounts(event_authority, program)?;
        Ok(Self { exchange, ledger, trader, rent_receiver, event_authority })
    }
}
