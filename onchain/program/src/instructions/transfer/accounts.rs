//! Accounts of `transfer`.

use pinocchio::AccountView;
use quantdesk_engine::error::Error;
use quantdesk_engine::slots::LedgerView;
use quantdesk_engine::state::{Exchange, Trader};
use quantdesk_engine::units::Pubkey;

use crate::failure::Failure;
use crate::loader::{exactly, key, ledger, ready, require_event_accounts, require_signer, same, trader};

/// Verified accounts. Whether `signer` may do this, and whether both are one owner's, the engine decides.
pub struct Accounts<'a> {
    /// The exchange.
    pub exchange: &'a mut Exchange,
    /// Its ledger.
    pub ledger: LedgerView<'a>,
    /// The trader that pays.
    pub from: &'a mut Trader,
    /// The trader that receives.
    pub to: &'a mut Trader,
    /// Who signed.
    pub signer: &'a Pubkey,
    /// Signs the event.
    pub event_authority: &'a AccountView,
}

impl<'a> Accounts<'a> {
    /// Verifies them; the two traders must be two accounts.
    pub fn parse(accounts: &'a mut [AccountView]) -> Result<Self, Failure> {
        let [exchange, ledger_account, from, signer, to, event_authority, program] = exactly::<7>(accounts)?;
        // The one place that loads two accounts of a type: never two views of one account.
        if same(from.address(), to.address()) {
            return Err(Error::DuplicateAccount.into());
        }
        let exchange_address = *exchange.address();
        let exchange = ready::<Exchange>(exchange)?;
        let ledger = ledger(ledger_account, exchange)?;
        let from = trader(from, &exchange_address)?;
        let to = trader(to, &exchange_address)?;
        require_signer(signer)?;
        require_event_accounts(event_authority, program)?;
        Ok(Self { exchange, ledger, from, to, signer: key(signer), event_authority })
    }
}
