//! `create_market`: creates a market and its book.

mod accounts;
mod processor;

pub use processor::process;
