//! Profit into balance, and collateral into USDC.

use super::accounts::*;
use crate::describe::AccountDesc;
use crate::instruction;

const OWNED: &[AccountDesc] = &[EXCHANGE, LEDGER, OWN_TRADER, OWNER, EVENT_AUTHORITY, PROGRAM];

instruction! {
    /// Turns a position's profit, at the worse of mark and index, into balance, where it vests.
    pub realize Realize {
        /// Market index.
        pub market: u16,
    }
    accounts OWNED;

    /// Pays the debt of an account whose losses its USDC does not cover and takes its collateral at the
    /// oracle's price less a discount.
    pub convert_collateral ConvertCollateral {
        /// Slot of the account.
        pub slot: u16,
        /// That slot's generation.
        pub generation: u32,
        /// Index of the collateral; not USDC.
        pub collateral: u8,
        /// Most to take, smallest units; 2^64 - 1 is all that is due and can be paid for.
        pub amount: u64,
    }
    accounts OWNED;
}
