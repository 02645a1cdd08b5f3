//! `replace_many`: cancels up to 16 orders, then places up to 16. Its accounts are those of every order instruction (`trading/accounts.rs`).

mod processor;

pub use processor::process;
