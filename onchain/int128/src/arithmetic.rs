//! The five 128-bit functions under the names and the calling convention that LLVM expects.

use crate::wide::{Wide, divide, multiply};

/// `a * b` modulo 2^128.
#[unsafe(no_mangle)]
pub extern "unadjusted" fn __multi3(a: u128, b: u128) -> u128 {
    multiply(Wide::from_u128(a), Wide::from_u128(b)).to_u128()
}

/// `a / b`, unsigned.
#[unsafe(no_mangle)]
pub extern "unadjusted" fn __udivti3(a: u128, b: u128) -> u128 {
    divide(Wide::from_u128(a), Wide::from_u128(b)).0.to_u128()
}

/// `a % b`, unsigned.
#[unsafe(no_mangle)]
pub extern "unadjusted" fn __umodti3(a: u128, b: u128) -> u128 {
    divide_once(Wide::from_u128(a), Wide::from_u128(b)).1.to_u128()
}

/// `a / b`, signed, towards zero.
#[unsafe(no_mangle)]
pub extern "unadjusted" fn __divti3(a: i128, b: i128) -> i128 {
    let (quotient, _) = divide_once(Wide::from_u128(magnitude(a)), Wide::from_u128(magnitude(b)));
    signed(quotient.to_u128(), (a < 0) != (b < 0))
}

/// `a % b`, signed, with the sign of `a`.
#[unsafe(no_mangle)]
pub extern "unadjusted" fn __modti3(a: i128, b: i128) -> i128 {
    let (_, rest) = divide_once(Wide::from_u128(magnitude(a)), Wide::from_u128(magnitude(b)));
    signed(rest.to_u128(), a < 0)
}

/// Only the unsigned quotient is computed often: the others share one copy of the division.
#[inline(never)]
fn divide_once(a: Wide, b: Wide) -> (Wide, Wide) {
    divide(a, b)
}

#[inline(always)]
fn magnitude(value: i128) -> u128 {
    if value < 0 { (value as u128).wrapping_neg() } else { value as u128 }
}

#[inline(always)]
fn signed(magnitude: u128, negative: bool) -> i128 {
    if negative { magnitude.wrapping_neg() as i128 } else { magnitude as i128 }
}
