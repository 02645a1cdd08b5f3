//! `resolve_bankruptcy`: insurance pays what an account owes and does not have. Its accounts are those of every order instruction (`trading/accounts.rs`).

mod processor;

pub use processor::process;
