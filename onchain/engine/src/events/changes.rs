//! Events of queued changes and market status.

use crate::describe::Encoded;
use crate::event;
use crate::instructions::Change;
use crate::units::Pubkey;

event! {
    /// A change was queued.
    pub struct ChangeQueued<'a> {
        /// Its number.
        pub change_seq: u64,
        /// When it is due at the earliest, unix seconds.
        pub eta: i64,
        /// Who queued it.
        pub by: Pubkey,
        /// The change.
        pub change: Encoded<'a, Change<'a>>,
    }
    /// A change was applied.
    pub struct ChangeApplied<'a> {
        /// Its number.
        pub change_seq: u64,
        /// The change.
        pub change: Encoded<'a, Change<'a>>,
    }
    /// A change was dropped.
    pub struct ChangeCancelled {
        /// Its number.
        pub change_seq: u64,
        /// Who dropped it.
        pub by: Pubkey,
    }
    /// A market was restricted.
    pub struct MarketStatusSet {
        /// Market index.
        pub market: u16,
        /// As `Market.status`.
        pub status: u8,
        /// Who did it.
        pub by: Pubkey,
    }
}
