//! `realize`: turns a position's profit into balance.

mod processor;

pub use processor::process;
