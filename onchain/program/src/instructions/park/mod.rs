//! `park`: frees a flat trader's slot.

mod accounts;
mod processor;

pub use processor::process;
