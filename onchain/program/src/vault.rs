//! A collateral's vault and the token account on the other side of a transfer.

use pinocchio::{
    AccountView,
    cpi::{Seed, Signer},
};
use pinocchio_token::instructions::Transfer;
use quantdesk_engine::error::Error;
use quantdesk_engine::money::collateral;
use quantdesk_engine::state::Exchange;

use crate::failure::Failure;
use crate::loader::{address, require_address, require_writable, same};
use crate::seeds;

/// Checks the vault of the collateral `index`, the other token account and the token program.
///
/// Whether `other` is a token account, of which mint, and who may move it, the token program checks
/// when the tokens move; what it would let pass is a transfer from the vault to itself.
///
/// # Errors
/// `UnknownCollateral`; `WrongAddress` for another vault or token program; `DuplicateAccount`,
/// `AccountNotWritable`, `WrongAccountOwner` and `WrongMint` for the other account.
#[inline(never)]
pub fn require(
    exchange: &Exchange,
    index: u8,
    vault: &AccountView,
    other: &AccountView,
    token: &AccountView,
) -> Result<(), Failure> {
    let known = collateral(exchange, index)?;
    require_address(token, &pinocchio_token::ID)?;
    require_address(vault, address(&known.vault))?;
    require_writable(vault)?;
    require_writable(other)?;
    if same(other.address(), vault.address()) {
        return Err(Error::DuplicateAccount.into());
    }
    if !same(other.owner(), &pinocchio_token::ID) {
        return Err(Error::WrongAccountOwner.into());
    }
    // SAFETY: nothing writes the token account while this short read lasts.
    let data = unsafe { other.borrow_unchecked() };
    // A token account is 165 bytes (a mint 82, a multisig 355) and begins with its mint.
    if data.len() != pinocchio_token::state::Account::LEN || data.get(..32) != Some(&known.mint.0[..]) {
        return Err(Error::WrongMint.into());
    }
    Ok(())
}

/// Moves tokens into a vault, signed by their owner.
///
/// # Errors
/// The token program's.
pub fn pay_in(source: &AccountView, vault: &AccountView, owner: &AccountView, amount: u64) -> Result<(), Failure> {
    pay(source, vault, owner, amount, &[])
}

/// Moves tokens out of a vault, signed by the exchange.
///
/// # Errors
/// The token program's.
pub fn pay_out(
    exchange: &Exchange,
    authority: &AccountView,
    vault: &AccountView,
    destination: &AccountView,
    amount: u64,
) -> Result<(), Failure> {
    let (id, bump) = (exchange.id.to_le_bytes(), [exchange.header.bump]);
    let seeds = [Seed::from(seeds::EXCHANGE), Seed::from(&id), Seed::from(&bump)];
    pay(vault, destination, authority, amount, &[Signer::from(&seeds)])
}

/// One copy of the call.
#[inline(never)]
fn pay(
    from: &AccountView,
    to: &AccountView,
    authority: &AccountView,
    amount: u64,
    signers: &[Signer<'_, '_>],
) -> Result<(), Failure> {
    Ok(Transfer::new(from, to, authority, amount).invoke_signed(signers)?)
}
