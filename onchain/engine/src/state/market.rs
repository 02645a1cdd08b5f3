//! A market: its parameters, prices, cached top of book, funding and open interest.

use crate::layout;
use crate::units::{FundingIndex, LotPrice, Pubkey};

/// `Market::status`.
pub mod market_status {
    /// The book still grows.
    pub const INITIALISING: u8 = 0;
    /// Orders may rest, nothing matches.
    pub const POST_ONLY: u8 = 1;
    /// Everything is allowed.
    pub const ACTIVE: u8 = 2;
    /// Only what shrinks positions.
    pub const REDUCE_ONLY: u8 = 3;
    /// Positions are being closed at the settlement price.
    pub const SETTLING: u8 = 4;
    /// Gone.
    pub const SETTLED: u8 = 5;
}

layout! {
    /// One step of the margin schedule; the rate applies to the notional between the steps.
    pub struct MarginTier [16] {
        /// Notional in quote atoms up to which the rate holds.
        pub up_to: u64,
        /// Initial margin rate in 1e-6.
        pub rate: u32,
        /// Reserved.
        pub reserved: u32,
    }

    /// A perpetual-futures market.
    pub struct Market [864] {
        /// Name as text, zero-padded.
        pub symbol: [u8; 16],
        /// The market's book.
        pub book: Pubkey,
        /// Signs this market's prices.
        pub price_authority: Pubkey,
        /// Pyth feed of the price.
        pub feed_id: [u8; 32],
        /// 0 initialising, 1 post-only, 2 active, 3 reduce-only, 4 settling, 5 settled.
        pub status: u8,
        /// 0 signed feed, 1 Pyth, 2 signed feed anchored by Pyth.
        pub source: u8,
        /// Index in the exchange's table.
        pub index: u8,
        /// Reserved.
        pub flags: u8,
        /// Most resting orders a side of the book.
        pub book_capacity: u32,
        /// Creation, unix seconds.
        pub created: i64,
        /// Matching resumes then, unix seconds.
        pub resume_at: i64,
        /// Lots in one base unit.
        pub lots_per_base: u64,
        /// Quote atoms per lot per tick.
        pub tick_size: u64,
        /// Initial margin by notional.
        pub tiers: [MarginTier; 4],
        /// Maintenance margin as a fraction of the base initial margin, 1e-6.
        pub maintenance_fraction: u32,
        /// Weight of unrealised profit in initial margin, 1e-6.
        pub profit_weight: u32,
        /// Most open interest, lots.
        pub oi_cap: u64,
        /// Surcharge begins at this share of the cap, 1e-6.
        pub surcharge_start: u32,
        /// Surcharge on the initial margin rate at the cap, 1e-6.
        pub surcharge_rate: u32,
        /// Largest position, lots.
        pub max_position: u64,
        /// Mark stays within this of the index, 1e-6.
        pub mark_band: u32,
        /// Trades stay within this of the index, 1e-6.
        pub trade_band: u32,
        /// Realised profit vests over this many seconds.
        pub vesting_s: u32,
        /// Largest funding rate per hour, 1e-6.
        pub funding_cap: u32,
        /// Interest part of funding per 8 hours, 1e-6.
        pub interest: i32,
        /// Liquidation fee, 1e-6 of notional.
        pub liquidation_fee: u32,
        /// Depth at which impact prices are taken, quote atoms.
        pub impact_notional: u64,
        /// Least notional of an order that takes, quote atoms.
        pub min_order_notional: u64,
        /// What insurance may pay for this market, quote atoms.
        pub insurance_budget: u64,
        /// What insurance has paid for this market, quote atoms.
        pub insurance_paid: u64,
        /// Oldest price that opens risk, milliseconds.
        pub open_max_age_ms: u32,
        /// Oldest price that liquidates, milliseconds.
        pub liquidate_max_age_ms: u32,
        /// Widest confidence that opens risk, 1e-6 of the price.
        pub open_confidence: u32,
        /// Widest confidence that liquidates, 1e-6 of the price.
        pub liquidate_confidence: u32,
        /// A price further than this from the last one is held as pending, 1e-6.
        pub jump_band: u32,
        /// Without Pyth the price moves at most this much a minute, 1e-6.
        pub minute_band: u32,
        /// Open-interest cap once a market created after opening is seven days old, lots; 0: `oi_cap` holds.
        pub later_oi_cap: u64,
        /// Spare parameters.
        pub parameters_reserved: [u8; 56],

        /// Index price.
        pub index_price: LotPrice,
        /// Confidence of the index, in the same unit.
        pub confidence: u64,
        /// Publish time of the index, unix milliseconds; 0 before the first price.
        pub publish_ms: i64,
        /// Slot in which the index was posted.
        pub posted_slot: u64,
        /// When the index was posted, unix seconds.
        pub posted_at: i64,
        /// Price that jumped and waits for confirmation; 0 is none.
        pub pending_price: LotPrice,
        /// Its publish time, unix milliseconds.
        pub pending_publish_ms: i64,
        /// Slot in which it was posted.
        pub pending_slot: u64,
        /// How many prices in a row were held.
        pub pending_count: u32,
        /// Reserved.
        pub price_flags: u32,
        /// Price at the beginning of the present minute of publish time.
        pub minute_price: LotPrice,
        /// Beginning of that minute, unix milliseconds.
        pub minute_ms: i64,
        /// Last Pyth price, for the anchor.
        pub anchor_price: LotPrice,
        /// Its confidence.
        pub anchor_confidence: u64,
        /// Its publish time, unix milliseconds.
        pub anchor_ms: i64,
        /// Mark price.
        pub mark_price: LotPrice,
        /// Best bid; 0 is none.
        pub best_bid_ticks: u32,
        /// Best ask; 0 is none.
        pub best_ask_ticks: u32,
        /// Lots of the order at the best bid's head.
        pub best_bid_lots: u32,
        /// Lots of the order at the best ask's head.
        pub best_ask_lots: u32,
        /// Average price of selling the impact notional; 0 when the side is too thin.
        pub impact_bid: LotPrice,
        /// Average price of buying the impact notional; 0 when the side is too thin.
        pub impact_ask: LotPrice,
        /// Price of the last trade; 0 before the first.
        pub last_trade: LotPrice,
        /// Time of the last trade, unix seconds.
        pub last_trade_at: i64,
        /// EMA of impact mid - index, in 1e-6 of a quote atom per lot.
        pub premium_ema: i64,
        /// When the EMA and the premium sum were integrated to, unix seconds.
        pub sampled_at: i64,

        /// Hour (unix seconds / 3600) that the sums below gather.
        pub funding_hour: i64,
        /// Sum of premium (1e-6 of the index) x seconds.
        pub premium_sum: i64,
        /// Seconds in that sum.
        pub premium_seconds: i64,
        /// Rate accruing this hour, micro quote atoms per lot per hour; positive: longs pay.
        pub funding_rate: i64,
        /// The next hour's rate as of now.
        pub next_rate: i64,
        /// Cumulative funding.
        pub funding_index: FundingIndex,
        /// Cumulative funding when the present hour began.
        pub hour_index: FundingIndex,
        /// Last accrual, unix seconds.
        pub funding_at: i64,
        /// Funding paid in less funding paid out, quote atoms.
        pub funding_pool: i64,
        /// Sum of long positions, lots.
        pub open_long: u64,
        /// Sum of short positions, lots.
        pub open_short: u64,

        /// Index x seconds over the settlement hour.
        pub settlement_sum: u64,
        /// Seconds in that sum.
        pub settlement_seconds: u64,
        /// Final price; 0 before settlement.
        pub settlement_price: LotPrice,
        /// Post-only or reduce-only was set then (a notice before settlement), unix seconds; 0 is not.
        pub notice_at: i64,
        /// Where scans for deleveraging and settlement go on (slot index).
        pub cursor: u32,
        /// Reserved.
        pub cursor_flags: u32,
        /// Since when a liquidation found nobody to trade with, unix seconds; 0 is not.
        pub no_bid_since: i64,
        /// Reserved.
        pub liquidation_reserved: [u64; 2],
        /// Lots traded since creation.
        pub volume_lots: u64,
        /// Spare.
        pub reserved: [u8; 128],
    }
}
