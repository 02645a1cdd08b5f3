//! Events of triggers. One that fires or dies is an `OrdersProcessed`.

use super::Balances;
use crate::event;
use crate::instructions::TriggerTerms;
use crate::units::Pubkey;

event! {
    /// A trigger was placed.
    pub struct TriggerPlaced {
        /// Owner.
        pub owner: Pubkey,
        /// Sub-account number.
        pub sub: u8,
        /// Epoch of the position that it is bound to.
        pub epoch: u32,
        /// What it does, and when.
        pub terms: TriggerTerms,
        /// Balances afterwards.
        pub after: Balances,
    }
    /// A trigger was cancelled.
    pub struct TriggerCancelled {
        /// Owner.
        pub owner: Pubkey,
        /// Sub-account number.
        pub sub: u8,
        /// Its entry.
        pub index: u8,
        /// Balances afterwards.
        pub after: Balances,
    }
}
