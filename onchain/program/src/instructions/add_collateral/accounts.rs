//! Accounts of `add_collateral`.

use pinocchio::{AccountView, Address};
use pinocchio_token::state::Mint;
use quantdesk_engine::error::Error;
use quantdesk_engine::state::Exchange;

use crate::creation::{require_creatable, require_creator};
use crate::failure::Failure;
use crate::loader::{exactly, require_address};
use crate::seeds;

/// Verified accounts.
pub struct Accounts<'a> {
    /// Pays the rent.
    pub payer: &'a AccountView,
    /// The exchange.
    pub exchange: &'a mut Exchange,
    /// Its address.
    pub exchange_address: Address,
    /// Mint of the collateral.
    pub mint: &'a AccountView,
    /// Decimals of the mint.
    pub decimals: u8,
    /// To be created, with its bump.
    pub vault: (&'a AccountView, u8),
    /// Signs the event.
    pub event_authority: &'a AccountView,
}

impl<'a> Accounts<'a> {
    /// Verifies them; the mint must be an initialised one of the classic token program.
    pub fn parse(accounts: &'a mut [AccountView]) -> Result<Self, Failure> {
        let [payer, admin, exchange, mint, vault, token, system, event_authority, program] = exactly::<9>(accounts)?;
        let exchange_address = *exchange.address();
        let exchange = require_creator([payer, admin, system, event_authority, program], exchange)?;
        require_address(token, &pinocchio_token::ID)?;
        let decimals = decimals_of(mint)?;
        let bump = require_creatable(vault, &[seeds::VAULT, exchange_address.as_ref(), mint.address().as_ref()])?;
        Ok(Self { payer, exchange, exchange_address, mint, decimals, vault: (vault, bump), event_authority })
    }
}

fn decimals_of(mint: &AccountView) -> Result<u8, Failure> {
    if !mint.owned_by(&pinocchio_token::ID) {
        return Err(Error::WrongAccountOwner.into());
    }
    let data = Mint::from_account_view(mint).map_err(|_| Error::WrongMint)?;
    if !data.is_initialized() {
        return Err(Error::WrongMint.into());
    }
    Ok(data.decimals())
}
