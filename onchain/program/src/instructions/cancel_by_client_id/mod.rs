//! `cancel_by_client_id`: cancels an order by the client's own number. Its accounts are those of every order instruction (`trading/accounts.rs`).

mod processor;

pub use processor::process;
