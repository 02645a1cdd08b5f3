//! Raw accounts into typed ones. Whatever an instruction sees has passed through here.
//!
//! An account of ours is told by its owner and discriminator: only this program can write either,
//! and it does so at derived addresses alone. Where the exchange stores an account's address (the
//! ledger, books, vaults), comparing with it says more and costs less.

use pinocchio::{AccountView, Address};
use quantdesk_engine::book::BookView;
use quantdesk_engine::describe::{Pod, from_bytes_mut, slice_from_bytes_mut};
use quantdesk_engine::error::Error;
use quantdesk_engine::slots::LedgerView;
use quantdesk_engine::state::{
    Book, EXCHANGE_VERSION, Exchange, Header, LAYOUT_VERSION, Ledger, Order, QueuedChange, READY, Slot, Trader,
};
use quantdesk_engine::units::Pubkey;

use crate::failure::Failure;
use crate::id::{EVENT_AUTHORITY, ID};

/// An account type of this program.
pub trait Account: Pod {
    /// The first 8 bytes as a number.
    const TAG: u64;
    /// The layout that this program works with.
    const VERSION: u16;
    /// The header that every account begins with.
    fn header(&self) -> &Header;
}

macro_rules! accounts {
    ($($name:ident $version:ident)*) => { $(
        impl Account for $name {
            const TAG: u64 = u64::from_le_bytes($name::DISCRIMINATOR);
            const VERSION: u16 = $version;
            #[inline(always)]
            fn header(&self) -> &Header { &self.header }
        }
    )* };
}
accounts! {
    Exchange EXCHANGE_VERSION
    Ledger LAYOUT_VERSION
    Book LAYOUT_VERSION
    Trader LAYOUT_VERSION
    QueuedChange LAYOUT_VERSION
}

/// Exactly `N` accounts.
///
/// # Errors
/// `WrongAccountCount`.
#[inline(always)]
pub fn exactly<const N: usize>(accounts: &mut [AccountView]) -> Result<&mut [AccountView; N], Failure> {
    accounts.try_into().map_err(|_| Error::WrongAccountCount.into())
}

/// The address as the engine's type.
#[inline(always)]
pub fn key(account: &AccountView) -> &Pubkey {
    // SAFETY: both are transparent over 32 bytes.
    unsafe { &*core::ptr::from_ref(account.address()).cast() }
}

/// An engine address as the runtime's type.
#[inline(always)]
pub fn address(key: &Pubkey) -> &Address {
    // SAFETY: both are transparent over 32 bytes.
    unsafe { &*core::ptr::from_ref(key).cast() }
}

/// # Errors
/// `MissingSignature`.
#[inline(always)]
pub fn require_signer(account: &AccountView) -> Result<(), Failure> {
    if account.is_signer() { Ok(()) } else { Err(Error::MissingSignature.into()) }
}

/// # Errors
/// `AccountNotWritable`.
#[inline(always)]
pub fn require_writable(account: &AccountView) -> Result<(), Failure> {
    if account.is_writable() { Ok(()) } else { Err(Error::AccountNotWritable.into()) }
}

/// # Errors
/// `WrongAddress`.
#[inline(always)]
pub fn require_address(account: &AccountView, expected: &Address) -> Result<(), Failure> {
    if same(account.address(), expected) { Ok(()) } else { Err(Error::WrongAddress.into()) }
}

/// The two accounts that every event needs.
///
/// # Errors
/// `WrongAddress`.
#[inline(never)]
pub fn require_event_accounts(authority: &AccountView, program: &AccountView) -> Result<(), Failure> {
    require_event_accounts_inline(authority, program)
}

/// The same in place, for the hot path.
///
/// # Errors
/// `WrongAddress`.
#[inline(always)]
pub fn require_event_accounts_inline(authority: &AccountView, program: &AccountView) -> Result<(), Failure> {
    require_address(authority, &EVENT_AUTHORITY)?;
    require_address(program, &ID)
}

/// Addresses compared as four words.
#[inline(always)]
pub fn same(a: &Address, b: &Address) -> bool {
    pinocchio::address::address_eq(a, b)
}

/// A writable account of type `T`, at whatever stage of its life.
///
/// # Errors
/// `AccountNotWritable`, `WrongAccountOwner`, `WrongAccountKind` (also when too short for a `T`).
#[inline(always)]
pub fn typed<T: Account>(account: &mut AccountView) -> Result<&mut T, Failure> {
    require_writable(account)?;
    if !same(account.owner(), &ID) {
        return Err(Error::WrongAccountOwner.into());
    }
    // SAFETY: the runtime lays account data out at 8-byte aligned addresses, valid for the whole
    // instruction. No two account types share a discriminator, each instruction loads each type at
    // most once, and a second view of the same account therefore fails below: no aliasing.
    let data = unsafe { account.borrow_unchecked_mut() };
    match from_bytes_mut::<T>(data) {
        Some(value) if u64::from_le_bytes(value.header().discriminator) == T::TAG => Ok(value),
        _ => Err(Error::WrongAccountKind.into()),
    }
}

