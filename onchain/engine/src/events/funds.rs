//! Events of profit turned into balance and of converted collateral.

use super::{Balances, TouchedRecord};
use crate::event;
use crate::units::Pubkey;

event! {
    /// A position's profit became balance.
    pub struct Realized {
        /// Owner.
        pub owner: Pubkey,
        /// Sub-account number.
        pub sub: u8,
        /// Market index.
        pub market: u16,
        /// Price at which it was taken, quote atoms per lot.
        pub price: u64,
        /// Profit, quote atoms.
        pub profit: i64,
        /// The slot afterwards.
        pub after: TouchedRecord,
    }
    /// Collateral of an account in debt changed hands for USDC.
    pub struct CollateralConverted {
        /// Who paid: owner.
        pub owner: Pubkey,
        /// Who paid: sub-account number.
        pub sub: u8,
        /// Index of the collateral.
        pub collateral: u8,
        /// Collateral that changed hands, smallest units.
        pub amount: u64,
        /// USDC paid for it, quote atoms.
        pub paid: u64,
        /// Discount on the oracle's price, 1e-6.
        pub discount: u32,
        /// Balances of who paid, afterwards.
        pub after: Balances,
        /// Slot of the account in debt.
        pub debtor_slot: u16,
        /// That slot's generation.
        pub debtor_generation: u32,
        /// USDC balance of the account in debt afterwards, quote atoms.
        pub debtor_usdc: i64,
        /// What it has left of the collateral, smallest units.
        pub debtor_left: u64,
    }
}
