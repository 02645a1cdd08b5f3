//! What a trader needs rarely: where the slot is, parked money, delegates, triggers.

use super::{Header, OTHER_COLLATERALS};
use crate::layout;
use crate::units::{LotPrice, Pubkey};

layout! {
    /// A key that may trade for the owner within limits; it can never withdraw.
    pub struct Delegate [112] {
        /// The key; zero is a free entry.
        pub key: Pubkey,
        /// Dead from then, unix seconds; 0 is never.
        pub expires: i64,
        /// Markets it may trade (bits).
        pub market_bitmap: u64,
        /// Largest order, notional in quote atoms; 0 is no limit.
        pub max_order: u64,
        /// Largest position, notional in quote atoms; 0 is no limit.
        pub max_position: u64,
        /// Notional a day, quote atoms; 0 is no limit.
        pub daily_limit: u64,
        /// Notional used on `day`.
        pub daily_used: u64,
        /// Day (unix seconds / 86400) of `daily_used`.
        pub day: u32,
        /// 1 reduce-only, 2 may transfer between own sub-accounts.
        pub flags: u32,
        /// Spare.
        pub reserved: [u8; 24],
    }

    /// A stop or take-profit order.
    pub struct Trigger [64] {
        /// Market index; 255 is a free entry.
        pub market: u8,
        /// 0 stop market, 1 stop limit, 2 take-profit market, 3 take-profit limit.
        pub kind: u8,
        /// 0 buy, 1 sell.
        pub side: u8,
        /// Bits.
        pub flags: u8,
        /// Epoch of the position it is bound to.
        pub epoch: u32,
        /// Mark price at which it fires.
        pub trigger_price: LotPrice,
        /// Limit price in ticks; 0 is none.
        pub limit_ticks: u32,
        /// Most slippage against the mark for the market kinds, 1e-6.
        pub max_slippage: u32,
        /// Size; 0 is the whole position.
        pub lots: u64,
        /// Reserved for who executes it, quote atoms.
        pub executor_fee: u64,
        /// The client's own number; 0 is none.
        pub client_id: u64,
        /// Dead from then, unix seconds; 0 is never.
        pub expires: i64,
        /// Entry cancelled when this one fires; 255 is none.
        pub pair: u8,
        /// Spare.
        pub reserved: [u8; 7],
    }

    /// A trader: one sub-account of an owner.
    pub account Trader [1896] {
        /// Discriminator, version, status.
        pub header: Header,
        /// Its exchange.
        pub exchange: Pubkey,
        /// Owner's address.
        pub owner: Pubkey,
        /// Sub-account number.
        pub sub: u8,
        /// 1 with a slot in the ledger.
        pub active: u8,
        /// That slot.
        pub slot_index: u16,
        /// Generation of that slot.
        pub generation: u32,
        /// Money outside the ledger: USDC and collaterals 1 to 4, smallest units.
        pub parked: [u64; OTHER_COLLATERALS + 1],
        /// Delegates.
        pub delegates: [Delegate; 4],
        /// Trigger orders.
        pub triggers: [Trigger; 16],
        /// Who brought this trader (reserved).
        pub referrer: Pubkey,
        /// Creation, unix seconds.
        pub created: i64,
        /// Sum of the triggers' executor fees, quote atoms.
        pub executor_fees: u64,
        /// Spare.
        pub reserved: [u8; 248],
    }
}
