//! `prune_expired`: removes expired orders. Its accounts are those of every order instruction (`trading/accounts.rs`).

mod processor;

pub use processor::process;
