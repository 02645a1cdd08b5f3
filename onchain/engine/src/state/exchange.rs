//! The exchange: authorities, money totals, collaterals and markets.

use super::{FEE_TIERS, Header, MAX_COLLATERALS, MAX_MARKETS, Market};
use crate::layout;
use crate::units::Pubkey;

/// Bits of `Exchange::paused`: what is refused.
pub mod paused {
    /// Orders that may add risk.
    pub const TRADING: u32 = 1;
    /// Withdrawals.
    pub const WITHDRAWALS: u32 = 2;
    /// New traders and activations.
    pub const ADMISSION: u32 = 4;
    /// Liquidation.
    pub const LIQUIDATION: u32 = 8;
}

layout! {
    /// Fees of accounts with at least this volume.
    pub struct FeeTier [16] {
        /// 30-day volume in quote atoms from which the tier holds.
        pub min_volume: u64,
        /// Maker fee in 1e-6 of notional; negative is a rebate.
        pub maker: i32,
        /// Taker fee in 1e-6 of notional.
        pub taker: u32,
    }

    /// A kind of money that can be deposited. Index 0 is USDC.
    pub struct Collateral [272] {
        /// Token mint.
        pub mint: Pubkey,
        /// Token account of the exchange.
        pub vault: Pubkey,
        /// Pyth feed of its price; zero for USDC.
        pub feed_id: [u8; 32],
        /// Decimals of the mint.
        pub decimals: u8,
        /// 0 USDC, 1 priced by an oracle.
        pub kind: u8,
        /// 0 unused, 1 active, 2 withdraw only.
        pub status: u8,
        /// Reserved.
        pub flags: u8,
        /// Age in seconds from which the price counts as stale.
        pub max_age_s: u32,
        /// Quote atoms per 1e6 of the token's smallest units.
        pub price: u64,
        /// Confidence of the price, in the same unit.
        pub confidence: u64,
        /// Publish time of the price, unix milliseconds.
        pub publish_ms: i64,
        /// Slot in which the price was posted.
        pub posted_slot: u64,
        /// Weight for initial margin in 1e-6.
        pub initial_weight: u32,
        /// Weight for maintenance margin in 1e-6.
        pub maintenance_weight: u32,
        /// Discount of a conversion at full health and at none, in 1e-6.
        pub convert_discount_min: u32,
        /// The discount at no health, in 1e-6.
        pub convert_discount_max: u32,
        /// Most that may be deposited in all, in the token's smallest units.
        pub deposit_cap: u64,
        /// What the vault must hold for everyone, in the token's smallest units.
        pub total_deposits: u64,
        /// Of that, what lies parked in Trader accounts.
        pub total_parked: u64,
        /// Outflow bucket: what it can hold, in the token's smallest units; 0 is no limit.
        pub bucket_capacity: u64,
        /// Outflow bucket: refill per second.
        pub bucket_refill: u64,
        /// Outflow bucket: what may leave now.
        pub bucket_level: u64,
        /// Outflow bucket: when the level was computed, unix seconds.
        pub bucket_at: i64,
        /// A price further than this from the last one is held as pending, 1e-6.
        pub jump_band: u32,
        /// How many prices in a row were held.
        pub pending_count: u32,
        /// Price that jumped and waits for confirmation; 0 is none.
        pub pending_price: u64,
        /// Its publish time, unix milliseconds.
        pub pending_publish_ms: i64,
        /// Slot in which it was posted.
        pub pending_slot: u64,
        /// Spare.
        pub reserved: [u8; 32],
    }

    /// The exchange.
    pub account Exchange [58128] {
        /// Discriminator, version, status.
        pub header: Header,
        /// Number of the exchange under the program.
        pub id: u16,
        /// Ledgers in use (1).
        pub ledger_count: u8,
        /// Collaterals in use.
        pub collateral_count: u8,
        /// Markets in use.
        pub market_count: u16,
        /// 1 once deposits are possible; irreversible.
        pub opened: u8,
        /// Reserved.
        pub flags: u8,
        /// Sequence number of the last event.
        pub event_seq: u64,
        /// May set the exchange up and queue changes.
        pub admin: Pubkey,
        /// Named as the next admin, has not accepted yet; zero is none.
        pub pending_admin: Pubkey,
        /// May restrict.
        pub guardian: Pubkey,
        /// The ledger.
        pub ledger: Pubkey,
        /// What is refused now (bits).
        pub paused: u32,
        /// Seconds that a queued change waits.
        pub timelock_s: u32,
        /// Loaded-account-data limit that clients should set, bytes.
        pub client_data_limit: u64,
        /// Slots in use.
        pub active_slots: u32,
        /// Slots of the ledger.
        pub slot_capacity: u32,
        /// Equity in quote atoms to take a slot; doubles at each quarter of occupancy.
        pub min_slot_equity: u64,
        /// Fee tiers, by rising volume.
        pub fee_tiers: [FeeTier; FEE_TIERS],
        /// Losses nobody has paid yet, quote atoms.
        pub deficit: u64,
        /// Insurance fund, quote atoms.
        pub insurance: u64,
        /// Fees not yet swept, net of rebates, quote atoms.
        pub fees_collected: i64,
        /// Sum of all positions' quote, quote atoms.
        pub open_quote: i64,
        /// Sum of negative USDC balances, as a positive number of quote atoms.
        pub negative_usdc: u64,
        /// Withdrawals rest until then, unix seconds.
        pub withdraw_rest_until: i64,
        /// When the present rest began, unix seconds.
        pub withdraw_rest_since: i64,
        /// Cluster restart last seen (slot).
        pub last_restart_slot: u64,
        /// Matching and liquidation resume then, unix seconds.
        pub resume_at: i64,
        /// Number of the last queued governance change.
        pub change_seq: u64,
        /// Beginning of the seven days in which withdrawals may be paused for three, unix seconds.
        pub withdrawals_paused_since: i64,
        /// A pause of withdrawals ends by itself then, or ended; unix seconds.
        pub withdrawals_paused_until: i64,
        /// Rows that `migrate` has brought to its layout so far; 0 while no migration is under way.
        pub migrated: u32,
        /// Spare.
        pub reserved: [u8; 236],
        /// Collaterals; index 0 is USDC.
        pub collaterals: [Collateral; MAX_COLLATERALS],
        /// Markets by index.
        pub markets: [Market; MAX_MARKETS],
    }
}
