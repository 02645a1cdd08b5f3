//! `cancel_trigger`: removes a waiting trigger. Its accounts are in `seated/mod.rs`.

mod processor;

pub use processor::process;
