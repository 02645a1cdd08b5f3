//! Set-up and prices.

use super::accounts::*;
use super::{CollateralParams, FeeTierParams, GrowKind, MarketParams, PriceUpdate};
use crate::describe::Seq;
use crate::instruction;
use crate::units::Pubkey;

instruction! {
    /// Creates an exchange and its ledger, both to be grown to full size. The signer becomes admin.
    pub init_exchange InitExchange {
        /// Number of the exchange under the program.
        pub id: u16,
        /// May restrict.
        pub guardian: Pubkey,
        /// Seconds that a queued change waits once the exchange is open.
        pub timelock_s: u32,
        /// Equity in quote atoms to take a slot.
        pub min_slot_equity: u64,
        /// Loaded-account-data limit that clients should set, bytes.
        pub client_data_limit: u64,
        /// Slots that the ledger grows to at first.
        pub slot_capacity: u32,
        /// Fee tiers by rising volume.
        pub fee_tiers: [FeeTierParams; 8],
    }
    accounts &[PAYER, ADMIN, NEW_EXCHANGE, LEDGER, SYSTEM, EVENT_AUTHORITY, PROGRAM];

    /// Opens the exchange for deposits. Irreversible: from here on changes wait out the timelock.
    pub open_exchange OpenExchange {}
    accounts &[ADMIN, EXCHANGE, LEDGER, EVENT_AUTHORITY, PROGRAM];

    /// Adds a collateral and creates its vault. The first one is USDC.
    pub add_collateral AddCollateral {
        /// Its parameters.
        pub params: CollateralParams,
    }
    accounts &[PAYER, ADMIN, EXCHANGE, MINT, NEW_VAULT, TOKEN, SYSTEM, EVENT_AUTHORITY, PROGRAM];

    /// Creates a market and its book, to be grown to full size.
    pub create_market CreateMarket {
        /// Index of the market: the next free one.
        pub market: u16,
        /// Its parameters.
        pub params: MarketParams,
    }
    accounts &[PAYER, ADMIN, EXCHANGE, BOOK, SYSTEM, EVENT_AUTHORITY, PROGRAM];

    /// Grows an account by up to 10,240 bytes; at full size it becomes ready.
    pub grow_account GrowAccount {
        /// Which account.
        pub kind: GrowKind,
        /// Entries to grow to: slots for the ledger; 0 keeps the present target.
        pub target: u32,
    }
    accounts &[PAYER, ADMIN, EXCHANGE, GROWING, SYSTEM, EVENT_AUTHORITY, PROGRAM];

    /// Brings an exchange that an earlier program wrote to this program's layout, row by row: its collaterals.
    /// Until the last row is done every other instruction refuses the account. Anyone may send it.
    pub migrate Migrate {
        /// The next row: `Exchange.migrated`.
        pub cursor: u32,
        /// Most rows to bring.
        pub rows: u32,
    }
    accounts &[EXCHANGE, EVENT_AUTHORITY, PROGRAM];

    /// Posts signed prices of up to 16 markets.
    pub update_price UpdatePrice<'a> {
        /// The prices.
        pub updates: Seq<'a, PriceUpdate>,
    }
    accounts &[EXCHANGE, PRICE_AUTHORITY, EVENT_AUTHORITY, PROGRAM];

    /// Takes a market's price, or the anchor of its signed feed, from a Pyth account. Anyone may send it.
    pub update_price_pyth UpdatePricePyth {
        /// Market index.
        pub market: u16,
    }
    accounts &[EXCHANGE, PRICE_UPDATE, EVENT_AUTHORITY, PROGRAM];

    /// Takes the price of a collateral other than USDC from a Pyth account. Anyone may send it.
    pub update_collateral_price UpdateCollateralPrice {
        /// Collateral index.
        pub collateral: u8,
    }
    accounts &[EXCHANGE, PRICE_UPDATE, EVENT_AUTHORITY, PROGRAM];
}
