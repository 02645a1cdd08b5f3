//! Realised profit vests: `locked = locked x max(0, T - dt) / T + profit`; losses eat it first.
//!
//! It counts for margin, never for withdrawal: that ends "pump, realise, withdraw".

use crate::error::Error;
use crate::money::still_locked;
use crate::state::Slot;
use crate::units::QuoteAtoms;

/// Books a realised profit or loss into `locked`. `vesting_s` is the market's period.
///
/// A profit restarts the period for the sum, with the longer of the market's and the time left; a
/// loss leaves the schedule as it was.
///
/// # Errors
/// `ArithmeticOverflow`.
#[inline(always)]
pub fn book(slot: &mut Slot, realised: i64, vesting_s: u32, unix: i64) -> Result<(), Error> {
    if realised == 0 || (realised < 0 && slot.locked == QuoteAtoms::ZERO) {
        return Ok(());
    }
    vest(slot, realised, vesting_s, unix)
}

#[inline(never)]
fn vest(slot: &mut Slot, realised: i64, vesting_s: u32, unix: i64) -> Result<(), Error> {
    let now = u32::try_from(unix).map_err(|_| Error::ArithmeticOverflow)?;
    let held = still_locked(slot, unix) as i64;
    let left = if held == 0 { 0 } else { slot.locked_for.saturating_sub(now.saturating_sub(slot.locked_at)) };
    slot.locked_at = now;
    if realised > 0 {
        slot.locked_for = vesting_s.max(left);
        slot.locked = QuoteAtoms(if slot.locked_for == 0 { 0 } else { held + realised });
    } else {
        slot.locked_for = left;
        slot.locked = QuoteAtoms((held + realised).max(0));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn locked(amount: i64, at: u32, over: u32) -> Box<Slot> {
        let mut slot = Box::new(Slot::zeroed());
        (slot.locked, slot.locked_at, slot.locked_for) = (QuoteAtoms(amount), at, over);
        slot
    }

    #[test]
    fn profit_joins_what_has_not_vested_and_restarts_the_period() {
        let mut slot = locked(1_000, 100, 600);
        book(&mut slot, 50, 600, 400).unwrap();
        assert_eq!((slot.locked.0, slot.locked_at, slot.locked_for), (550, 400, 600));
    }

    #[test]
    fn a_loss_eats_what_has_not_vested_and_leaves_the_schedule() {
        let mut slot = locked(1_000, 100, 600);
        book(&mut slot, -200, 600, 400).unwrap();
        assert_eq!((slot.locked.0, slot.locked_at, slot.locked_for), (300, 400, 300));
        book(&mut slot, -9_999, 600, 400).unwrap();
        assert_eq!(slot.locked.0, 0);
    }

    #[test]
    fn a_short_period_never_shortens_a_longer_one_still_running() {
        let mut slot = locked(1_000, 100, 86_400);
        book(&mut slot, 1, 600, 100).unwrap();
        assert_eq!((slot.locked.0, slot.locked_for), (1_001, 86_400));
    }

    #[test]
    fn a_market_without_vesting_locks_nothing() {
        let mut slot = locked(0, 0, 0);
        book(&mut slot, 77, 0, 400).unwrap();
        assert_eq!(slot.locked.0, 0);
    }
}
