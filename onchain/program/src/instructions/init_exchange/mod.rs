//! `init_exchange`: creates an exchange and its ledger.

mod accounts;
mod processor;

pub use processor::process;
