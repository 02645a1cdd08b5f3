//! `liquidate`: reduces a position of an account under maintenance margin. Its accounts are those of every order instruction (`trading/accounts.rs`).

mod processor;

pub use processor::process;
