//! Structs inside arguments.

use super::{OrderKind, Side};
use crate::units::Pubkey;
use crate::{packed_record, record};

packed_record! {
    /// Fees of accounts with at least this volume.
    pub struct FeeTierParams {
        /// 30-day volume in quote atoms from which the tier holds.
        pub min_volume: u64,
        /// Maker fee in 1e-6 of notional; negative is a rebate.
        pub maker: i32,
        /// Taker fee in 1e-6 of notional.
        pub taker: u32,
    }

    /// Parameters of a collateral.
    pub struct CollateralParams {
        /// Pyth feed of its price; zero for USDC.
        pub feed_id: [u8; 32],
        /// Age in seconds from which the price counts as stale.
        pub max_age_s: u32,
        /// Weight for initial margin in 1e-6.
        pub initial_weight: u32,
        /// Weight for maintenance margin in 1e-6.
        pub maintenance_weight: u32,
        /// Discount of a conversion at full health, 1e-6.
        pub convert_discount_min: u32,
        /// Discount of a conversion at no health, 1e-6.
        pub convert_discount_max: u32,
        /// Most that may be deposited in all, in the token's smallest units.
        pub deposit_cap: u64,
        /// What the outflow bucket holds, smallest units; 0 is no limit.
        pub bucket_capacity: u64,
        /// What the outflow bucket refills per second.
        pub bucket_refill: u64,
        /// A price further than this from the last one is held as pending, 1e-6.
        pub jump_band: u32,
    }

    /// One step of the margin schedule.
    pub struct MarginTierParams {
        /// Notional in quote atoms up to which the rate holds.
        pub up_to: u64,
        /// Initial margin rate in 1e-6.
        pub rate: u32,
    }

    /// Parameters of a market.
    pub struct MarketParams {
        /// Name as text, zero-padded.
        pub symbol: [u8; 16],
        /// Signs this market's prices.
        pub price_authority: Pubkey,
        /// Pyth feed of the price; zero is none.
        pub feed_id: [u8; 32],
        /// 0 signed feed, 1 Pyth, 2 signed feed anchored by Pyth.
        pub source: u8,
        /// Most resting orders a side.
        pub book_capacity: u32,
        /// Lots in one base unit.
        pub lots_per_base: u64,
        /// Quote atoms per lot per tick.
        pub tick_size: u64,
        /// Price at creation, quote atoms per lot: bounds are checked against it.
        pub reference_price: u64,
        /// Initial margin by rising notional.
        pub tiers: [MarginTierParams; 4],
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
    }
}

record! {
    /// A signed price.
    pub struct PriceUpdate {
        /// Market index.
        pub market: u16,
        /// Quote atoms per lot.
        pub price: u64,
        /// Confidence in the same unit.
        pub confidence: u64,
        /// Publish time, unix milliseconds.
        pub publish_ms: i64,
    }

    /// One order of a batch.
    pub struct Quote {
        /// Side.
        pub side: Side,
        /// How it may trade.
        pub kind: OrderKind,
        /// May only shrink the position.
        pub reduce_only: bool,
        /// Limit price in ticks.
        pub ticks: u32,
        /// Size in lots.
        pub lots: u32,
        /// The client's own number; 0 is none.
        pub client_id: u64,
    }

    /// Names a resting order.
    pub struct OrderId {
        /// Price in ticks.
        pub ticks: u32,
        /// Running number; the top bit is the side, 1 for an ask.
        pub seq: u64,
    }
}
