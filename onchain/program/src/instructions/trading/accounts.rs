//! Accounts of the order instructions.

use pinocchio::AccountView;
use quantdesk_engine::book::BookView;
use quantdesk_engine::slots::LedgerView;
use quantdesk_engine::state::{Exchange, Trader};
use quantdesk_engine::units::Pubkey;

use crate::failure::Failure;
use crate::loader::{book, exactly, key, ledger, ready_inline, require_event_accounts_inline, require_signer, trader};

/// Verified accounts. Whether `signer` may act for `trader` the engine decides.
pub struct Accounts<'a> {
    /// The exchange.
    pub exchange: &'a mut Exchange,
    /// Its ledger.
    pub ledger: LedgerView<'a>,
    /// The market's book.
    pub book: BookView<'a>,
    /// The trader that acts.
    pub trader: &'a mut Trader,
    /// Who signed.
    pub signer: &'a Pubkey,
    /// Signs the event.
    pub event_authority: &'a AccountView,
}

impl<'a> Accounts<'a> {
    /// Verifies them for the market with this index.
    #[inline(always)]
    pub fn parse(accounts: &'a mut [AccountView], market: u16) -> Result<Self, Failure> {
        let [exchange, ledger_account, book_account, trader_account, signer, event_authority, program] =
            exactly::<7>(accounts)?;
        let exchange_address = *exchange.address();
        let exchange = ready_inline::<Exchange>(exchange)?;
        let ledger = ledger(ledger_account, exchange)?;
        let book = book(book_account, exchange, market)?;
        let trader = trader(trader_account, &exchange_address)?;
        require_signer(signer)?;
        require_event_accounts_inline(event_authority, program)?;
        Ok(Self { exchange, ledger, book, trader, signer: key(signer), event_authority })
    }
}
