//! `take_over`: assumes part of a position of an account in trouble. Its accounts are those of every order instruction (`trading/accounts.rs`).

mod processor;

pub use processor::process;
