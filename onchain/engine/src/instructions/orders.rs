//! Orders.

use super::accounts::TRADING;
use super::{CancelSide, ExpiryKind, OrderId, OrderKind, Quote, SelfTrade, Side};
use crate::describe::Seq;
use crate::instruction;

instruction! {
    /// Places an order: matches what crosses, rests the remainder if its kind allows.
    pub place_order PlaceOrder {
        /// Market index.
        pub market: u16,
        /// Side.
        pub side: Side,
        /// How it may trade; a market order is immediate-or-cancel with a price cap.
        pub kind: OrderKind,
        /// May only shrink the position.
        pub reduce_only: bool,
        /// What happens when it meets an order of the same owner.
        pub self_trade: SelfTrade,
        /// Limit price in ticks.
        pub ticks: u32,
        /// Size in lots.
        pub lots: u32,
        /// Fails unless at least this much fills at once (equal to `lots`: fill or kill).
        pub min_fill_lots: u32,
        /// What `expiry` counts.
        pub expiry_kind: ExpiryKind,
        /// First slot or unix second at which it is dead.
        pub expiry: u32,
        /// The client's own number, unique among the slot's open orders of the market; 0 is none.
        pub client_id: u64,
        /// Must be larger than the last one used; 0 is none.
        pub nonce: u64,
        /// Fails after this slot; 0 is never.
        pub valid_until_slot: u64,
    }
    accounts TRADING;

    /// Places up to 16 orders with one margin check. What fails alone is a result code.
    pub place_many PlaceMany<'a> {
        /// Market index.
        pub market: u16,
        /// What happens when one meets an order of the same owner.
        pub self_trade: SelfTrade,
        /// What `expiry` counts.
        pub expiry_kind: ExpiryKind,
        /// First slot or unix second at which they are dead.
        pub expiry: u32,
        /// Must be larger than the last one used; 0 is none.
        pub nonce: u64,
        /// Fails after this slot; 0 is never.
        pub valid_until_slot: u64,
        /// The orders.
        pub quotes: Seq<'a, Quote>,
    }
    accounts TRADING;

    /// Cancels up to 16 orders, then places up to 16, with one margin check. A missing order or a
    /// crossing post-only is a result code.
    pub replace_many ReplaceMany<'a> {
        /// Market index.
        pub market: u16,
        /// What happens when one meets an order of the same owner.
        pub self_trade: SelfTrade,
        /// What `expiry` counts.
        pub expiry_kind: ExpiryKind,
        /// First slot or unix second at which they are dead.
        pub expiry: u32,
        /// Must be larger than the last one used; 0 is none.
        pub nonce: u64,
        /// Fails after this slot; 0 is never.
        pub valid_until_slot: u64,
        /// The orders to cancel.
        pub cancels: Seq<'a, OrderId>,
        /// The orders to place.
        pub quotes: Seq<'a, Quote>,
    }
    accounts TRADING;

    /// Changes a resting order: a smaller size keeps its place, anything else goes to the end of the queue.
    pub modify_order ModifyOrder {
        /// Market index.
        pub market: u16,
        /// Present price in ticks.
        pub ticks: u32,
        /// Running number; the top bit is the side, 1 for an ask.
        pub seq: u64,
        /// Price it shall have, ticks.
        pub new_ticks: u32,
        /// Size it shall have, lots.
        pub new_lots: u32,
        /// Must be larger than the last one used; 0 is none.
        pub nonce: u64,
        /// Fails after this slot; 0 is never.
        pub valid_until_slot: u64,
    }
    accounts TRADING;

    /// Removes up to 16 expired orders, of anyone, by any trader.
    pub prune_expired PruneExpired<'a> {
        /// Market index.
        pub market: u16,
        /// The orders.
        pub orders: Seq<'a, OrderId>,
    }
    accounts TRADING;

    /// Cancels orders of an account under half-way between maintenance and initial margin.
    pub force_cancel ForceCancel {
        /// Market index.
        pub market: u16,
        /// The account's slot.
        pub slot: u16,
        /// The slot's generation.
        pub generation: u32,
    }
    accounts TRADING;

    /// Reduces a position of an account under maintenance margin against the book.
    pub liquidate Liquidate {
        /// Market index.
        pub market: u16,
        /// The account's slot.
        pub slot: u16,
        /// The slot's generation.
        pub generation: u32,
    }
    accounts TRADING;

    /// Cancels one order by its id.
    pub cancel_order CancelOrder {
        /// Market index.
        pub market: u16,
        /// Price in ticks.
        pub ticks: u32,
        /// Running number; the top bit is the side, 1 for an ask.
        pub seq: u64,
    }
    accounts TRADING;

    /// Cancels one order by the client's own number.
    pub cancel_by_client_id CancelByClientId {
        /// Market index.
        pub market: u16,
        /// The client's number, not 0.
        pub client_id: u64,
    }
    accounts TRADING;

    /// Cancels the trader's orders of a market.
    pub cancel_all CancelAll {
        /// Market index.
        pub market: u16,
        /// Which of them.
        pub side: CancelSide,
    }
    accounts TRADING;
}
