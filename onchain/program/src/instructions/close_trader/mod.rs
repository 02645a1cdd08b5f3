//! `close_trader`: closes an empty sub-account.

mod accounts;
mod processor;

pub use processor::process;
