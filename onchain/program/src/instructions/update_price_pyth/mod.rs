//! `update_price_pyth`: takes a market's price or anchor from Pyth.

mod processor;

pub use processor::process;
