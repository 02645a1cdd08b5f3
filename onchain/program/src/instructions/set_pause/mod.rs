//! `set_pause`: sets what is refused. Its accounts are in `authority/mod.rs`.

mod processor;

pub use processor::process;
