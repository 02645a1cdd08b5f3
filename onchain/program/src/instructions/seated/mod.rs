//! Accounts of the instructions about one trader and its slot: parking, the dead-man switch, triggers.

use pinocchio::AccountView;
use quantdesk_engine::slots::LedgerView;
use quantdesk_engine::state::{Exchange, Trader};
use quantdesk_engine::units::Pubkey;

use crate::failure::Failure;
use crate::loader::{exactly, key, ledger, ready, require_event_accounts, require_signer, trader};

/// Verified accounts. Whether `signer` may do this the engine decides.
pub struct Accounts<'a> {
    /// The exchange.
    pub exchange: &'a mut Exchange,
    /// Its ledger.
    pub ledger: LedgerView<'a>,
    /// The trader.
    pub trader: &'a mut Trader,
    /// Who signed.
    pub signer: &'a Pubkey,
    /// Signs the event.
    pub event_authority: &'a AccountView,
}

impl<'a> Accounts<'a> {
    /// Verifies them.
    #[inline(never)]
    pub fn parse(accounts: &'a mut [AccountView]) -> Result<Self, Failure> {
        let [exchange, ledger_account, trader_account, signer, event_authority, program] = exactly::<6>(accounts)?;
        let exchange_address = *exchange.address();
        let exchange = ready::<Exchange>(exchange)?;
        let ledger = ledger(ledger_account, exchange)?;
        let trader = trader(trader_account, &exchange_address)?;
        require_signer(signer)?;
        require_event_accounts(event_authority, program)?;
        Ok(Self { exchange, ledger, trader, signer: key(signer), event_authority })
    }
}
