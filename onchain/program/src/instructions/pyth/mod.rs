//! Accounts of the two instructions that take a price from a Pyth account.

use pinocchio::{AccountView, Address};
use quantdesk_engine::error::Error;
use quantdesk_engine::state::Exchange;

use crate::failure::Failure;
use crate::loader::{exactly, ready, require_event_accounts, same};

/// The Pyth receiver program, which checks the guardians' signatures before it writes a price.
pub const PYTH_RECEIVER: Address = Address::from_str_const("rec5EKMGg6MxZYaMdyBfgwp4d5rB9T1VQH5pJv5LtFJ");

/// Verified accounts.
pub struct Accounts<'a> {
    /// The exchange.
    pub exchange: &'a mut Exchange,
    /// What the price account says: whether that will do the engine decides.
    pub price: &'a [u8],
    /// Signs the event.
    pub event_authority: &'a AccountView,
}

impl<'a> Accounts<'a> {
    /// Verifies them.
    #[inline(never)]
    pub fn parse(accounts: &'a mut [AccountView]) -> Result<Self, Failure> {
        let [exchange, price, event_authority, program] = exactly::<4>(accounts)?;
        let exchange = ready::<Exchange>(exchange)?;
        if !same(price.owner(), &PYTH_RECEIVER) {
            return Err(Error::WrongAccountOwner.into());
        }
        require_event_accounts(event_authority, program)?;
        // SAFETY: an account of another program, which nothing here writes.
        let price = unsafe { price.borrow_unchecked() };
        Ok(Self { exchange, price, event_authority })
    }
}
