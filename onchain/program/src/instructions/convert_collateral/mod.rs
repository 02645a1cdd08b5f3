//! `convert_collateral`: pays an account's debt and takes collateral for it.

mod processor;

pub use processor::process;
