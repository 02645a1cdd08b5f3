//! Queued changes: what they may hold, and the instructions about them.

use super::accounts::*;
use super::{CollateralParams, FeeTierParams, MarketParams, MarketStatus};
use crate::describe::Encoded;
use crate::units::Pubkey;
use crate::{instruction, packed_record, variants};

packed_record! {
    /// New parameters of a market.
    pub struct MarketChange {
        /// Market index.
        pub market: u16,
        /// All of its parameters. Symbol, book capacity, steps and price source stay as they are; the
        /// reference price is the present index, whatever is said here.
        pub params: MarketParams,
    }

    /// Another source of a market's price.
    pub struct PriceSourceChange {
        /// Market index.
        pub market: u16,
        /// As in `MarketParams`.
        pub source: u8,
        /// Signs this market's prices.
        pub price_authority: Pubkey,
        /// Pyth feed of the price; zero is none.
        pub feed_id: [u8; 32],
    }

    /// Another fee schedule.
    pub struct FeesChange {
        /// Fee tiers by rising volume.
        pub tiers: [FeeTierParams; 8],
    }

    /// New parameters of a collateral.
    pub struct CollateralChange {
        /// Its index.
        pub collateral: u8,
        /// 1 active, 2 withdraw only.
        pub status: u8,
        /// Its parameters.
        pub params: CollateralParams,
    }

    /// Leave to create a market with exactly these parameters.
    pub struct NewMarket {
        /// Its parameters.
        pub params: MarketParams,
    }

    /// Leave to add a collateral with exactly these parameters.
    pub struct NewCollateral {
        /// Its mint.
        pub mint: Pubkey,
        /// Its parameters.
        pub params: CollateralParams,
    }

    /// Another status of a market: looser, or settling.
    pub struct StatusChange {
        /// Market index.
        pub market: u16,
        /// 1 post-only, 2 active, 3 reduce-only, 4 settling (after 24 hours of reduce-only).
        pub status: u8,
    }

    /// New parameters of the exchange.
    pub struct ExchangeChange {
        /// Seconds that a queued change waits, at least an hour.
        pub timelock_s: u32,
        /// Equity in quote atoms to take a slot.
        pub min_slot_equity: u64,
        /// Loaded-account-data limit that clients should set, bytes.
        pub client_data_limit: u64,
    }

    /// Another guardian.
    pub struct GuardianChange {
        /// The guardian.
        pub guardian: Pubkey,
    }
}

variants! {
    /// What a queued change does.
    pub enum Change {
        /// Parameters of a market.
        Market(MarketChange) = 0,
        /// Price source of a market.
        PriceSource(PriceSourceChange) = 1,
        /// Fee tiers.
        Fees(FeesChange) = 2,
        /// Parameters of a collateral.
        Collateral(CollateralChange) = 3,
        /// A market to create.
        NewMarket(NewMarket) = 4,
        /// A collateral to add.
        NewCollateral(NewCollateral) = 5,
        /// Status of a market.
        Status(StatusChange) = 6,
        /// Parameters of the exchange.
        Exchange(ExchangeChange) = 7,
        /// The guardian.
        Guardian(GuardianChange) = 8,
    }
}

instruction! {
    /// Queues a change. It may be applied once it has waited out the timelock, with withdrawals possible
    /// all the while; before the exchange opens, at once.
    pub queue_change QueueChange<'a> {
        /// Number of the change: one more than the last.
        pub seq: u64,
        /// The change.
        pub change: Encoded<'a, Change<'a>>,
    }
    accounts &[PAYER, ADMIN, EXCHANGE, NEW_CHANGE, SYSTEM, EVENT_AUTHORITY, PROGRAM];

    /// Applies a change that is due. Anyone may, within seven days.
    pub apply_change ApplyChange {}
    accounts &[EXCHANGE, CHANGE, RENT_RECEIVER, EVENT_AUTHORITY, PROGRAM];

    /// Drops a queued change: admin or guardian at any time, anyone once it has expired.
    pub cancel_change CancelChange {}
    accounts &[AUTHORITY, EXCHANGE, CHANGE, RENT_RECEIVER, EVENT_AUTHORITY, PROGRAM];

    /// Restricts a market at once: post-only or reduce-only. Loosening and settling have to be queued.
    pub set_market_status SetMarketStatus {
        /// Market index.
        pub market: u16,
        /// The status.
        pub status: MarketStatus,
    }
    accounts &[AUTHORITY, EXCHANGE, EVENT_AUTHORITY, PROGRAM];
}
