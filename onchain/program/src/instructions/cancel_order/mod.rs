//! `cancel_order`: cancels an order by its id. Its accounts are those of every order instruction (`trading/accounts.rs`).

mod processor;

pub use processor::process;
