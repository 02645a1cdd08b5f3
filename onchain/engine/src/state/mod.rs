//! Account structs: `repr(C)` views of account bytes, without padding.
//!
//! Each account begins with Anchor's discriminator and a [`Header`]. Whatever `program.md` needs
//! later already has its place here; spare bytes are zero.

mod book;
mod change;
mod exchange;
mod ledger;
mod market;
mod registry;
mod trader;

pub use book::{Book, Order, QuoterSeat, order_flags};
pub use change::{MAX_CHANGE_BYTES, QueuedChange};
pub use exchange::{Collateral, Exchange, FeeTier, paused};
pub use ledger::{Ledger, Position, Slot, position_flags, slot_flags};
pub use market::{MarginTier, Market, market_status};
pub use registry::{ACCOUNTS, STRUCTS};
pub use trader::{Delegate, Trader, Trigger};

use crate::layout;

/// `Header::status` of an account that still grows.
pub const INITIALISING: u8 = 0;
/// `Header::status` of an account in use.
pub const READY: u8 = 1;
/// `Header::layout_version` that this program writes into accounts other than the exchange.
pub const LAYOUT_VERSION: u16 = 1;
/// The exchange's: in 2 each collateral other than USDC has a jump band.
pub const EXCHANGE_VERSION: u16 = 2;
/// Markets of an exchange.
pub const MAX_MARKETS: usize = 64;
/// Entries in the collateral table.
pub const MAX_COLLATERALS: usize = 8;
/// Collaterals other than USDC that a slot can hold.
pub const OTHER_COLLATERALS: usize = 4;
/// Positions of a slot.
pub const MAX_POSITIONS: usize = 8;
/// Fee tiers of an exchange.
pub const FEE_TIERS: usize = 8;
/// Most slots of a ledger.
pub const MAX_SLOTS: u32 = 8_000;
/// `Position::market` of an entry that is free.
pub const NO_MARKET: u8 = u8::MAX;
/// `Trader::slot_index` of a trader without a slot, and the end of the ledger's free list.
pub const NO_SLOT: u16 = u16::MAX;

layout! {
    /// What every account begins with.
    pub struct Header [16] {
        /// Anchor's discriminator of the account's type.
        pub discriminator: [u8; 8],
        /// Version of the layout.
        pub layout_version: u16,
        /// 0 initialising (not yet usable), 1 ready.
        pub status: u8,
        /// Bump seed of the account's address.
        pub bump: u8,
        /// Bytes of one table entry: a market, a slot, an order; 0 without a table.
        pub stride: u32,
    }
}
