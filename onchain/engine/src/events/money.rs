//! Events of set-up, traders and their money.

use crate::instructions::{CollateralParams, GrowKind, MarketParams};
use crate::units::Pubkey;
use crate::{event, packed_record};

packed_record! {
    /// A trader's balances after an instruction.
    pub struct Balances {
        /// Slot in the ledger; 65535 is none.
        pub slot_index: u16,
        /// Generation of the slot.
        pub generation: u32,
        /// USDC balance, quote atoms.
        pub usdc: i64,
        /// Profit that had not vested at `locked_at`, quote atoms.
        pub locked: i64,
        /// Unix seconds.
        pub locked_at: u32,
        /// Seconds over which it vests.
        pub locked_for: u32,
        /// Collaterals 1 to 4 in the slot, smallest units.
        pub collaterals: [u64; 4],
        /// USDC and collaterals 1 to 4 outside the ledger, smallest units.
        pub parked: [u64; 5],
    }
}

event! {
    /// An exchange was created.
    pub struct ExchangeInitialised {
        /// Number of the exchange under the program.
        pub id: u16,
        /// Admin.
        pub admin: Pubkey,
        /// Guardian.
        pub guardian: Pubkey,
    }
    /// The exchange takes deposits from here on.
    pub struct ExchangeOpened {
        /// Number of the exchange under the program.
        pub id: u16,
    }
    /// A collateral was added.
    pub struct CollateralAdded {
        /// Its index.
        pub collateral: u8,
        /// Its mint.
        pub mint: Pubkey,
        /// Its vault.
        pub vault: Pubkey,
        /// Decimals of the mint.
        pub decimals: u8,
        /// Its parameters.
        pub params: CollateralParams,
    }
    /// A market was created.
    pub struct MarketCreated {
        /// Its index.
        pub market: u16,
        /// Its book.
        pub book: Pubkey,
        /// Its parameters.
        pub params: MarketParams,
    }
    /// An account grew.
    pub struct AccountGrown {
        /// Which kind.
        pub kind: GrowKind,
        /// The account.
        pub account: Pubkey,
        /// Its bytes now.
        pub bytes: u64,
        /// Whether it is usable now.
        pub ready: bool,
    }
    /// Rows of an account were brought to this program's layout.
    pub struct AccountMigrated {
        /// The account.
        pub account: Pubkey,
        /// Its next row; 0 once it is done.
        pub cursor: u32,
        /// Its layout version now.
        pub layout_version: u16,
    }
    /// A sub-account was created.
    pub struct TraderOpened {
        /// Its address.
        pub trader: Pubkey,
        /// Its owner.
        pub owner: Pubkey,
        /// Its number.
        pub sub: u8,
    }
    /// A sub-account took a slot.
    pub struct TraderActivated {
        /// Owner.
        pub owner: Pubkey,
        /// Sub-account number.
        pub sub: u8,
        /// The slot.
        pub slot_index: u16,
        /// The slot's generation.
        pub generation: u32,
        /// Balances afterwards.
        pub after: Balances,
    }
    /// Money came in.
    pub struct Deposited {
        /// Owner.
        pub owner: Pubkey,
        /// Sub-account number.
        pub sub: u8,
        /// Collateral index.
        pub collateral: u8,
        /// Smallest units.
        pub amount: u64,
        /// It was parked, not put in a slot.
        pub parked: bool,
        /// Balances afterwards.
        pub after: Balances,
    }
    /// Money went out.
    pub struct Withdrawn {
        /// Owner.
        pub owner: Pubkey,
        /// Sub-account number.
        pub sub: u8,
        /// Collateral index.
        pub collateral: u8,
        /// Smallest units that left the balance.
        pub amount: u64,
        /// Of that, what went to losses that nobody paid instead of to the owner.
        pub cut: u64,
        /// It came from the parked balance.
        pub parked: bool,
        /// Balances afterwards.
        pub after: Balances,
    }
    /// A sub-account was closed.
    pub struct TraderClosed {
        /// Owner.
        pub owner: Pubkey,
        /// Sub-account number.
        pub sub: u8,
        /// The slot it had; 65535 is none.
        pub slot_index: u16,
        /// The slot's generation while it had it.
        pub generation: u32,
    }
}
