//! Keys that act for an owner.

use super::accounts::*;
use crate::units::Pubkey;
use crate::{instruction, packed_record};

packed_record! {
    /// A key that may trade for an owner, and its limits.
    pub struct DelegateTerms {
        /// The key.
        pub delegate: Pubkey,
        /// Dead from then, unix seconds; 0 is never; a time that has passed revokes.
        pub expires: i64,
        /// Markets it may trade (bits); cancels are always allowed.
        pub market_bitmap: u64,
        /// Largest order, notional in quote atoms; 0 is no limit.
        pub max_order: u64,
        /// Largest position with its resting orders, notional in quote atoms; 0 is no limit.
        pub max_position: u64,
        /// Notional that may trade or rest a day (UTC), quote atoms; 0 is no limit.
        pub daily_limit: u64,
        /// Bits: 1 only orders that may but shrink the position, 2 may transfer between the owner's sub-accounts.
        pub flags: u32,
    }
}

instruction! {
    /// Lets another key trade for the owner within limits, changes them, or takes the right away. It can
    /// never withdraw, set delegates, park or close.
    pub set_delegate SetDelegate {
        /// Who may do what.
        pub terms: DelegateTerms,
    }
    accounts &[EXCHANGE, OWN_TRADER, OWNER, EVENT_AUTHORITY, PROGRAM];
}
