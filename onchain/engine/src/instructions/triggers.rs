//! Stop and take-profit orders.

use super::accounts::TRIGGERED;
use super::upkeep::LEDGER_UPKEEP;
use crate::{instruction, packed_record};

packed_record! {
    /// A stop or take-profit order.
    pub struct TriggerTerms {
        /// Entry of the trader account that holds it, 0 to 15.
        pub index: u8,
        /// Market index.
        pub market: u8,
        /// 0 stop market, 1 stop limit, 2 take-profit market, 3 take-profit limit.
        pub kind: u8,
        /// 0 buy (closes a short), 1 sell (closes a long).
        pub side: u8,
        /// Entry cancelled when this one fires, and the other way round; 255 is none.
        pub pair: u8,
        /// Limit price in ticks; 0 for the market kinds.
        pub limit_ticks: u32,
        /// Most slippage against the mark for the market kinds, 1e-6.
        pub max_slippage: u32,
        /// Mark price at which it fires, quote atoms per lot.
        pub trigger_price: u64,
        /// Size; 0 is the whole position at that time.
        pub lots: u64,
        /// Reserved for who executes it, quote atoms; at most $1.
        pub executor_fee: u64,
        /// The client's own number; 0 is none.
        pub client_id: u64,
        /// Dead from then, unix seconds; 0 is never.
        pub expires: i64,
    }
}

instruction! {
    /// Lets an order wait for the mark price. It only shrinks the position that is open now and dies with it.
    pub place_trigger PlaceTrigger {
        /// What it does, and when.
        pub terms: TriggerTerms,
    }
    accounts LEDGER_UPKEEP;

    /// Removes a trigger; its executor's fee comes back.
    pub cancel_trigger CancelTrigger {
        /// Its entry.
        pub index: u8,
    }
    accounts LEDGER_UPKEEP;

    /// Sends the order of a trigger that the mark has reached, for anyone; removes one that died.
    pub execute_trigger ExecuteTrigger {
        /// Market index.
        pub market: u16,
        /// Its entry.
        pub index: u8,
        /// Slot that earns the executor's fee.
        pub slot: u16,
        /// That slot's generation.
        pub generation: u32,
    }
    accounts TRIGGERED;
}
