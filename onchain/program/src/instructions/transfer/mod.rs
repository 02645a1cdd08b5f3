//! `transfer`: moves money between an owner's sub-accounts.

mod accounts;
mod processor;

pub use processor::process;
