//! Accounts of `open_trader`.

use pinocchio::{AccountView, Address};
use quantdesk_engine::state::Exchange;

use crate::creation::require_new;
use crate::failure::Failure;
use crate::id::ID;
use crate::loader::{exactly, ready, require_address, require_event_accounts, require_signer, require_writable};
use crate::seeds;

/// Verified accounts.
pub struct Accounts<'a> {
    /// Pays the rent.
    pub payer: &'a AccountView,
    /// Owner of the new trader.
    pub owner: &'a AccountView,
    /// The exchange.
    pub exchange: &'a mut Exchange,
    /// Its address.
    pub exchange_address: Address,
    /// To be created, with its bump.
    pub trader: (&'a mut AccountView, u8),
    /// Signs the event.
    pub event_authority: &'a AccountView,
}

impl<'a> Accounts<'a> {
    /// Verifies them for the sub-account with this number.
    pub fn parse(accounts: &'a mut [AccountView], sub: u8) -> Result<Self, Failure> {
        let [payer, owner, exchange, trader, system, event_authority, program] = exactly::<7>(accounts)?;
        require_signer(payer)?;
        require_writable(payer)?;
        require_signer(owner)?;
        let exchange_address = *exchange.address();
        let exchange = ready::<Exchange>(exchange)?;
        require_address(system, &pinocchio_system::ID)?;
        require_event_accounts(event_authority, program)?;
        require_writable(trader)?;
        let parts: [&[u8]; 4] = [seeds::TRADER, exchange_address.as_ref(), owner.address().as_ref(), &[sub]];
        let (address, bump) = Address::find_program_address(&parts, &ID);
        require_address(trader, &address)?;
        require_new(trader)?;
        Ok(Self { payer, owner, exchange, exchange_address, trader: (trader, bump), event_authority })
    }
}
