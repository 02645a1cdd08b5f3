//! `open_exchange`: opens the exchange for deposits, for good.

mod accounts;
mod processor;

pub use processor::process;
