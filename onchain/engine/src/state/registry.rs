//! Every declared account and state struct, for the IDL.

use super::{
    Book, Collateral, Delegate, Exchange, FeeTier, Header, Ledger, MarginTier, Market, Order, Position, QueuedChange,
    QuoterSeat, Slot, Trader, Trigger,
};
use crate::describe::StructDesc;

/// Accounts: discriminator and layout.
pub const ACCOUNTS: &[([u8; 8], StructDesc)] = &[
    (Exchange::DISCRIMINATOR, Exchange::DESC),
    (Ledger::DISCRIMINATOR, Ledger::DESC),
    (Book::DISCRIMINATOR, Book::DESC),
    (Trader::DISCRIMINATOR, Trader::DESC),
    (QueuedChange::DISCRIMINATOR, QueuedChange::DESC),
];

/// Structs inside accounts.
pub const STRUCTS: &[StructDesc] = &[
    Header::DESC,
    FeeTier::DESC,
    Collateral::DESC,
    MarginTier::DESC,
    Market::DESC,
    Position::DESC,
    Slot::DESC,
    Order::DESC,
    QuoterSeat::DESC,
    Delegate::DESC,
    Trigger::DESC,
];
