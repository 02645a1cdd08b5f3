//! `place_trigger`: lets an order wait for the mark price. Its accounts are in `seated/mod.rs`.

mod processor;

pub use processor::process;
