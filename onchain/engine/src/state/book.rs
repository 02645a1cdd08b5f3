//! A book: two arrays of resting orders, each with its best price at the end.

use super::Header;
use crate::layout;
use crate::units::Pubkey;

/// Bits of `Order::flags`.
pub mod order_flags {
    /// May only shrink the position.
    pub const REDUCE_ONLY: u8 = 1;
    /// `expiry` is a slot.
    pub const EXPIRES_AT_SLOT: u8 = 2;
    /// `expiry` is a unix time in seconds.
    pub const EXPIRES_AT_TIME: u8 = 4;
    /// Was sent as post-only.
    pub const POST_ONLY: u8 = 8;
}

layout! {
    /// A resting order.
    pub struct Order [32] {
        /// Price.
        pub ticks: u32,
        /// Size left.
        pub lots: u32,
        /// Running number of the book; the top bit is the side, 1 for an ask. With `ticks` the id.
        pub seq: u64,
        /// The client's own number; 0 is none.
        pub client_id: u64,
        /// Slot or unix seconds from which it is dead; 0 is never.
        pub expiry: u32,
        /// Owner's slot in the ledger.
        pub slot: u16,
        /// Bits.
        pub flags: u8,
        /// Ledger of that slot (0).
        pub ledger: u8,
    }

    /// A maker's curve around a mid price (reserved).
    pub struct QuoterSeat [152] {
        /// Maker's slot in the ledger; 65535 is a free seat.
        pub slot: u16,
        /// Ledger of that slot.
        pub ledger: u8,
        /// Bits.
        pub flags: u8,
        /// Generation of that slot.
        pub generation: u32,
        /// Mid price in ticks.
        pub mid: u32,
        /// Reserved.
        pub delegate_index: u32,
        /// Sequence of the last update; only ever grows.
        pub sequence: u64,
        /// Past this slot the curve is dead.
        pub valid_until_slot: u64,
        /// Largest position that its fills may build, lots.
        pub max_position: u64,
        /// Bid offsets below the mid, ticks.
        pub bid_offsets: [u16; 8],
        /// Ask offsets above the mid, ticks.
        pub ask_offsets: [u16; 8],
        /// Bid sizes left, lots.
        pub bid_lots: [u32; 8],
        /// Ask sizes left, lots.
        pub ask_lots: [u32; 8],
        /// Spare.
        pub reserved: [u8; 16],
    }

    /// Beginning of a book; `capacity` bids and then `capacity` asks follow it.
    pub account Book [2776] {
        /// Discriminator, version, status; stride is an order's bytes.
        pub header: Header,
        /// Its exchange.
        pub exchange: Pubkey,
        /// Market index.
        pub market: u16,
        /// Reserved.
        pub flags: u16,
        /// Most orders a side.
        pub capacity: u32,
        /// Resting bids.
        pub bid_count: u32,
        /// Resting asks.
        pub ask_count: u32,
        /// Number given to the last order.
        pub order_seq: u64,
        /// Grows by one with each instruction that changes the book.
        pub update_seq: u64,
        /// Quoter seats (reserved).
        pub seats: [QuoterSeat; 16],
        /// Spare.
        pub reserved: [u8; 256],
        /// Spare.
        pub tail: [u64; 1],
    }
}
