//! Admin, guardian and pause.

use crate::error::Error;
use crate::now::Now;
use crate::state::{Exchange, paused};
use crate::units::Pubkey;

/// What may be paused by hand.
const PAUSABLE: u32 = paused::TRADING | paused::WITHDRAWALS | paused::ADMISSION | paused::LIQUIDATION;
/// Seconds of cancels, deposits and post-only orders after the admin takes a pause away.
const REST_S: i64 = 60;

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

/// Replaces the guardian.
///
/// # Errors
/// `NotAuthorised`, `ParameterOutOfBounds` for nobody.
pub fn set_guardian(exchange: &mut Exchange, signer: &Pubkey, guardian: Pubkey) -> Result<(), Error> {
    require_admin(exchange, signer)?;
    if guardian == Pubkey::default() {
        return Err(Error::ParameterOutOfBounds);
    }
    exchange.guardian = guardian;
    Ok(())
}

/// Sets what is refused. The guardian may only add; after the admin took something away, matching and
/// liquidation rest, so that stale quotes can be pulled first.
///
/// # Errors
/// `NotAuthorised`, `ParameterOutOfBounds` for bits that nobody sets by hand.
pub fn set_pause(exchange: &mut Exchange, signer: &Pubkey, bits: u32, now: Now) -> Result<(), Error> {
    if bits & !PAUSABLE != 0 {
        return Err(Error::ParameterOutOfBounds);
    }
    let lifted = exchange.paused & PAUSABLE & !bits;
    let by_guardian = exchange.guardian == *signer && lifted == 0;
    if exchange.admin != *signer && !by_guardian {
        return Err(Error::NotAuthorised);
    }
    exchange.paused = exchange.paused & !PAUSABLE | bits;
    if lifted & (paused::TRADING | paused::LIQUIDATION) != 0 {
        exchange.resume_at = now.unix + REST_S;
    }
    Ok(())
}
