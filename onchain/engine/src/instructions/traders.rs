//! Traders and their money.

use super::accounts::*;
use crate::instruction;

instruction! {
    /// Creates a sub-account of the owner, without a slot.
    pub open_trader OpenTrader {
        /// Sub-account number.
        pub sub: u8,
    }
    accounts &[PAYER, OWNER, EXCHANGE, NEW_TRADER, SYSTEM, EVENT_AUTHORITY, PROGRAM];

    /// Takes a slot and moves the parked money into it.
    pub activate Activate {}
    accounts &[EXCHANGE, LEDGER, OWN_TRADER, OWNER, EVENT_AUTHORITY, PROGRAM];

    /// Deposits a collateral: into the slot when active, else parked.
    pub deposit Deposit {
        /// Index of the collateral (0 is USDC).
        pub collateral: u8,
        /// Smallest units.
        pub amount: u64,
    }
    accounts &[EXCHANGE, LEDGER, OWN_TRADER, OWNER, SOURCE, VAULT, TOKEN, EVENT_AUTHORITY, PROGRAM];

    /// Withdraws a collateral: from the slot when active, else from the parked money.
    pub withdraw Withdraw {
        /// Index of the collateral (0 is USDC).
        pub collateral: u8,
        /// Smallest units; 2^64 - 1 is all that may leave.
        pub amount: u64,
    }
    accounts &[EXCHANGE, LEDGER, OWN_TRADER, OWNER, DESTINATION, VAULT, TOKEN, EVENT_AUTHORITY, PROGRAM];

    /// Closes an empty sub-account, freeing its slot.
    pub close_trader CloseTrader {}
    accounts &[EXCHANGE, LEDGER, OWN_TRADER, OWNER, RENT_RECEIVER, EVENT_AUTHORITY, PROGRAM];
}
