//! Events of positions that change hands without the book, of bankruptcies, insurance and fees.

use super::{MarketAfter, TouchedRecord};
use crate::describe::Seq;
use crate::units::Pubkey;
use crate::{event, packed_record};

/// How positions changed hands: `PositionsTransferred::kind`.
pub mod transfer_kind {
    /// `take_over`.
    pub const TAKE_OVER: u8 = 0;
    /// `auto_deleverage`.
    pub const AUTO_DELEVERAGE: u8 = 1;
    /// `settle_slots`: the other slots are those settled, and no account is in trouble.
    pub const SETTLEMENT: u8 = 2;
}

packed_record! {
    /// Part of a position that another slot took or closed.
    pub struct TransferRecord {
        /// The other slot.
        pub slot: u16,
        /// That slot's generation.
        pub generation: u32,
        /// Side of the account in trouble, or of the one settled: 0 it bought, 1 it sold.
        pub side: u8,
        /// Size.
        pub lots: u32,
        /// Quote atoms per lot.
        pub price: u64,
        /// Realised profit of the account in trouble, quote atoms.
        pub from_pnl: i64,
        /// Realised profit of the other slot, quote atoms.
        pub pnl: i64,
    }
}

event! {
    /// Positions changed hands, or were settled, without the book.
    pub struct PositionsTransferred<'a> {
        /// Market index.
        pub market: u16,
        /// 0 take_over, 1 auto_deleverage, 2 settle_slots (no account is in trouble: each slot closes its own).
        pub kind: u8,
        /// The account in trouble; of a settlement, the slot of who sent it.
        pub from_slot: u16,
        /// That slot's generation.
        pub generation: u32,
        /// Who signed.
        pub signer: Pubkey,
        /// Who got or closed how much.
        pub transfers: Seq<'a, TransferRecord>,
        /// Slots whose balance or position changed.
        pub touched: Seq<'a, TouchedRecord>,
        /// The market afterwards.
        pub market_after: MarketAfter,
    }
    /// What an account owed and did not have was paid or written off.
    pub struct BankruptcyResolved<'a> {
        /// Market index: whose insurance budget it is.
        pub market: u16,
        /// The bankrupt account.
        pub from_slot: u16,
        /// That slot's generation.
        pub generation: u32,
        /// Who signed.
        pub signer: Pubkey,
        /// Paid by insurance, quote atoms.
        pub paid: u64,
        /// Paid by nobody, quote atoms.
        pub unpaid: u64,
        /// Insurance fund afterwards, quote atoms.
        pub insurance: u64,
        /// Losses that nobody has paid yet, afterwards, quote atoms.
        pub deficit: u64,
        /// The account afterwards.
        pub touched: Seq<'a, TouchedRecord>,
    }
    /// Somebody gave to the insurance fund.
    pub struct InsuranceDeposited {
        /// Who signed.
        pub by: Pubkey,
        /// Quote atoms.
        pub amount: u64,
        /// Insurance fund afterwards, quote atoms.
        pub insurance: u64,
        /// Losses that nobody has paid yet, afterwards, quote atoms.
        pub deficit: u64,
    }
    /// Collected fees were taken out.
    pub struct FeesSwept {
        /// Token account that received them.
        pub destination: Pubkey,
        /// Quote atoms.
        pub amount: u64,
        /// Fees not swept, afterwards, quote atoms.
        pub fees_collected: i64,
        /// Losses that nobody has paid yet, afterwards, quote atoms.
        pub deficit: u64,
    }
}
