//! `park`: frees a flat trader's slot.

mod processor;

pub use processor::process;
