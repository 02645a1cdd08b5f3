//! `set_dead_man`: sets the slot past which a trader's orders are dead.

mod processor;

pub use processor::process;
