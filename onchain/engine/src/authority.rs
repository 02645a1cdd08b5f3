//! Admin, guardian and pause.

use crate::changes;
use crate::error::Error;
use crate::governance::require_closed;
use crate::now::Now;
use crate::state::{Exchange, paused};
use crate::units::Pubkey;

/// What may be paused by hand.
const PAUSABLE: u32 = paused::TRADING | paused::WITHDRAWALS | paused::ADMISSION | paused::LIQUIDATION;
/// Seconds of cancels, deposits and post-only orders after the admin takes a pause away.
const REST_S: i64 = 60;
/// Such rests are ten minutes apart: pausing and lifting again and again keeps nobody from reducing.
const REST_APART_S: i64 = 600;
/// Withdrawals are paused for at most three days ...
const PAUSE_AT_MOST_S: i64 = 3 * 86_400;
/// ... of seven.
const PAUSE_WINDOW_S: i64 = 7 * 86_400;

fn require_admin(exchange: &Exchange, signer: &Pubkey) -> Result<(), Error> {
    if exchange.admin == *signer { Ok(()) } else { Err(Error::NotAuthorised) }
}

/// Names the next admin; zero withdraws the offer.
///
/// # Errors
/// `NotAuthorised`.
pub fn propose(exchange: &mut Exchange, signer: &Pubkey, admin: Pubkey) -> Result<(), Error> {
    require_admin(exchange, signer)?;
    exchange.pending_admin = admin;
    Ok(())
}

/// The named next admin takes over.
///
/// # Errors
/// `NotAuthorised`, also when nobody was named.
pub fn accept(exchange: &mut Exchange, signer: &Pubkey) -> Result<(), Error> {
    if exchange.pending_admin == Pubkey::default() || exchange.pending_admin != *signer {
        return Err(Error::NotAuthorised);
    }
    exchange.admin = *signer;
    exchange.pending_admin = Pubkey::default();
    Ok(())
}

/// Replaces the guardian: the guardian itself at any time, the admin before opening. Later the admin queues
/// a change for it: who stole the admin's key could otherwise remove who can stop it.
///
/// # Errors
/// `NotAuthorised`, `ExchangeAlreadyOpen` for the admin, `ParameterOutOfBounds` for nobody.
pub fn set_guardian(exchange: &mut Exchange, signer: &Pubkey, guardian: Pubkey) -> Result<(), Error> {
    if exchange.guardian != *signer {
        require_admin(exchange, signer)?;
        require_closed(exchange)?;
    }
    if guardian == Pubkey::default() {
        return Err(Error::ParameterOutOfBounds);
    }
    exchange.guardian = guardian;
    Ok(())
}

/// Sets what is refused. The guardian may only add; after the admin took something away, matching and
/// liquidation rest, so that stale quotes can be pulled first. Withdrawals are paused for at most three days
/// of seven, by whomever: no key can trap money.
///
/// # Errors
/// `NotAuthorised`, `ParameterOutOfBounds` for bits that nobody sets by hand, `PauseUsedUp`.
pub fn set_pause(exchange: &mut Exchange, signer: &Pubkey, bits: u32, now: Now) -> Result<(), Error> {
    if bits & !PAUSABLE != 0 {
        return Err(Error::ParameterOutOfBounds);
    }
    let were_paused = changes::withdrawals_paused(exchange, now.unix);
    if !were_paused {
        exchange.paused &= !paused::WITHDRAWALS;
    }
    let lifted = exchange.paused & PAUSABLE & !bits;
    let by_guardian = exchange.guardian == *signer && lifted == 0;
    if exchange.admin != *signer && !by_guardian {
        return Err(Error::NotAuthorised);
    }
    match (were_paused, bits & paused::WITHDRAWALS != 0) {
        (false, true) => pause_withdrawals(exchange, now.unix)?,
        (true, false) => exchange.withdrawals_paused_until = now.unix,
        _ => {}
    }
    exchange.paused = exchange.paused & !PAUSABLE | bits;
    let rested = now.unix - exchange.resume_at < REST_APART_S;
    if lifted & (paused::TRADING | paused::LIQUIDATION) != 0 && !rested {
        exchange.resume_at = now.unix + REST_S;
    }
    Ok(())
}

/// Begins a pause of withdrawals: what is left of three days in the present seven.
fn pause_withdrawals(exchange: &mut Exchange, unix: i64) -> Result<(), Error> {
    if unix - exchange.withdrawals_paused_since >= PAUSE_WINDOW_S {
        exchange.withdrawals_paused_since = unix;
    }
    exchange.withdrawals_paused_until = exchange.withdrawals_paused_since + PAUSE_AT_MOST_S;
    if exchange.withdrawals_paused_until <= unix { Err(Error::PauseUsedUp) } else { Ok(()) }
}
