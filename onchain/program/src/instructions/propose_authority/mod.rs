//! `propose_authority`: names the next admin. Its accounts are in `authority/mod.rs`.

mod processor;

pub use processor::process;
