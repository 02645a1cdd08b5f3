//! `deposit_insurance`: gives USDC to the insurance fund.

mod accounts;
mod processor;

pub use processor::process;
