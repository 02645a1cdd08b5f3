//! `set_delegate`: lets another key trade for an owner within limits, or takes the right away.

mod accounts;
mod processor;

pub use processor::process;
