//! Events of prices.

use crate::describe::Seq;
use crate::{event, record};

/// Bits of `PriceRecord::flags`.
pub mod price_flags {
    /// The price was accepted as the index.
    pub const ACCEPTED: u8 = 1;
    /// The price jumped and waits for confirmation.
    pub const PENDING: u8 = 2;
    /// Not newer than the last one: ignored.
    pub const NOT_NEWER: u8 = 4;
    /// Held back to the largest move of a minute.
    pub const LIMITED: u8 = 8;
    /// A gap came before it: matching rests for 60 seconds.
    pub const AFTER_GAP: u8 = 16;
    /// A Pyth price that anchors the signed ones; the index stays as it was.
    pub const ANCHOR: u8 = 32;
}

record! {
    /// A market's prices and funding after an update.
    pub struct PriceRecord {
        /// Market index.
        pub market: u16,
        /// Index price, quote atoms per lot.
        pub index: u64,
        /// Mark price, quote atoms per lot.
        pub mark: u64,
        /// Confidence of the index.
        pub confidence: u64,
        /// Publish time of the index, unix milliseconds.
        pub publish_ms: i64,
        /// Bits: 1 accepted, 2 pending, 4 not newer, 8 limited, 16 after a gap, 32 an anchor.
        pub flags: u8,
        /// Cumulative funding, micro quote atoms per lot.
        pub funding_index: i64,
        /// This hour's rate, micro quote atoms per lot per hour.
        pub funding_rate: i64,
        /// The next hour's rate as of now.
        pub next_rate: i64,
    }
}

event! {
    /// A collateral's price was posted.
    pub struct CollateralPriceUpdated {
        /// Collateral index.
        pub collateral: u8,
        /// Quote atoms per 1e6 of the token's smallest units.
        pub price: u64,
        /// Its confidence, in the same unit.
        pub confidence: u64,
        /// Publish time, unix milliseconds.
        pub publish_ms: i64,
        /// Bits: 1 accepted, 2 pending.
        pub flags: u8,
    }
    /// Prices were posted.
    pub struct PricesUpdated<'a> {
        /// One per market posted.
        pub prices: Seq<'a, PriceRecord>,
    }
}
