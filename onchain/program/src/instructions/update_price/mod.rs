//! `update_price`: posts signed prices.

mod accounts;
mod processor;

pub use processor::{process, report};
