//! A trader's slot and money between its own accounts.

use super::accounts::*;
use crate::describe::AccountDesc;
use crate::instruction;

pub(super) const LEDGER_UPKEEP: &[AccountDesc] = &[EXCHANGE, LEDGER, TRADER, SIGNER, EVENT_AUTHORITY, PROGRAM];

instruction! {
    /// Frees a flat trader's slot; its money is parked. The owner at any time, anyone when the slot
    /// was idle for over 7 days or holds less than the minimum.
    pub park Park {}
    accounts LEDGER_UPKEEP;

    /// Past this slot the trader's orders count as expired. Send it again and again to keep them alive.
    pub set_dead_man SetDeadMan {
        /// Slot; 0 switches it off.
        pub cancel_after_slot: u64,
    }
    accounts LEDGER_UPKEEP;

    /// Moves money between two sub-accounts of the owner; by a delegate only where its entry says so.
    pub transfer Transfer {
        /// Index of the collateral (0 is USDC).
        pub collateral: u8,
        /// Smallest units; 2^64 - 1 is all that may leave.
        pub amount: u64,
    }
    accounts &[EXCHANGE, LEDGER, TRADER, SIGNER, TO_TRADER, EVENT_AUTHORITY, PROGRAM];
}
