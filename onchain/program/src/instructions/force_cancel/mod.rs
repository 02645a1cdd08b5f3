//! `force_cancel`: cancels the orders of an account in trouble. Its accounts are those of every order instruction (`trading/accounts.rs`).

mod processor;

pub use processor::process;
