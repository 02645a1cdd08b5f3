//! Accounts of `apply_change`, most of which `cancel_change` shares.

use pinocchio::AccountView;
use quantdesk_engine::error::Error;
use quantdesk_engine::state::{Exchange, QueuedChange};

use crate::failure::Failure;
use crate::loader::{address, ready, require_address, require_event_accounts, require_writable, same};

/// Verified accounts.
pub struct Queued<'a> {
    /// The exchange.
    pub exchange: &'a mut Exchange,
    /// The queued change's account: [`Queued::parse`] checked that it is one, and of this exchange.
    pub change: &'a mut AccountView,
    /// Paid the rent and gets it back.
    pub rent_receiver: &'a mut AccountView,
    /// Signs the event.
    pub event_authority: &'a AccountView,
}

impl<'a> Queued<'a> {
    /// Verifies them.
    #[inline(never)]
    pub fn parse(accounts: &'a mut [AccountView; 5]) -> Result<Self, Failure> {
        let [exchange, change, rent_receiver, event_authority, program] = accounts;
        let exchange_address = *exchange.address();
        let exchange = ready::<Exchange>(exchange)?;
        let queued = ready::<QueuedChange>(change)?;
        if !same(address(&queued.exchange), &exchange_address) {
            return Err(Error::WrongExchange.into());
        }
        require_writable(rent_receiver)?;
        require_address(rent_receiver, address(&queued.payer))?;
        require_event_accounts(event_authority, program)?;
        Ok(Self { exchange, change, rent_receiver, event_authority })
    }
}
