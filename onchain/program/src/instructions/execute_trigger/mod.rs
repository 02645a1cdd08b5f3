//! `execute_trigger`: sends the order of a trigger that the mark has reached. Its accounts are those of every order instruction
//! (`trading/accounts.rs`).

mod processor;

pub use processor::process;
