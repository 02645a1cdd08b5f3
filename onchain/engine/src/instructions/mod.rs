//! Instructions as clients see them: arguments, accounts, choices.

mod accounts;
mod authority;
mod changes;
mod choices;
mod delegates;
mod funds;
mod governance;
mod losses;
mod orders;
mod records;
mod traders;
mod triggers;
mod upkeep;

pub use authority::{AcceptAuthority, ProposeAuthority, SetGuardian, SetPause};
pub use changes::{
    ApplyChange, CancelChange, Change, CollateralChange, ExchangeChange, FeesChange, GuardianChange, MarketChange,
    NewCollateral, NewMarket, PriceSourceChange, QueueChange, SetMarketStatus, StatusChange,
};
pub use choices::{CancelSide, ExpiryKind, GrowKind, MarketStatus, OrderKind, SelfTrade, Side};
pub use delegates::{DelegateTerms, SetDelegate};
pub use funds::{ConvertCollateral, Realize};
pub use governance::{
    AddCollateral, CreateMarket, GrowAccount, InitExchange, Migrate, OpenExchange, UpdateCollateralPrice, UpdatePrice,
    UpdatePricePyth,
};
pub use losses::{AutoDeleverage, DepositInsurance, ResolveBankruptcy, SettleSlots, SweepFees, TakeOver};
pub use orders::{
    CancelAll, CancelByClientId, CancelOrder, ForceCancel, Liquidate, ModifyOrder, PlaceMany, PlaceOrder, PruneExpired,
    ReplaceMany,
};
pub use records::{CollateralParams, FeeTierParams, MarginTierParams, MarketParams, OrderId, PriceUpdate, Quote};
pub use traders::{Activate, CloseTrader, Deposit, OpenTrader, Withdraw};
pub use triggers::{CancelTrigger, ExecuteTrigger, PlaceTrigger, TriggerTerms};
pub use upkeep::{Park, SetDeadMan, Transfer};

use crate::describe::{ChoiceDesc, InstructionDesc, StructDesc, VariantsDesc};

/// Most prices in one `update_price`, quotes in one batch, cancels in one batch.
pub const MAX_BATCH: usize = 16;

/// Every instruction, in the order of the IDL.
pub const ALL: &[InstructionDesc] = &[
    InitExchange::INSTRUCTION,
    OpenExchange::INSTRUCTION,
    AddCollateral::INSTRUCTION,
    CreateMarket::INSTRUCTION,
    GrowAccount::INSTRUCTION,
    Migrate::INSTRUCTION,
    UpdatePrice::INSTRUCTION,
    UpdatePricePyth::INSTRUCTION,
    UpdateCollateralPrice::INSTRUCTION,
    OpenTrader::INSTRUCTION,
    Activate::INSTRUCTION,
    Deposit::INSTRUCTION,
    Withdraw::INSTRUCTION,
    CloseTrader::INSTRUCTION,
    PlaceOrder::INSTRUCTION,
    PlaceMany::INSTRUCTION,
    ReplaceMany::INSTRUCTION,
    CancelOrder::INSTRUCTION,
    CancelByClientId::INSTRUCTION,
    CancelAll::INSTRUCTION,
    ModifyOrder::INSTRUCTION,
    PruneExpired::INSTRUCTION,
    ForceCancel::INSTRUCTION,
    Liquidate::INSTRUCTION,
    TakeOver::INSTRUCTION,
    ResolveBankruptcy::INSTRUCTION,
    AutoDeleverage::INSTRUCTION,
    SettleSlots::INSTRUCTION,
    DepositInsurance::INSTRUCTION,
    SweepFees::INSTRUCTION,
    Park::INSTRUCTION,
    SetDeadMan::INSTRUCTION,
    Transfer::INSTRUCTION,
    SetDelegate::INSTRUCTION,
    PlaceTrigger::INSTRUCTION,
    CancelTrigger::INSTRUCTION,
    ExecuteTrigger::INSTRUCTION,
    Realize::INSTRUCTION,
    ConvertCollateral::INSTRUCTION,
    ProposeAuthority::INSTRUCTION,
    AcceptAuthority::INSTRUCTION,
    SetGuardian::INSTRUCTION,
    SetPause::INSTRUCTION,
    QueueChange::INSTRUCTION,
    ApplyChange::INSTRUCTION,
    CancelChange::INSTRUCTION,
    SetMarketStatus::INSTRUCTION,
];

/// Structs inside arguments.
pub const RECORDS: &[StructDesc] = &[
    FeeTierParams::DESC,
    CollateralParams::DESC,
    MarginTierParams::DESC,
    MarketParams::DESC,
    PriceUpdate::DESC,
    Quote::DESC,
    OrderId::DESC,
    DelegateTerms::DESC,
    TriggerTerms::DESC,
    MarketChange::DESC,
    PriceSourceChange::DESC,
    FeesChange::DESC,
    CollateralChange::DESC,
    NewMarket::DESC,
    NewCollateral::DESC,
    StatusChange::DESC,
    ExchangeChange::DESC,
    GuardianChange::DESC,
];

/// Choices in arguments and events.
pub const CHOICES: &[ChoiceDesc] = &[
    Side::DESC,
    OrderKind::DESC,
    SelfTrade::DESC,
    ExpiryKind::DESC,
    CancelSide::DESC,
    GrowKind::DESC,
    MarketStatus::DESC,
];

/// Enums that carry records, in arguments and events.
pub const VARIANTS: &[VariantsDesc] = &[Change::DESC];
