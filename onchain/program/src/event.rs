//! One event per instruction, as a call of the program to itself (Anchor's `emit_cpi`).
//!
//! A log can be truncated; the data of an inner instruction cannot.

use pinocchio::{
    AccountView,
    cpi::{CpiAccount, Seed, Signer, invoke_signed_unchecked},
    instruction::{InstructionAccount, InstructionView},
};
use quantdesk_engine::describe::{Encode, Writer};
use quantdesk_engine::error::Error;
use quantdesk_engine::events::EVENT_TAG;
use quantdesk_engine::state::Exchange;

use crate::failure::Failure;
use crate::heap;
use crate::id::{EVENT_AUTHORITY, EVENT_AUTHORITY_BUMP, EVENT_AUTHORITY_SEED, ID};
use crate::loader::same;

/// Sends an event.
///
/// # Errors
/// `EventTooLarge`.
#[inline(always)]
pub fn emit<E: Encode>(discriminator: [u8; 8], event: &E, authority: &AccountView) -> Result<(), Failure> {
    match event.wire() {
        Some(bytes) => emit_bytes(discriminator, bytes, authority),
        None => write_and_send(discriminator, event, authority),
    }
}

/// One copy for every event without a list.
#[inline(never)]
fn emit_bytes(discriminator: [u8; 8], bytes: &[u8], authority: &AccountView) -> Result<(), Failure> {
    write_and_send(discriminator, bytes, authority)
}

#[inline(always)]
fn write_and_send<E: Encode + ?Sized>(
    discriminator: [u8; 8],
    event: &E,
    authority: &AccountView,
) -> Result<(), Failure> {
    // SAFETY: one event per instruction, so the region is borrowed once.
    let buffer = unsafe { heap::event_region() };
    let mut writer = Writer::new(buffer);
    writer.put(&EVENT_TAG);
    writer.put(&discriminator);
    event.encode(&mut writer);
    let length = writer.finish().ok_or(Error::EventTooLarge)?;
    send(&buffer[..length], authority);
    Ok(())
}

/// Calls the program itself with `data`, signed by the event authority.
#[inline(never)]
fn send(data: &[u8], authority: &AccountView) {
    let accounts = [InstructionAccount::readonly_signer(authority.address())];
    let instruction = InstructionView { program_id: &ID, accounts: &accounts, data };
    let bump = [EVENT_AUTHORITY_BUMP];
    let seeds = [Seed::from(EVENT_AUTHORITY_SEED), Seed::from(&bump)];
    // SAFETY: the event authority has no data, so nothing borrowed is written by the callee.
    unsafe { invoke_signed_unchecked(&instruction, &[CpiAccount::from(authority)], &[Signer::from(&seeds)]) };
}

/// Accepts an event that the program sent to itself: only it can sign for the event authority.
///
/// # Errors
/// `WrongAccountCount`, `WrongAddress`, `MissingSignature`.
#[inline(always)]
pub fn receive(accounts: &[AccountView]) -> Result<(), Failure> {
    let [authority] = accounts else {
        return Err(Error::WrongAccountCount.into());
    };
    if !same(authority.address(), &EVENT_AUTHORITY) {
        return Err(Error::WrongAddress.into());
    }
    if !authority.is_signer() {
        return Err(Error::MissingSignature.into());
    }
    Ok(())
}

/// Takes the exchange's next event number.
///
/// # Errors
/// `ArithmeticOverflow`.
#[inline(always)]
pub fn next_event(exchange: &mut Exchange) -> Result<u64, Failure> {
    exchange.event_seq = exchange.event_seq.checked_add(1).ok_or(Error::ArithmeticOverflow)?;
    Ok(exchange.event_seq)
}