/// As [`typed`], and in use.
///
/// # Errors
/// Those of [`typed`]; `AccountNotReady`, `WrongLayoutVersion`.
#[inline(never)]
pub fn ready<T: Account>(account: &mut AccountView) -> Result<&mut T, Failure> {
    ready_inline(account)
}

/// The same in place, for the hot path.
///
/// # Errors
/// Those of [`ready`].
#[inline(always)]
pub fn ready_inline<T: Account>(account: &mut AccountView) -> Result<&mut T, Failure> {
    let value = typed::<T>(account)?;
    require_ready(value)?;
    Ok(value)
}

/// # Errors
/// `AccountNotReady`, `WrongLayoutVersion`.
#[inline(always)]
pub fn require_ready<T: Account>(account: &T) -> Result<(), Failure> {
    if account.header().status != READY {
        return Err(Error::AccountNotReady.into());
    }
    if account.header().layout_version != T::VERSION {
        return Err(Error::WrongLayoutVersion.into());
    }
    Ok(())
}

/// The exchange's ledger, ready.
///
/// # Errors
/// `WrongAddress` unless it is the stored one; `AccountNotWritable`, `AccountNotReady`.
#[inline(never)]
pub fn ledger<'a>(account: &'a mut AccountView, exchange: &Exchange) -> Result<LedgerView<'a>, Failure> {
    require_writable(account)?;
    require_address(account, address(&exchange.ledger))?;
    // SAFETY: as in `typed`; the stored address is a ledger that this program created, and an
    // exchange or a book never has a ledger's address.
    let data = unsafe { account.borrow_unchecked_mut() };
    let (head, tail) = data.split_at_mut_checked(size_of::<Ledger>()).ok_or(Error::AccountNotReady)?;
    let header = from_bytes_mut::<Ledger>(head).ok_or(Error::AccountNotReady)?;
    let slots = slice_from_bytes_mut::<Slot>(tail).ok_or(Error::AccountNotReady)?;
    require_ready(header)?;
    let slots = slots.get_mut(..header.capacity as usize).ok_or(Error::AccountNotReady)?;
    Ok(LedgerView { header, slots })
}

/// The book of a market, ready.
///
/// # Errors
/// `UnknownMarket`; `WrongMarket` unless it is the stored one; `AccountNotWritable`, `AccountNotReady`.
#[inline(never)]
pub fn book<'a>(account: &'a mut AccountView, exchange: &Exchange, market: u16) -> Result<BookView<'a>, Failure> {
    require_writable(account)?;
    if market >= exchange.market_count {
        return Err(Error::UnknownMarket.into());
    }
    let stored = exchange.markets.get(market as usize).ok_or(Error::UnknownMarket)?;
    if !same(account.address(), address(&stored.book)) {
        return Err(Error::WrongMarket.into());
    }
    // SAFETY: as in `ledger`.
    let data = unsafe { account.borrow_unchecked_mut() };
    let (head, tail) = data.split_at_mut_checked(size_of::<Book>()).ok_or(Error::AccountNotReady)?;
    let header = from_bytes_mut::<Book>(head).ok_or(Error::AccountNotReady)?;
    require_ready(header)?;
    let orders = slice_from_bytes_mut::<Order>(tail).ok_or(Error::AccountNotReady)?;
    let capacity = header.capacity as usize;
    let (bids, rest) = orders.split_at_mut_checked(capacity).ok_or(Error::AccountNotReady)?;
    let asks = rest.get_mut(..capacity).ok_or(Error::AccountNotReady)?;
    Ok(BookView { header, bids, asks })
}

/// A trader of this exchange.
///
/// # Errors
/// Those of [`ready`]; `WrongExchange`.
#[inline(never)]
pub fn trader<'a>(account: &'a mut AccountView, exchange: &Address) -> Result<&'a mut Trader, Failure> {
    let trader = ready_inline::<Trader>(account)?;
    if !same(address(&trader.exchange), exchange) {
        return Err(Error::WrongExchange.into());
    }
    Ok(trader)
}

/// A trader of this exchange whose owner signed.
///
/// # Errors
/// Those of [`trader`]; `MissingSignature`, `NotAuthorised`.
#[inline(never)]
pub fn own_trader<'a>(
    account: &'a mut AccountView,
    exchange: &Address,
    owner: &AccountView,
) -> Result<&'a mut Trader, Failure> {
    require_signer(owner)?;
    let trader = trader(account, exchange)?;
    if !same(address(&trader.owner), owner.address()) {
        return Err(Error::NotAuthorised.into());
    }
    Ok(trader)
}

/// The exchange in use, and its admin's signature.
///
/// # Errors
/// Those of [`ready`]; `MissingSignature`, `NotAuthorised`.
#[inline(never)]
pub fn administered<'a>(account: &'a mut AccountView, admin: &AccountView) -> Result<&'a mut Exchange, Failure> {
    require_signer(admin)?;
    let exchange = ready::<Exchange>(account)?;
    if !same(address(&exchange.admin), admin.address()) {
        return Err(Error::NotAuthorised.into());
    }
    Ok(exchange)
}
