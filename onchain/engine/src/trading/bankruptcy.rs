//! What an account owes and does not have: insurance pays, and what it does not pay is everyone's deficit.

use super::Venue;
use crate::error::Error;
use crate::events::BankruptcyResolved;
use crate::instructions::ResolveBankruptcy;
use crate::insurance;
use crate::money;
use crate::state::NO_MARKET;
use crate::units::{Pubkey, QuoteAtoms};

/// What a bankruptcy cost, quote atoms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loss {
    /// Paid by insurance.
    pub paid: u64,
    /// Paid by nobody: added to the deficit.
    pub unpaid: u64,
}

/// Runs `resolve_bankruptcy`. With the position still open insurance brings the equity up to 0, as far as
/// the market's budget goes; what then is missing, deleveraging takes. Without any position the
/// account's debt is written off: insurance pays, the rest becomes the exchange's deficit.
///
/// # Errors
/// `AccountSolvent`, `CollateralLeft`, `NoPosition` when the position is in another market,
/// `InsuranceExhausted` with the position open; those of [`Venue::summon`].
#[inline(never)]
pub fn resolve_bankruptcy(venue: &mut Venue<'_>, args: &ResolveBankruptcy) -> Result<Loss, Error> {
    venue.summon(args.slot, args.generation)?;
    let standing = venue.look()?;
    if standing.equity >= 0 {
        return Err(Error::AccountSolvent);
    }
    let slot = venue.slot();
    if slot.collaterals != [0; 4] {
        return Err(Error::CollateralLeft);
    }
    let open = || slot.positions.iter().filter(|position| position.market != NO_MARKET && position.base.0 != 0);
    let flat = open().next().is_none();
    if !flat && !open().any(|position| usize::from(position.market) == venue.market) {
        return Err(Error::NoPosition);
    }
    let missing = standing.equity.unsigned_abs();
    let paid = insurance::pay(venue.exchange, venue.market, missing)?;
    let unpaid = if flat { missing - paid } else { 0 };
    if !flat && paid == 0 {
        return Err(Error::InsuranceExhausted);
    }
    let slot = &mut venue.slots[usize::from(venue.trader)];
    let credited = i64::try_from(paid + unpaid).map_err(|_| Error::ArithmeticOverflow)?;
    money::set_usdc(venue.exchange, slot, slot.usdc.0.checked_add(credited).ok_or(Error::ArithmeticOverflow)?)?;
    if flat {
        slot.locked = QuoteAtoms::ZERO;
        insurance::lose(venue.exchange, unpaid)?;
    }
    venue.record.touch(venue.trader, 0)?;
    venue.finish()?;
    Ok(Loss { paid, unpaid })
}

impl Venue<'_> {
    /// The event of a bankruptcy.
    pub fn resolved(&self, seq: u64, signer: &Pubkey, loss: Loss) -> BankruptcyResolved<'_> {
        BankruptcyResolved {
            seq,
            slot: self.now.slot,
            unix_ts: self.now.unix,
            market: self.market as u16,
            from_slot: self.trader,
            generation: self.slot().generation,
            signer: *signer,
            paid: loss.paid,
            unpaid: loss.unpaid,
            insurance: self.exchange.insurance,
            deficit: self.exchange.deficit,
            touched: self.record.touched_records(),
        }
    }
}
