//! `deposit`: brings money in.

mod accounts;
mod processor;

pub use processor::process;
