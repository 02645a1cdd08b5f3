//! A queued change of the exchange's rules.

use super::Header;
use crate::layout;
use crate::units::Pubkey;

/// Most bytes of a change as borsh.
pub const MAX_CHANGE_BYTES: usize = 400;

layout! {
    /// A change that waits out the timelock.
    pub account QueuedChange [512] {
        /// Discriminator, version, status.
        pub header: Header,
        /// Its exchange.
        pub exchange: Pubkey,
        /// Its number.
        pub seq: u64,
        /// When it was queued, unix seconds.
        pub queued_at: i64,
        /// When it is due at the earliest, unix seconds; withdrawals paused meanwhile put it off.
        pub eta: i64,
        /// Who paid the rent and gets it back.
        pub payer: Pubkey,
        /// Bytes of the payload in use.
        pub length: u16,
        /// Spare.
        pub reserved: [u8; 6],
        /// The change (a borsh `Change`), then zeros.
        pub payload: [u8; 400],
    }
}
