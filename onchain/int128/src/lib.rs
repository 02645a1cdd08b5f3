//! The functions that compiled code calls by name on the Solana VM.
//!
//! LLVM 23 expects the 128-bit library functions to return their result in two registers, while
//! rustc 1.96 returns it through a hidden pointer (rust-lang/rust issue 161633): every `u128`
//! product, quotient and remainder would fault. `extern "unadjusted"` hands the value to LLVM as
//! it is, so the five functions are declared so here, and only for `target_arch = "bpf"`.
//!
//! The arithmetic itself ([`wide`]) is plain Rust without 128-bit operators. It is tested natively
//! against `u128`, and the whole crate is tested in the VM by `tests/unit/program_shell`.
#![cfg_attr(target_arch = "bpf", no_std)]
#![cfg_attr(target_arch = "bpf", feature(abi_unadjusted), allow(internal_features))]

pub mod wide;

#[cfg(target_arch = "bpf")]
mod arithmetic;
#[cfg(target_arch = "bpf")]
mod floats;
#[cfg(target_arch = "bpf")]
mod memory;
