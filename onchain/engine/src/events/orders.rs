//! Events of orders.

use crate::describe::Seq;
use crate::units::Pubkey;
use crate::{event, packed_record};

/// Why an order left the book without a fill: `RemovedRecord::reason`.
pub mod removal {
    /// Its trader cancelled it.
    pub const CANCELLED: u8 = 0;
    /// It expired.
    pub const EXPIRED: u8 = 1;
    /// It met an order of the same owner.
    pub const SELF_TRADE: u8 = 2;
    /// Its price is outside the trade band.
    pub const OUTSIDE_BAND: u8 = 3;
    /// Its owner's margin did not allow the fill.
    pub const MARGIN: u8 = 4;
    /// A better order took its place on a full side.
    pub const EVICTED: u8 = 5;
    /// Reduce-only with nothing left to reduce.
    pub const REDUCE_ONLY: u8 = 6;
    /// The owner's dead-man switch fired.
    pub const DEAD_MAN: u8 = 7;
    /// A keeper cancelled it for its owner's margin.
    pub const FORCED: u8 = 8;
    /// The owner of the maker slot ran out of maintenance margin.
    pub const LIQUIDATION: u8 = 9;
    /// Its trader changed it: the same order follows with another number.
    pub const MODIFIED: u8 = 10;
}

packed_record! {
    /// What became of one order sent.
    pub struct OrderRecord {
        /// Place in the instruction's list.
        pub index: u8,
        /// 0 is success, else the error's number.
        pub code: u16,
        /// Running number, resting or not; the top bit is the side, 1 for an ask. Refused at once: the
        /// side alone.
        pub seq: u64,
        /// The client's own number.
        pub client_id: u64,
        /// Price it has (a sliding post-only may differ from the price sent).
        pub ticks: u32,
        /// Size sent (after the reduce-only clamp).
        pub lots: u32,
        /// Filled at once.
        pub filled: u32,
        /// Resting now.
        pub resting: u32,
        /// OrderKind.
        pub kind: u8,
        /// Bits as in the book: 1 reduce-only, 2 expires at a slot, 4 at a time, 8 post-only.
        pub flags: u8,
        /// Slot or unix seconds; 0 is never.
        pub expiry: u32,
    }

    /// One trade.
    pub struct FillRecord {
        /// The maker's slot.
        pub maker_slot: u16,
        /// The maker order's running number.
        pub maker_seq: u64,
        /// The maker's own number.
        pub maker_client_id: u64,
        /// Place of the taking order in the instruction's list.
        pub taker_index: u8,
        /// Price.
        pub ticks: u32,
        /// Size.
        pub lots: u32,
        /// What is left of the maker's order.
        pub maker_left: u32,
        /// Maker's fee, quote atoms; negative is a rebate.
        pub maker_fee: i64,
        /// Taker's fee, quote atoms.
        pub taker_fee: i64,
        /// Maker's realised profit, quote atoms.
        pub maker_pnl: i64,
        /// Taker's realised profit, quote atoms.
        pub taker_pnl: i64,
    }

    /// An order that left the book without a fill.
    pub struct RemovedRecord {
        /// Owner's slot.
        pub slot: u16,
        /// The slot's generation.
        pub generation: u32,
        /// Price.
        pub ticks: u32,
        /// Running number; the top bit is the side.
        pub seq: u64,
        /// The client's own number.
        pub client_id: u64,
        /// Size that was left.
        pub lots: u32,
        /// 0 cancelled, 1 expired, 2 self-trade, 3 outside band, 4 margin, 5 evicted, 6 reduce-only,
        /// 7 dead man, 8 forced, 9 liquidation, 10 modified.
        pub reason: u8,
    }

    /// A slot's balances, and its position in the event's market, afterwards.
    pub struct TouchedRecord {
        /// Slot.
        pub slot: u16,
        /// The slot's generation.
        pub generation: u32,
        /// USDC balance, quote atoms.
        pub usdc: i64,
        /// Profit that had not vested at `locked_at`, quote atoms.
        pub locked: i64,
        /// Unix seconds.
        pub locked_at: u32,
        /// Seconds over which it vests.
        pub locked_for: u32,
        /// Position, lots.
        pub base: i64,
        /// Received less paid for it, quote atoms.
        pub quote: i64,
        /// The same at the entry prices.
        pub entry_quote: i64,
        /// Funding is settled up to this index.
        pub funding_index: i64,
        /// Lots of its resting bids.
        pub bid_lots: u32,
        /// Lots of its resting asks.
        pub ask_lots: u32,
        /// Its resting bids.
        pub bid_orders: u8,
        /// Its resting asks.
        pub ask_orders: u8,
        /// Funding paid in this instruction (negative: received), quote atoms.
        pub funding_paid: i64,
    }

    /// The market afterwards.
    pub struct MarketAfter {
        /// Best bid in ticks; 0 is none.
        pub best_bid: u32,
        /// Best ask in ticks; 0 is none.
        pub best_ask: u32,
        /// Mark price, quote atoms per lot.
        pub mark: u64,
        /// Index price, quote atoms per lot.
        pub index: u64,
        /// Last trade, quote atoms per lot; 0 before the first.
        pub last: u64,
        /// Open interest, lots.
        pub open_interest: u64,
        /// Cumulative funding, micro quote atoms per lot.
        pub funding_index: i64,
        /// The next hour's rate as of now, micro quote atoms per lot per hour.
        pub next_rate: i64,
    }
}

event! {
    /// Orders were placed, matched or cancelled in one market.
    pub struct OrdersProcessed<'a> {
        /// Market index.
        pub market: u16,
        /// 0 place_order, 1 place_many, 2 replace_many, 3 cancel_order, 4 cancel_by_client_id, 5 cancel_all,
        /// 6 modify_order, 7 prune_expired, 8 force_cancel, 9 liquidate (both: the taker is the account in
        /// trouble), 10 execute_trigger (the taker is the trigger's owner, the order's `index` the trigger's entry).
        pub kind: u8,
        /// Slot of the trader who sent it.
        pub taker_slot: u16,
        /// That slot's generation.
        pub generation: u32,
        /// Who signed.
        pub signer: Pubkey,
        /// The book's `update_seq` afterwards.
        pub update_seq: u64,
        /// Results of the orders sent.
        pub orders: Seq<'a, OrderRecord>,
        /// Trades, in order.
        pub fills: Seq<'a, FillRecord>,
        /// Orders that left without a fill.
        pub removed: Seq<'a, RemovedRecord>,
        /// Slots whose balance or position changed.
        pub touched: Seq<'a, TouchedRecord>,
        /// The market afterwards.
        pub market_after: MarketAfter,
    }
}
