//! What an instruction did, written as it happens into buffers that the caller gives.

use crate::describe::{Pod, Seq, slice_from_bytes_mut};
use crate::error::Error;
use crate::events::{FillRecord, MAX_EVENT_BYTES, OrderRecord, RemovedRecord, TouchedRecord, TransferRecord};
use crate::state::{Position, Slot};

/// Most fills of an instruction.
pub const MAX_FILLS: usize = 64;
/// Most removals while matching, over all orders of an instruction.
pub const MAX_MATCH_REMOVALS: usize = 32;
/// Most results: 16 quotes, and 16 cancels that found no order.
const MAX_ORDERS: usize = 32;
/// Most removals in all: matching, cancels, evictions; `cancel_all` takes up to 128.
const MAX_REMOVED: usize = 128;
/// Most slots touched: every maker, every owner of a removed order, the taker.
const MAX_TOUCHED: usize = MAX_FILLS + MAX_MATCH_REMOVALS + 16 + 1;
/// Most positions that change hands without the book.
pub const MAX_TRANSFERS: usize = 16;
/// Bytes of the event that are not lists, with room to spare.
const FIXED_BYTES: usize = 224;
/// Bytes that a [`Recorder`] needs.
pub const RECORDER_BYTES: usize = MAX_TOUCHED * (size_of::<Mark>() + size_of::<TouchedRecord>())
    + MAX_ORDERS * size_of::<OrderRecord>()
    + MAX_FILLS * size_of::<FillRecord>()
    + MAX_REMOVED * size_of::<RemovedRecord>()
    + MAX_TRANSFERS * size_of::<TransferRecord>();

/// A slot that was touched.
#[repr(C)]
#[derive(Clone, Copy)]
struct Mark {
    slot: u64,
    funding_paid: i64,
}

// SAFETY: two 8-byte integers.
unsafe impl Pod for Mark {}

/// A list that grows inside a buffer.
struct List<'a, T> {
    room: &'a mut [T],
    count: usize,
}

impl<'a, T: Pod> List<'a, T> {
    fn cut(region: &mut &'a mut [u8], capacity: usize) -> Option<Self> {
        let (head, tail) = core::mem::take(region).split_at_mut_checked(capacity * size_of::<T>())?;
        *region = tail;
        Some(Self { room: slice_from_bytes_mut(head)?, count: 0 })
    }

    #[inline(always)]
    fn push(&mut self, value: T) -> Result<(), Error> {
        *self.room.get_mut(self.count).ok_or(Error::EventTooLarge)? = value;
        self.count += 1;
        Ok(())
    }

    #[inline(always)]
    fn values(&self) -> &[T] {
        self.room.get(..self.count).unwrap_or(&[])
    }
}

/// Gathers orders, fills, removals, positions that changed hands and touched slots.
pub struct Recorder<'a> {
    marks: List<'a, Mark>,
    orders: List<'a, OrderRecord>,
    fills: List<'a, FillRecord>,
    removed: List<'a, RemovedRecord>,
    touched: List<'a, TouchedRecord>,
    transfers: List<'a, TransferRecord>,
    match_removals: usize,
    bytes: usize,
}

impl<'a> Recorder<'a> {
    /// Over a region of at least [`RECORDER_BYTES`], aligned to 8 bytes.
    ///
    /// # Errors
    /// `EventTooLarge` when the region is too small or misaligned.
    pub fn new(mut region: &'a mut [u8]) -> Result<Self, Error> {
        Self::cut(&mut region).ok_or(Error::EventTooLarge)
    }

    fn cut(region: &mut &'a mut [u8]) -> Option<Self> {
        Some(Self {
            marks: List::cut(region, MAX_TOUCHED)?,
            orders: List::cut(region, MAX_ORDERS)?,
            fills: List::cut(region, MAX_FILLS)?,
            removed: List::cut(region, MAX_REMOVED)?,
            touched: List::cut(region, MAX_TOUCHED)?,
            transfers: List::cut(region, MAX_TRANSFERS)?,
            match_removals: 0,
            bytes: FIXED_BYTES + size_of::<OrderRecord>(),
        })
    }

    /// Keeps room in the event for the results of `count` orders.
    pub fn expect_orders(&mut self, count: usize) {
        self.bytes += count * size_of::<OrderRecord>();
    }

    /// Whether another fill fits the limits and the event.
    #[inline(always)]
    pub fn may_fill(&self) -> bool {
        self.fills.count < MAX_FILLS
            && self.bytes + size_of::<FillRecord>() + 2 * size_of::<TouchedRecord>() <= MAX_EVENT_BYTES
    }

    /// Whether another removal while matching fits the limits and the event.
    #[inline(always)]
    pub fn may_remove(&self) -> bool {
        self.match_removals < MAX_MATCH_REMOVALS
            && self.bytes + size_of::<RemovedRecord>() + 2 * size_of::<TouchedRecord>() <= MAX_EVENT_BYTES
    }

