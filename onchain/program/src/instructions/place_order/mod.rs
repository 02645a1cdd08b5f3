//! `place_order`: places an order. Its accounts are those of every order instruction (`trading/accounts.rs`).

mod processor;

pub use processor::process;
