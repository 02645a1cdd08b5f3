//! Bringing an account that an earlier program wrote to this program's layout.
//!
//! Every other instruction refuses an account of another version ([`Error::WrongLayoutVersion`]), so that nobody
//! meets one half migrated: the version is the pause, and it ends with the last row. The account remembers which row
//! is next; whoever comes second, or with an old transaction, changes nothing.

use crate::error::Error;
use crate::state::{EXCHANGE_VERSION, Exchange};

/// The version before [`EXCHANGE_VERSION`].
const BEFORE: u16 = 1;
/// Jump band of the collaterals that were there before there was one, 1e-6: 2 %, as a market's usually is. Another one
/// is a queued change.
const JUMP_BAND: u32 = 20_000;

/// Brings at most `rows` collaterals from `cursor` on to layout 2: those other than USDC get a jump band.
///
/// # Errors
/// `AlreadyMigrated`, `WrongLayoutVersion` for a version that this program does not know, `CursorNotNext`, `ZeroAmount`
/// for no rows.
pub fn migrate(exchange: &mut Exchange, cursor: u32, rows: u32) -> Result<(), Error> {
    match exchange.header.layout_version {
        BEFORE => {}
        EXCHANGE_VERSION => return Err(Error::AlreadyMigrated),
        _ => return Err(Error::WrongLayoutVersion),
    }
    if cursor != exchange.migrated {
        return Err(Error::CursorNotNext);
    }
    if rows == 0 {
        return Err(Error::ZeroAmount);
    }
    let count = u32::from(exchange.collateral_count);
    let next = cursor.saturating_add(rows).min(count);
    let brought = exchange.collaterals.get_mut(cursor as usize..next as usize).ok_or(Error::BrokenInvariant)?;
    for known in brought.iter_mut().filter(|known| known.kind != 0) {
        known.jump_band = JUMP_BAND;
    }
    exchange.migrated = next;
    if next == count {
        (exchange.header.layout_version, exchange.migrated) = (EXCHANGE_VERSION, 0);
    }
    Ok(())
}
