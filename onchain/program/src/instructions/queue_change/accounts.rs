//! Accounts of `queue_change`.

use pinocchio::{AccountView, Address};
use quantdesk_engine::state::Exchange;

use crate::creation::{require_creatable, require_creator};
use crate::failure::Failure;
use crate::loader::exactly;
use crate::seeds;

/// Verified accounts.
pub struct Accounts<'a> {
    /// Pays the rent and gets it back.
    pub payer: &'a AccountView,
    /// Queues it.
    pub admin: &'a AccountView,
    /// The exchange.
    pub exchange: &'a mut Exchange,
    /// Its address.
    pub exchange_address: Address,
    /// To be created, with its bump.
    pub change: (&'a mut AccountView, u8),
    /// Signs the event.
    pub event_authority: &'a AccountView,
}

impl<'a> Accounts<'a> {
    /// Verifies them for the change with this number, which must be the next.
    pub fn parse(accounts: &'a mut [AccountView], seq: u64) -> Result<Self, Failure> {
        let [payer, admin, exchange, change, system, event_authority, program] = exactly::<7>(accounts)?;
        let exchange_address = *exchange.address();
        let exchange = require_creator([payer, admin, system, event_authority, program], exchange)?;
        let bump = require_creatable(change, &[seeds::CHANGE, exchange_address.as_ref(), &seq.to_le_bytes()])?;
        Ok(Self { payer, admin, exchange, exchange_address, change: (change, bump), event_authority })
    }
}
