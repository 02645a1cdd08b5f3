//! The five 128-bit functions under the names and the calling convention that LLVM expects.

use crate::wide::{Wide, divide, multiply};

/// `a * b` modulo 2^128.
#[unsafe(no_mangle)]
pub extern "unadjusted" fn __multi3(a: u128, b: u128) -> u128 {
    multiply(Wide::from_u128(a), Wide::from_u128(b)).to_u128()
}

/// `a / b`, unsigned. The one copy of the division: the three below call it.
#[inline(never)]
#[unsafe(no_mangle)]
pub extern "unadjusted" fn __udivti3(a: u128, b: u128) -> u128 {
    divide(Wide::from_u128(a), Wide::from_u128(b)).0.to_u128()
}

/// `a % b`, unsigned.
#[unsafe(no_mangle)]
pub extern "unadjusted" fn __umodti3(a: u128, b: u128) -> u128 {
    a.wrapping_sub(__multi3(__udivti3(a, b), b))
}

/// `a / b`, signed, towards zero.
#[unsafe(no_mangle)]
pub extern "unadjusted" fn __divti3(a: i128, b: i128) -> i128 {
    signed(__udivti3(magnitude(a), magnitude(b)), (a < 0) != (b < 0))
}

/// `a % b`, signed, with the sign of `a`.
#[unsafe(no_mangle)]
pub extern "unadjusted" fn __modti3(a: i128, b: i128) -> i128 {
    signed(__umodti3(magnitude(a), magnitude(b)), a < 0)
}

#[inline(always)]
fn magnitude(value: i128) -> u128 {
    if value < 0 { (value as u128).wrapping_neg() } else { value as u128 }
}

#[inline(always)]
fn signed(magnitude: u128, negative: bool) -> i128 {
    if negative { magnitude.wrapping_neg() as i128 } else { magnitude as i128 }
}
