//! The last steps of liquidation, insurance and fees.

use super::accounts::*;
use crate::instruction;

instruction! {
    /// The caller assumes part of a position of an account under two thirds of maintenance margin (or 5 s
    /// after a liquidation found nobody to trade with), a little better than the mark.
    pub take_over TakeOver {
        /// Market index.
        pub market: u16,
        /// The account's slot.
        pub slot: u16,
        /// The slot's generation.
        pub generation: u32,
        /// Most lots to assume.
        pub lots: u32,
    }
    accounts TRADING;

    /// Insurance pays what an account with an equity below 0 is missing, within the market's budget. Without
    /// a position left, what insurance does not pay becomes the exchange's deficit.
    pub resolve_bankruptcy ResolveBankruptcy {
        /// Market index: of the position, or whose budget pays when there is none.
        pub market: u16,
        /// The account's slot.
        pub slot: u16,
        /// The slot's generation.
        pub generation: u32,
    }
    accounts TRADING;

    /// Closes a position of an account without equity at its bankruptcy price, against those on the other side
    /// who profit most and are leveraged most.
    pub auto_deleverage AutoDeleverage {
        /// Market index.
        pub market: u16,
        /// The account's slot.
        pub slot: u16,
        /// The slot's generation.
        pub generation: u32,
    }
    accounts TRADING;

    /// Cancels orders and closes positions of a market that settles, at the mean of its index over an hour. Anyone
    /// may, again and again until the market is settled.
    pub settle_slots SettleSlots {
        /// Market index.
        pub market: u16,
    }
    accounts TRADING;

    /// Gives USDC to the insurance fund. Anyone may; nothing comes back.
    pub deposit_insurance DepositInsurance {
        /// Quote atoms.
        pub amount: u64,
    }
    accounts &[EXCHANGE, OWNER_OF_TOKENS, SOURCE, VAULT, TOKEN, EVENT_AUTHORITY, PROGRAM];

    /// Takes collected fees out, after they repaid the deficit.
    pub sweep_fees SweepFees {
        /// Quote atoms; 2^64 - 1 is all.
        pub amount: u64,
    }
    accounts &[ADMIN, EXCHANGE, DESTINATION, VAULT, TOKEN, EVENT_AUTHORITY, PROGRAM];
}
