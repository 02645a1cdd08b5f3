//! `migrate`: brings an account to this program's layout.

mod processor;

pub use processor::process;
