//! `withdraw`: takes money out.

mod accounts;
mod processor;

pub use processor::process;
