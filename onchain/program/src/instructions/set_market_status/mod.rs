//! `set_market_status`: restricts a market at once. Its accounts are in `authority/mod.rs`.

mod processor;

pub use processor::process;
