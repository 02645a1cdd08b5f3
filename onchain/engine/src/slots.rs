//! Slots of the ledger: taking one, giving it back, and finding the one that a trader names.

use crate::error::Error;
use crate::state::{Exchange, Ledger, NO_MARKET, NO_SLOT, Slot, Trader, slot_flags};
use crate::units::{Pubkey, QuoteAtoms};

/// The ledger's header and its slots.
pub struct LedgerView<'a> {
    /// Header.
    pub header: &'a mut Ledger,
    /// Slots that the account has room for.
    pub slots: &'a mut [Slot],
}

/// Equity in quote atoms that a slot costs now: doubles at each quarter of occupancy.
pub fn slot_price(exchange: &Exchange, header: &Ledger) -> u64 {
    let quarter = match header.capacity {
        0 => 0,
        capacity => (u64::from(header.active) * 4 / u64::from(capacity)).min(3),
    };
    exchange.min_slot_equity << quarter
}

/// The slot that an active trader names.
///
/// # Errors
/// `TraderNotActive`; `StaleGeneration` when the slot has another owner by now.
#[inline(never)]
pub fn of<'a>(slots: &'a mut [Slot], trader: &Trader) -> Result<&'a mut Slot, Error> {
    if trader.active == 0 {
        return Err(Error::TraderNotActive);
    }
    let slot = slots.get_mut(usize::from(trader.slot_index)).ok_or(Error::StaleGeneration)?;
    if slot.generation != trader.generation || slot.flags & slot_flags::ACTIVE == 0 {
        return Err(Error::StaleGeneration);
    }
    Ok(slot)
}

/// Takes a slot for `owner`'s sub-account. Returns its index and generation.
///
/// # Errors
/// `LedgerFull`.
pub fn take(
    exchange: &mut Exchange,
    ledger: &mut LedgerView<'_>,
    owner: Pubkey,
    sub: u8,
    now: i64,
) -> Result<(u16, u32), Error> {
    let index = next_free(ledger)?;
    let slot = ledger.slots.get_mut(usize::from(index)).ok_or(Error::LedgerFull)?;
    let generation = slot.generation;
    *slot = Slot::zeroed();
    slot.generation = generation;
    slot.owner = owner;
    slot.sub = sub;
    slot.flags = slot_flags::ACTIVE;
    slot.next_free = NO_SLOT;
    slot.last_active = u32::try_from(now).map_err(|_| Error::ArithmeticOverflow)?;
    for position in &mut slot.positions {
        position.market = NO_MARKET;
    }
    ledger.header.active += 1;
    exchange.active_slots = ledger.header.active;
    Ok((index, generation))
}

/// Head of the free list, else the first slot never used.
fn next_free(ledger: &mut LedgerView<'_>) -> Result<u16, Error> {
    let header = &mut *ledger.header;
    if header.free_head != NO_SLOT {
        let index = header.free_head;
        let slot = ledger.slots.get(usize::from(index)).ok_or(Error::BrokenInvariant)?;
        header.free_head = slot.next_free;
        return Ok(index);
    }
    if header.high_water >= header.capacity {
        return Err(Error::LedgerFull);
    }
    let index = u16::try_from(header.high_water).map_err(|_| Error::LedgerFull)?;
    header.high_water += 1;
    Ok(index)
}

/// Whether the slot belongs to a trader.
pub const fn is_active(slot: &Slot) -> bool {
    slot.flags & slot_flags::ACTIVE != 0
}

/// Whether a slot holds nothing: no position, no order, no balance.
pub fn is_empty(slot: &Slot) -> bool {
    slot.market_bitmap == 0 && slot.usdc == QuoteAtoms::ZERO && slot.collaterals == [0; 4]
}

/// Gives an empty slot back; its generation grows so that no stale trader account reaches the next owner.
///
/// # Errors
/// `TraderNotEmpty`, `BrokenInvariant`.
pub fn free(exchange: &mut Exchange, ledger: &mut LedgerView<'_>, index: u16) -> Result<(), Error> {
    let slot = ledger.slots.get_mut(usize::from(index)).ok_or(Error::BrokenInvariant)?;
    if !is_empty(slot) {
        return Err(Error::TraderNotEmpty);
    }
    let generation = slot.generation.checked_add(1).ok_or(Error::ArithmeticOverflow)?;
    *slot = Slot::zeroed();
    slot.generation = generation;
    slot.next_free = ledger.header.free_head;
    ledger.header.free_head = index;
    ledger.header.active = ledger.header.active.checked_sub(1).ok_or(Error::BrokenInvariant)?;
    exchange.active_slots = ledger.header.active;
    Ok(())
}
