//! `cancel_all`: cancels a trader's orders of a market. Its accounts are those of every order instruction (`trading/accounts.rs`).

mod processor;

pub use processor::process;
