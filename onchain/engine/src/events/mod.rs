//! What happened, as clients read it: one event per instruction.

mod changes;
mod delegates;
mod funds;
mod losses;
mod money;
mod orders;
mod prices;
mod triggers;
mod upkeep;

pub use changes::{ChangeApplied, ChangeCancelled, ChangeQueued, MarketStatusSet};
pub use delegates::DelegateSet;
pub use funds::{CollateralConverted, Realized};
pub use losses::{
    BankruptcyResolved, FeesSwept, InsuranceDeposited, PositionsTransferred, TransferRecord, transfer_kind,
};
pub use money::{
    AccountGrown, AccountMigrated, Balances, CollateralAdded, Deposited, ExchangeInitialised, ExchangeOpened,
    MarketCreated, TraderActivated, TraderClosed, TraderOpened, Withdrawn,
};
pub use orders::{FillRecord, MarketAfter, OrderRecord, OrdersProcessed, RemovedRecord, TouchedRecord, removal};
pub use prices::{CollateralPriceUpdated, PriceRecord, PricesUpdated, price_flags};
pub use triggers::{TriggerCancelled, TriggerPlaced};
pub use upkeep::{AuthoritiesSet, DeadManSet, PauseSet, TraderParked, Transferred};

use crate::describe::StructDesc;

/// Data of a self-CPI that carries an event begins with this (Anchor's `emit_cpi`).
pub const EVENT_TAG: [u8; 8] = [0xe4, 0x45, 0xa5, 0x2e, 0x51, 0xcb, 0x9a, 0x1d];
/// Most bytes of an event with tag and discriminator: the limit on the data of a CPI.
pub const MAX_EVENT_BYTES: usize = 10_240;

/// Every event with its discriminator.
pub const ALL: &[([u8; 8], StructDesc)] = &[
    (ExchangeInitialised::DISCRIMINATOR, ExchangeInitialised::DESC),
    (ExchangeOpened::DISCRIMINATOR, ExchangeOpened::DESC),
    (CollateralAdded::DISCRIMINATOR, CollateralAdded::DESC),
    (MarketCreated::DISCRIMINATOR, MarketCreated::DESC),
    (AccountGrown::DISCRIMINATOR, AccountGrown::DESC),
    (AccountMigrated::DISCRIMINATOR, AccountMigrated::DESC),
    (TraderOpened::DISCRIMINATOR, TraderOpened::DESC),
    (TraderActivated::DISCRIMINATOR, TraderActivated::DESC),
    (Deposited::DISCRIMINATOR, Deposited::DESC),
    (Withdrawn::DISCRIMINATOR, Withdrawn::DESC),
    (TraderClosed::DISCRIMINATOR, TraderClosed::DESC),
    (PricesUpdated::DISCRIMINATOR, PricesUpdated::DESC),
    (CollateralPriceUpdated::DISCRIMINATOR, CollateralPriceUpdated::DESC),
    (OrdersProcessed::DISCRIMINATOR, OrdersProcessed::DESC),
    (TraderParked::DISCRIMINATOR, TraderParked::DESC),
    (DeadManSet::DISCRIMINATOR, DeadManSet::DESC),
    (Transferred::DISCRIMINATOR, Transferred::DESC),
    (DelegateSet::DISCRIMINATOR, DelegateSet::DESC),
    (TriggerPlaced::DISCRIMINATOR, TriggerPlaced::DESC),
    (TriggerCancelled::DISCRIMINATOR, TriggerCancelled::DESC),
    (Realized::DISCRIMINATOR, Realized::DESC),
    (CollateralConverted::DISCRIMINATOR, CollateralConverted::DESC),
    (AuthoritiesSet::DISCRIMINATOR, AuthoritiesSet::DESC),
    (PauseSet::DISCRIMINATOR, PauseSet::DESC),
    (PositionsTransferred::DISCRIMINATOR, PositionsTransferred::DESC),
    (BankruptcyResolved::DISCRIMINATOR, BankruptcyResolved::DESC),
    (InsuranceDeposited::DISCRIMINATOR, InsuranceDeposited::DESC),
    (FeesSwept::DISCRIMINATOR, FeesSwept::DESC),
    (ChangeQueued::DISCRIMINATOR, ChangeQueued::DESC),
    (ChangeApplied::DISCRIMINATOR, ChangeApplied::DESC),
    (ChangeCancelled::DISCRIMINATOR, ChangeCancelled::DESC),
    (MarketStatusSet::DISCRIMINATOR, MarketStatusSet::DESC),
];

/// Structs inside events.
pub const RECORDS: &[StructDesc] = &[
    Balances::DESC,
    PriceRecord::DESC,
    OrderRecord::DESC,
    FillRecord::DESC,
    RemovedRecord::DESC,
    TouchedRecord::DESC,
    MarketAfter::DESC,
    TransferRecord::DESC,
];
