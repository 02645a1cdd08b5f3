//! Accounts of `create_market`.

use pinocchio::{AccountView, Address};
use quantdesk_engine::state::Exchange;

use crate::creation::require_new;
use crate::failure::Failure;
use crate::id::ID;
use crate::loader::{administered, exactly, require_address, require_event_accounts, require_signer, require_writable};
use crate::seeds;

/// Verified accounts.
pub struct Accounts<'a> {
    /// Pays the rent.
    pub payer: &'a AccountView,
    /// The exchange.
    pub exchange: &'a mut Exchange,
    /// Its address.
    pub exchange_address: Address,
    /// To be created, with its bump.
    pub book: (&'a mut AccountView, u8),
    /// Signs the event.
    pub event_authority: &'a AccountView,
}

impl<'a> Accounts<'a> {
    /// Verifies them for the market with this index.
    pub fn parse(accounts: &'a mut [AccountView], market: u16) -> Result<Self, Failure> {
        let [payer, admin, exchange, book, system, event_authority, program] = exactly::<7>(accounts)?;
        require_signer(payer)?;
        require_writable(payer)?;
        let exchange_address = *exchange.address();
        let exchange = administered(exchange, admin)?;
        require_address(system, &pinocchio_system::ID)?;
        require_event_accounts(event_authority, program)?;
        require_writable(book)?;
        let number = market.to_le_bytes();
        let parts: [&[u8]; 3] = [seeds::BOOK, exchange_address.as_ref(), &number];
        let (address, bump) = Address::find_program_address(&parts, &ID);
        require_address(book, &address)?;
        require_new(book)?;
        Ok(Self { payer, exchange, exchange_address, book: (book, bump), event_authority })
    }
}
