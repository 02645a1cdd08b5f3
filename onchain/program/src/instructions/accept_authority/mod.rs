//! `accept_authority`: the next admin takes over. Its accounts are in `authority/mod.rs`.

mod processor;

pub use processor::process;
