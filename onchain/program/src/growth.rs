//! Accounts over 10,240 bytes: full sizes, and the part of an exchange that exists while it grows.

use core::mem::offset_of;
use core::ptr::{addr_of, addr_of_mut};

use pinocchio::AccountView;
use quantdesk_engine::error::Error;
use quantdesk_engine::governance;
use quantdesk_engine::instructions::InitExchange;
use quantdesk_engine::state::{Book, Exchange, Header, Ledger, Order, Slot};
use quantdesk_engine::units::Pubkey;

use crate::creation::LARGEST_STEP;
use crate::failure::Failure;
use crate::id::ID;
use crate::loader::same;

const _: () = assert!(offset_of!(Exchange, collaterals) <= LARGEST_STEP, "the head fits the first step");

/// Bytes of a ledger with that many slots.
#[must_use]
pub const fn ledger_bytes(slots: u32) -> usize {
    size_of::<Ledger>() + slots as usize * size_of::<Slot>()
}

/// Bytes of a book with that many orders a side.
#[must_use]
pub const fn book_bytes(capacity: u32) -> usize {
    size_of::<Book>() + 2 * capacity as usize * size_of::<Order>()
}

/// An exchange of any size: only the fields before its tables may be touched.
pub struct ExchangeHead<'a> {
    account: &'a mut AccountView,
}

impl<'a> ExchangeHead<'a> {
    /// The account just created as an exchange.
    pub fn of_new(account: &'a mut AccountView) -> Result<Self, Failure> {
        if account.data_len() < offset_of!(Exchange, collaterals) {
            return Err(Error::BrokenInvariant.into());
        }
        Ok(Self { account })
    }

    /// An exchange that exists, full size or not.
    ///
    /// # Errors
    /// `WrongAccountOwner`, `WrongAccountKind`.
    pub fn of(account: &'a mut AccountView) -> Result<Self, Failure> {
        if !same(account.owner(), &ID) {
            return Err(Error::WrongAccountOwner.into());
        }
        if account.data_len() < offset_of!(Exchange, collaterals) {
            return Err(Error::WrongAccountKind.into());
        }
        let head = Self { account };
        if head.header().discriminator != Exchange::DISCRIMINATOR {
            return Err(Error::WrongAccountKind.into());
        }
        Ok(head)
    }

    /// Bytes of the account now.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.account.data_len()
    }

    /// The account itself.
    pub fn account(&mut self) -> &mut AccountView {
        self.account
    }

    fn read(&self) -> *const Exchange {
        self.account.data_ptr().cast()
    }

    fn write(&mut self) -> *mut Exchange {
        self.account.data_mut_ptr().cast()
    }

    /// The header.
    #[must_use]
    pub fn header(&self) -> Header {
        // SAFETY: the constructors checked that the head is there; account data is 8-byte aligned.
        unsafe { addr_of!((*self.read()).header).read() }
    }

    /// The admin.
    #[must_use]
    pub fn admin(&self) -> Pubkey {
        // SAFETY: as in `header`.
        unsafe { addr_of!((*self.read()).admin).read() }
    }

    /// Loaded-account-data limit that clients set.
    #[must_use]
    pub fn client_data_limit(&self) -> u64 {
        // SAFETY: as in `header`.
        unsafe { addr_of!((*self.read()).client_data_limit).read() }
    }

    /// Replaces the header.
    pub fn write_header(&mut self, header: Header) {
        // SAFETY: as in `header`.
        unsafe { addr_of_mut!((*self.write()).header).write(header) }
    }

    /// Writes how many slots the ledger has room for.
    pub fn write_slot_capacity(&mut self, slots: u32) {
        // SAFETY: as in `header`.
        unsafe { addr_of_mut!((*self.write()).slot_capacity).write(slots) }
    }

    /// Takes the next event number.
    ///
    /// # Errors
    /// `ArithmeticOverflow`.
    pub fn next_event(&mut self) -> Result<u64, Failure> {
        let place = self.write();
        // SAFETY: as in `header`.
        unsafe {
            let next = addr_of!((*place).event_seq).read().checked_add(1).ok_or(Error::ArithmeticOverflow)?;
            addr_of_mut!((*place).event_seq).write(next);
            Ok(next)
        }
    }

    /// Writes what `init_exchange` says.
    pub fn write_parameters(&mut self, args: &InitExchange, admin: Pubkey, ledger: Pubkey) {
        let place = self.write();
        // SAFETY: as in `header`.
        unsafe {
            addr_of_mut!((*place).id).write(args.id);
            addr_of_mut!((*place).ledger_count).write(1);
            addr_of_mut!((*place).admin).write(admin);
            addr_of_mut!((*place).guardian).write(args.guardian);
            addr_of_mut!((*place).ledger).write(ledger);
            addr_of_mut!((*place).timelock_s).write(args.timelock_s);
            addr_of_mut!((*place).client_data_limit).write(args.client_data_limit);
            addr_of_mut!((*place).min_slot_equity).write(args.min_slot_equity);
            addr_of_mut!((*place).fee_tiers).write(governance::fee_tiers(&args.fee_tiers));
        }
    }
}
