//! `settle_slots`: closes positions of a market that settles. Its accounts are those of every order instruction (`trading/accounts.rs`).

mod processor;

pub use processor::process;
