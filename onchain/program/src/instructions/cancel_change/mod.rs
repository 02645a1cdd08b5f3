//! `cancel_change`: drops a queued change. Its accounts are those of `apply_change` behind a signer.

mod processor;

pub use processor::process;
