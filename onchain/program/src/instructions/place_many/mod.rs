//! `place_many`: places up to 16 orders. Its accounts are those of every order instruction (`trading/accounts.rs`).

mod processor;

pub use processor::process;
