//! Accounts of `init_exchange`.

use pinocchio::{AccountView, Address};

use crate::failure::Failure;
use crate::id::ID;
use crate::loader::{exactly, require_address, require_event_accounts, require_signer, require_writable};
use crate::seeds::{self, LEDGER_INDEX};

/// Verified accounts.
pub struct Accounts<'a> {
    /// Pays the rent.
    pub payer: &'a AccountView,
    /// Becomes admin.
    pub admin: &'a AccountView,
    /// To be created, with its bump.
    pub exchange: (&'a mut AccountView, u8),
    /// To be created, with its bump.
    pub ledger: (&'a mut AccountView, u8),
    /// Signs the event.
    pub event_authority: &'a AccountView,
}

impl<'a> Accounts<'a> {
    /// Verifies them for the exchange number `id`.
    pub fn parse(accounts: &'a mut [AccountView], id: u16) -> Result<Self, Failure> {
        let [payer, admin, exchange, ledger, system, event_authority, program] = exactly::<7>(accounts)?;
        require_signer(payer)?;
        require_writable(payer)?;
        require_signer(admin)?;
        require_writable(exchange)?;
        require_writable(ledger)?;
        require_address(system, &pinocchio_system::ID)?;
        require_event_accounts(event_authority, program)?;
        let number = id.to_le_bytes();
        let (address, exchange_bump) = Address::find_program_address(&[seeds::EXCHANGE, &number], &ID);
        require_address(exchange, &address)?;
        let parts: [&[u8]; 3] = [seeds::LEDGER, address.as_ref(), &LEDGER_INDEX];
        let (address, ledger_bump) = Address::find_program_address(&parts, &ID);
        require_address(ledger, &address)?;
        Ok(Self { payer, admin, exchange: (exchange, exchange_bump), ledger: (ledger, ledger_bump), event_authority })
    }
}
