//! `modify_order`: changes a resting order. Its accounts are those of every order instruction (`trading/accounts.rs`).

mod processor;

pub use processor::process;
