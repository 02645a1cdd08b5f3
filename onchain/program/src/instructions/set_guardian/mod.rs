//! `set_guardian`: replaces the guardian. Its accounts are in `authority/mod.rs`.

mod processor;

pub use processor::process;
