//! `open_trader`: creates a sub-account.

mod accounts;
mod processor;

pub use processor::process;
