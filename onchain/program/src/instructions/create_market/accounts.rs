//! Accounts of `create_market`.

use pinocchio::{AccountView, Address};
use quantdesk_engine::state::Exchange;

use crate::creation::{require_creatable, require_creator};
use crate::failure::Failure;
use crate::loader::exactly;
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
        let exchange_address = *exchange.address();
        let exchange = require_creator([payer, admin, system, event_authority, program], exchange)?;
        let bump = require_creatable(book, &[seeds::BOOK, exchange_address.as_ref(), &market.to_le_bytes()])?;
        Ok(Self { payer, exchange, exchange_address, book: (book, bump), event_authority })
    }
}
