//! The ledger: one slot per active trader.

use super::{Header, MAX_POSITIONS, OTHER_COLLATERALS};
use crate::layout;
use crate::units::{BaseLots, FundingIndex, Pubkey, QuoteAtoms};

/// Bits of `Slot::flags`.
pub mod slot_flags {
    /// The slot belongs to a trader.
    pub const ACTIVE: u8 = 1;
}

/// Bits of `Position::flags`.
pub mod position_flags {
    /// The position is being liquidated.
    pub const LIQUIDATING: u8 = 1;
}

layout! {
    /// A position and the totals of its resting orders.
    pub struct Position [48] {
        /// Market index; 255 is a free entry.
        pub market: u8,
        /// Resting bids.
        pub bid_orders: u8,
        /// Resting asks.
        pub ask_orders: u8,
        /// Bits.
        pub flags: u8,
        /// Grows by one whenever the position opens anew or turns; triggers are bound to it.
        pub epoch: u32,
        /// Size; positive is long.
        pub base: BaseLots,
        /// What was received less what was paid for the open base.
        pub quote: QuoteAtoms,
        /// The same at the entry prices, untouched by `realize` (average entry for display).
        pub entry_quote: QuoteAtoms,
        /// Funding index up to which funding is settled.
        pub funding_index: FundingIndex,
        /// Lots of its resting bids.
        pub bid_lots: u32,
        /// Lots of its resting asks.
        pub ask_lots: u32,
    }

    /// The complete margin state of one trader.
    pub struct Slot [592] {
        /// Owner's address.
        pub owner: Pubkey,
        /// Grows by one whenever the slot is freed: a Trader names the one it took.
        pub generation: u32,
        /// Sub-account number of the owner.
        pub sub: u8,
        /// Bits.
        pub flags: u8,
        /// Next free slot while this one is free; 65535 ends the list.
        pub next_free: u16,
        /// Markets with a position or an order (bits).
        pub market_bitmap: u64,
        /// USDC balance.
        pub usdc: QuoteAtoms,
        /// Realised profit that has not vested at `locked_at`.
        pub locked: QuoteAtoms,
        /// When `locked` was computed, unix seconds.
        pub locked_at: u32,
        /// Seconds over which it vests.
        pub locked_for: u32,
        /// Last use by its owner, unix seconds.
        pub last_active: u32,
        /// 15-day period of `volume[0]`.
        pub volume_epoch: u32,
        /// Past this slot its orders count as expired; 0 is never.
        pub cancel_after_slot: u64,
        /// Largest nonce used.
        pub nonce: u64,
        /// Balances of collaterals 1 to 4, smallest units.
        pub collaterals: [u64; OTHER_COLLATERALS],
        /// Taker and maker volume of this and the previous 15-day period, quote atoms.
        pub volume: [u64; 2],
        /// Positions.
        pub positions: [Position; MAX_POSITIONS],
        /// Notional liquidated in `liquidated_slot`, quote atoms.
        pub liquidated: u64,
        /// Slot that `liquidated` is about.
        pub liquidated_slot: u64,
        /// Spare.
        pub reserved: [u8; 48],
    }

    /// Beginning of the ledger; the slots follow it.
    pub account Ledger [352] {
        /// Discriminator, version, status; stride is a slot's bytes.
        pub header: Header,
        /// Its exchange.
        pub exchange: Pubkey,
        /// Number of the ledger (0).
        pub index: u8,
        /// Reserved.
        pub flags: [u8; 5],
        /// First slot of the free list; 65535 is none.
        pub free_head: u16,
        /// Slots that the account has room for.
        pub capacity: u32,
        /// Slots in use.
        pub active: u32,
        /// Slots ever used: those from here on are zero.
        pub high_water: u32,
        /// Capacity that the account grows to.
        pub target_capacity: u32,
        /// Reserved.
        pub cursor: u64,
        /// Owner volume by period, reserved.
        pub period: u64,
        /// Cumulative bad debt ever met, quote atoms.
        pub bad_debt: u64,
        /// Spare.
        pub reserved: [u8; 256],
    }
}
