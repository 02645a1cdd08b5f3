//! Events of slots, transfers and authorities.

use super::Balances;
use crate::event;
use crate::units::Pubkey;

event! {
    /// A trader's slot was freed, its money parked.
    pub struct TraderParked {
        /// Owner.
        pub owner: Pubkey,
        /// Sub-account number.
        pub sub: u8,
        /// The slot it had.
        pub slot_index: u16,
        /// The slot's generation while it had it.
        pub generation: u32,
        /// Balances afterwards.
        pub after: Balances,
    }
    /// A trader's dead-man switch was set.
    pub struct DeadManSet {
        /// Owner.
        pub owner: Pubkey,
        /// Sub-account number.
        pub sub: u8,
        /// The slot.
        pub slot_index: u16,
        /// The slot's generation.
        pub generation: u32,
        /// Past this slot its orders count as expired; 0 is never.
        pub cancel_after_slot: u64,
    }
    /// Money moved between two sub-accounts of an owner.
    pub struct Transferred {
        /// Owner.
        pub owner: Pubkey,
        /// Sub-account that it left.
        pub from_sub: u8,
        /// Sub-account that got it.
        pub to_sub: u8,
        /// Collateral index.
        pub collateral: u8,
        /// Smallest units.
        pub amount: u64,
        /// Balances of the first afterwards.
        pub from_after: Balances,
        /// Balances of the second afterwards.
        pub to_after: Balances,
    }
    /// Admin, next admin or guardian changed.
    pub struct AuthoritiesSet {
        /// Admin.
        pub admin: Pubkey,
        /// Next admin, has not accepted yet; zero is none.
        pub pending_admin: Pubkey,
        /// Guardian.
        pub guardian: Pubkey,
    }
    /// What is refused changed.
    pub struct PauseSet {
        /// Bits.
        pub paused: u32,
        /// Matching and liquidation resume then, unix seconds.
        pub resume_at: i64,
        /// Who signed.
        pub by: Pubkey,
    }
}
