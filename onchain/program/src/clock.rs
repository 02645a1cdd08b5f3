//! The cluster's time.

use pinocchio::sysvars::{Sysvar, clock::Clock};
use quantdesk_engine::now::Now;

use crate::failure::Failure;

/// Slot and unix seconds of the transaction.
///
/// # Errors
/// The runtime's, should the sysvar be missing.
#[inline(never)]
pub fn now() -> Result<Now, Failure> {
    now_inline()
}

/// As [`now`], where every unit counts.
///
/// # Errors
/// Those of [`now`].
#[inline(always)]
pub fn now_inline() -> Result<Now, Failure> {
    let clock = Clock::get()?;
    Ok(Now { slot: clock.slot, unix: clock.unix_timestamp })
}
