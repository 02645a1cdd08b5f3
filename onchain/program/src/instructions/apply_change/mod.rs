//! `apply_change`: applies a queued change that is due.

mod accounts;
mod processor;

pub use accounts::Queued;
pub use processor::process;
