//! The exchange as pure functions over plain structs.
//!
//! Nothing here knows Solana: state structs are views of account bytes, operations take a clock
//! reading and a recorder for what happened, and every failure is one numbered [`error::Error`].
//! The declarations (`layout!`, `instruction!`, `event!`, ...) also describe themselves, and
//! `quantdesk-idl` writes those descriptions out as `idl/quantdesk.json`.
#![cfg_attr(not(test), no_std)]

pub mod authority;
pub mod book;
pub mod changes;
pub mod delegates;
pub mod describe;
pub mod error;
pub mod events;
pub mod funding;
pub mod governance;
pub mod instructions;
pub mod insurance;
pub mod invariants;
pub mod margin;
pub mod mark;
pub mod migration;
pub mod money;
pub mod now;
pub mod position;
pub mod prices;
pub mod pyth;
pub mod realize;
pub mod recorder;
pub mod slots;
pub mod state;
pub mod trading;
pub mod triggers;
pub mod units;
pub mod upkeep;
pub mod vesting;
