//! `sweep_fees`: takes collected fees out.

mod accounts;
mod processor;

pub use processor::process;
