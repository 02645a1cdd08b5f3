//! Creating accounts at derived addresses, also where somebody sent lamports there before; and deleting them.

use pinocchio::{
    AccountView, Address,
    cpi::{Seed, Signer},
    sysvars::{Sysvar, rent::Rent},
};
use pinocchio_system::instructions::{Allocate, Assign, CreateAccount, Transfer};

use quantdesk_engine::error::Error;
use quantdesk_engine::state::Exchange;

use crate::failure::Failure;
use crate::id::ID;
use crate::loader::{administered, require_address, require_event_accounts, require_signer, require_writable};

/// Most bytes that one instruction may add to an account (the runtime's limit).
pub const LARGEST_STEP: usize = 10_240;

/// What to create and who pays.
#[derive(Clone, Copy)]
pub struct Creation<'a> {
    /// The new account, at the address that `seeds` derive.
    pub account: &'a AccountView,
    /// Signer that pays the rent.
    pub payer: &'a AccountView,
    /// The program that will own it.
    pub owner: &'a Address,
    /// Bytes to allocate now, at most [`LARGEST_STEP`].
    pub space: usize,
    /// Bytes it will hold in the end: the rent of these is paid now, so that growing needs no payer.
    pub full_space: usize,
}

impl Creation<'_> {
    /// Creates the account.
    ///
    /// Somebody may have sent lamports to the address before; the system program's
    /// `CreateAccount` refuses such an account, which would let anyone block a creation for ever.
    /// Then only the missing lamports are transferred, and the space is allocated and assigned.
    ///
    /// # Errors
    /// The system program's, when the payer cannot pay or the account is in use.
    pub fn run(&self, seeds: &[Seed<'_>]) -> Result<(), Failure> {
        let signers = [Signer::from(seeds)];
        let lamports = Rent::get()?.try_minimum_balance(self.full_space)?;
        if self.account.lamports() == 0 {
            CreateAccount { from: self.payer, to: self.account, lamports, space: self.space as u64, owner: self.owner }
                .invoke_signed(&signers)?;
            return Ok(());
        }
        let missing = lamports.saturating_sub(self.account.lamports());
        if missing > 0 {
            pay(self.payer, self.account, missing)?;
        }
        Allocate { account: self.account, space: self.space as u64 }.invoke_signed(&signers)?;
        Assign { account: self.account, owner: self.owner }.invoke_signed(&signers)?;
        Ok(())
    }
}

/// Pays lamports for rent.
///
/// # Errors
/// The system program's, when the payer cannot pay.
#[inline(never)]
pub fn pay(from: &AccountView, to: &AccountView, lamports: u64) -> Result<(), Failure> {
    Ok(Transfer { from, to, lamports }.invoke()?)
}

/// Bump of an account that shall be created at the address that `seeds` derive.
///
/// # Errors
/// `AccountNotWritable`, `WrongAddress`; `AlreadyInitialised` as in [`require_new`].
#[inline(never)]
pub fn require_creatable(account: &AccountView, seeds: &[&[u8]; 3]) -> Result<u8, Failure> {
    require_writable(account)?;
    let (address, bump) = Address::find_program_address(seeds, &ID);
    require_address(account, &address)?;
    require_new(account)?;
    Ok(bump)
}

/// What creating something needs besides: the paying signer, the admin of the exchange in use, the system program
/// and the event's accounts.
///
/// # Errors
/// Those of the loader's checks.
#[inline(never)]
pub fn require_creator<'a>(
    [payer, admin, system, event_authority, program]: [&AccountView; 5],
    exchange: &'a mut AccountView,
) -> Result<&'a mut Exchange, Failure> {
    require_signer(payer)?;
    require_writable(payer)?;
    let exchange = administered(exchange, admin)?;
    require_address(system, &pinocchio_system::ID)?;
    require_event_accounts(event_authority, program)?;
    Ok(exchange)
}

/// # Errors
/// `AlreadyInitialised` when the account has an owner other than the system program, or data.
pub fn require_new(account: &AccountView) -> Result<(), Failure> {
    if account.owned_by(&pinocchio_system::ID) && account.is_data_empty() {
        Ok(())
    } else {
        Err(Error::AlreadyInitialised.into())
    }
}

/// Moves the rent and gives the account back to the system program, emptied by the runtime.
///
/// # Errors
/// `ArithmeticOverflow`.
#[inline(never)]
pub fn delete(account: &mut AccountView, receiver: &mut AccountView) -> Result<(), Failure> {
    let lamports = receiver.lamports().checked_add(account.lamports()).ok_or(Error::ArithmeticOverflow)?;
    receiver.set_lamports(lamports);
    account.set_lamports(0);
    account.close()?;
    Ok(())
}
