//! `activate`: takes a slot in the ledger.

mod accounts;
mod processor;

pub use accounts::Accounts;
pub use processor::process;
