//! `add_collateral`: adds a collateral and creates its vault.

mod accounts;
mod processor;

pub use processor::process;
