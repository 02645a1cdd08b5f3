//! `update_collateral_price`: takes a collateral's price from Pyth.

mod processor;

pub use processor::process;
