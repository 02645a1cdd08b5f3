//! What happened, as clients read it: one event per instruction.

mod delegates;
mod money;
mod orders;
mod prices;
mod triggers;
mod upkeep;

pub use delegates::DelegateSet;
pub use money::{
    AccountGrown, Balances, CollateralAdded, Deposited, ExchangeInitialised, ExchangeOpened, MarketCreated,
    TraderActivated, TraderClosed, TraderOpened, Withdrawn,
};
pub use orders::{FillRecord, MarketAfter, OrderRecord, OrdersProcessed, RemovedRecord, TouchedRecord, removal};
pub use prices::{PriceRecord, PricesUpdated, price_flags};
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
    (TraderOpened::DISCRIMINATOR, TraderOpened::DESC),
    (TraderActivated::DISCRIMINATOR, TraderActivated::DESC),
    (Deposited::DISCRIMINATOR, Deposited::DESC),
    (Withdrawn::DISCRIMINATOR, Withdrawn::DESC),
    (TraderClosed::DISCRIMINATOR, TraderClosed::DESC),
    (PricesUpdated::DISCRIMINATOR, PricesUpdated::DESC),
    (OrdersProcessed::DISCRIMINATOR, OrdersProcessed::DESC),
    (TraderParked::DISCRIMINATOR, TraderParked::DESC),
    (DeadManSet::DISCRIMINATOR, DeadManSet::DESC),
    (Transferred::DISCRIMINATOR, Transferred::DESC),
    (DelegateSet::DISCRIMINATOR, DelegateSet::DESC),
    (TriggerPlaced::DISCRIMINATOR, TriggerPlaced::DESC),
    (TriggerCancelled::DISCRIMINATOR, TriggerCancelled::DESC),
    (AuthoritiesSet::DISCRIMINATOR, AuthoritiesSet::DESC),
    (PauseSet::DISCRIMINATOR, PauseSet::DESC),
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
];