    /// Counts a removal against the match limit.
    #[inline(always)]
    pub fn count_match_removal(&mut self) {
        self.match_removals += 1;
    }

    /// Records the result of an order.
    ///
    /// # Errors
    /// `EventTooLarge`.
    #[inline(always)]
    pub fn order(&mut self, record: OrderRecord) -> Result<(), Error> {
        self.orders.push(record)
    }

    /// Records a trade.
    ///
    /// # Errors
    /// `EventTooLarge`.
    #[inline(always)]
    pub fn fill(&mut self, record: FillRecord) -> Result<(), Error> {
        self.bytes += size_of::<FillRecord>();
        self.fills.push(record)
    }

    /// Records an order that left without a fill.
    ///
    /// # Errors
    /// `EventTooLarge`.
    #[inline(always)]
    pub fn removed(&mut self, record: RemovedRecord) -> Result<(), Error> {
        self.bytes += size_of::<RemovedRecord>();
        self.removed.push(record)
    }

    /// Records a position that changed hands without the book.
    ///
    /// # Errors
    /// `EventTooLarge`.
    #[inline(never)]
    pub fn transfer(&mut self, record: TransferRecord) -> Result<(), Error> {
        self.transfers.push(record)
    }

    /// How many positions changed hands without the book.
    pub fn transfers(&self) -> usize {
        self.transfers.count
    }

    /// Marks a slot whose balance, position or resting totals changed.
    ///
    /// # Errors
    /// `EventTooLarge`.
    #[inline(never)]
    pub fn touch(&mut self, slot: u16, funding_paid: i64) -> Result<(), Error> {
        self.touch_inline(slot, funding_paid)
    }

    /// The same in place, for the hot path.
    ///
    /// # Errors
    /// `EventTooLarge`.
    #[inline(always)]
    pub fn touch_inline(&mut self, slot: u16, funding_paid: i64) -> Result<(), Error> {
        let slot = u64::from(slot);
        for mark in self.marks.room.iter_mut().take(self.marks.count) {
            if mark.slot == slot {
                mark.funding_paid += funding_paid;
                return Ok(());
            }
        }
        self.bytes += size_of::<TouchedRecord>();
        self.marks.push(Mark { slot, funding_paid })
    }

    /// Writes down the touched slots as they are now.
    ///
    /// # Errors
    /// `BrokenInvariant`, `EventTooLarge`.
    pub fn close(&mut self, slots: &[Slot], market: u8) -> Result<(), Error> {
        for mark in self.marks.room.iter().take(self.marks.count) {
            let slot = slots.get(mark.slot as usize).ok_or(Error::BrokenInvariant)?;
            self.touched.push(touched(slot, mark, market))?;
        }
        Ok(())
    }

    /// Results of the orders sent.
    pub fn order_records(&self) -> Seq<'_, OrderRecord> {
        Seq::of(self.orders.values())
    }

    /// Trades in order.
    pub fn fill_records(&self) -> Seq<'_, FillRecord> {
        Seq::of(self.fills.values())
    }

    /// Removals in order.
    pub fn removed_records(&self) -> Seq<'_, RemovedRecord> {
        Seq::of(self.removed.values())
    }

    /// Positions that changed hands without the book, in order.
    pub fn transfer_records(&self) -> Seq<'_, TransferRecord> {
        Seq::of(self.transfers.values())
    }

    /// Touched slots, once closed.
    pub fn touched_records(&self) -> Seq<'_, TouchedRecord> {
        Seq::of(self.touched.values())
    }
}

/// What a position entry that does not exist (any more) looks like.
const FLAT: Position = Position::zeroed();

/// A slot and its position in a market as they are now, for an event without a recorder.
pub(crate) fn touched_now(slot: &Slot, index: u16, funding_paid: i64, market: u8) -> TouchedRecord {
    touched(slot, &Mark { slot: u64::from(index), funding_paid }, market)
}

#[inline(always)]
fn touched(slot: &Slot, mark: &Mark, market: u8) -> TouchedRecord {
    let position = slot.positions.iter().find(|position| position.market == market).unwrap_or(&FLAT);
    TouchedRecord {
        slot: mark.slot as u16,
        generation: slot.generation,
        usdc: slot.usdc.0,
        locked: slot.locked.0,
        locked_at: slot.locked_at,
        locked_for: slot.locked_for,
        base: position.base.0,
        quote: position.quote.0,
        entry_quote: position.entry_quote.0,
        funding_index: position.funding_index.0,
        bid_lots: position.bid_lots,
        ask_lots: position.ask_lots,
        bid_orders: position.bid_orders,
        ask_orders: position.ask_orders,
        funding_paid: mark.funding_paid,
    }
}
