//! `grow_account`: grows an account by one step.

mod accounts;
mod processor;

pub use processor::process;
