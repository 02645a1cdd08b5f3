//! `auto_deleverage`: closes a bankrupt position against those who profit. Its accounts are those of every order instruction (`trading/accounts.rs`).

mod processor;

pub use processor::process;
