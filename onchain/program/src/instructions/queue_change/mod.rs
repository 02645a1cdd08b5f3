//! `queue_change`: queues a change.

mod accounts;
mod processor;

pub use processor::process;
