//! 128-bit multiplication and division from 64-bit parts.
//!
//! Source of the division: Knuth, The Art of Computer Programming, volume 2, section 4.3.1,
//! algorithm D, with 32-bit digits.

const LOW_32: u64 = 0xffff_ffff;
const BASE: u64 = 1 << 32;

/// A 128-bit number as two 64-bit halves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wide {
    /// The upper 64 bits.
    pub high: u64,
    /// The lower 64 bits.
    pub low: u64,
}

impl Wide {
    /// Splits a native number.
    #[inline(always)]
    #[must_use]
    pub const fn from_u128(value: u128) -> Self {
        Self { high: (value >> 64) as u64, low: value as u64 }
    }

    /// Joins the halves.
    #[inline(always)]
    #[must_use]
    pub const fn to_u128(self) -> u128 {
        (self.high as u128) << 64 | self.low as u128
    }
}

/// `a * b`, exact.
#[inline(always)]
#[must_use]
pub fn multiply_u64(a: u64, b: u64) -> Wide {
    let (a_high, a_low) = (a >> 32, a & LOW_32);
    let (b_high, b_low) = (b >> 32, b & LOW_32);
    let low = a_low.wrapping_mul(b_low);
    // Each term is under 2^64: (2^32 - 1)^2 + 2 * (2^32 - 1) = 2^64 - 1.
    let middle = a_high.wrapping_mul(b_low).wrapping_add(low >> 32);
    let carried = a_low.wrapping_mul(b_high).wrapping_add(middle & LOW_32);
    Wide {
        high: a_high.wrapping_mul(b_high).wrapping_add(middle >> 32).wrapping_add(carried >> 32),
        low: (carried << 32) | (low & LOW_32),
    }
}

/// `a * b` modulo 2^128 (the same bits for signed and unsigned operands).
#[inline(always)]
#[must_use]
pub fn multiply(a: Wide, b: Wide) -> Wide {
    let product = multiply_u64(a.low, b.low);
    let cross = a.high.wrapping_mul(b.low).wrapping_add(a.low.wrapping_mul(b.high));
    Wide { high: product.high.wrapping_add(cross), low: product.low }
}

/// One 32-bit digit of the quotient: `top * 2^32 + digit` over the normalised `divisor`, with
/// `top < divisor`. Returns the digit and what remains of `top`.
#[inline(always)]
fn quotient_digit(top: u64, digit: u64, divisor: u64) -> (u64, u64) {
    let (divisor_high, divisor_low) = (divisor >> 32, divisor & LOW_32);
    let mut guess = top / divisor_high;
    let mut rest = top.wrapping_sub(guess.wrapping_mul(divisor_high));
    // The guess is at most two too large.
    while guess >= BASE || guess.wrapping_mul(divisor_low) > ((rest << 32) | digit) {
        guess = guess.wrapping_sub(1);
        rest = rest.wrapping_add(divisor_high);
        if rest >= BASE {
            break;
        }
    }
    let remainder = (top << 32).wrapping_add(digit).wrapping_sub(guess.wrapping_mul(divisor));
    (guess, remainder)
}

/// `value / divisor` and the remainder, for `value.high < divisor` (so that the quotient fits).
#[inline(always)]
fn divide_by_u64(value: Wide, divisor: u64) -> (u64, u64) {
    let shift = divisor.leading_zeros();
    let divisor = divisor << shift;
    let (high, low) = if shift == 0 {
        (value.high, value.low)
    } else {
        ((value.high << shift) | (value.low >> (64 - shift)), value.low << shift)
    };
    let (first, rest) = quotient_digit(high, low >> 32, divisor);
    let (second, rest) = quotient_digit(rest, low & LOW_32, divisor);
    // The first digit is under 2^32 because value.high < divisor.
    ((first << 32) | second, rest >> shift)
}

/// Quotient and remainder for a divisor of more than 64 bits: the quotient has one 64-bit digit.
#[inline(always)]
fn divide_by_large(value: Wide, divisor: Wide) -> (Wide, Wide) {
    let shift = divisor.high.leading_zeros();
    // The divisor's top 64 bits, normalised.
    let top = if shift == 0 { divisor.high } else { (divisor.high << shift) | (divisor.low >> (64 - shift)) };
    // value / 2 over the top keeps the guess inside 64 bits; it is at most one too large once
    // scaled back, and starting one lower makes it at most one too small.
    let half = Wide { high: value.high >> 1, low: (value.high << 63) | (value.low >> 1) };
    let (guess, _) = divide_by_u64(half, top);
    let mut quotient = (guess >> (63 - shift)).saturating_sub(1);
    let mut rest = subtract(value, multiply(divisor, Wide { high: 0, low: quotient }));
    if !less(rest, divisor) {
        quotient = quotient.wrapping_add(1);
        rest = subtract(rest, divisor);
    }
    (Wide { high: 0, low: quotient }, rest)
}

#[inline(always)]
fn less(a: Wide, b: Wide) -> bool {
    a.high < b.high || (a.high == b.high && a.low < b.low)
}

#[inline(always)]
fn subtract(a: Wide, b: Wide) -> Wide {
    let (low, borrow) = a.low.overflowing_sub(b.low);
    Wide { high: a.high.wrapping_sub(b.high).wrapping_sub(u64::from(borrow)), low }
}

/// Quotient and remainder of unsigned numbers. The compiler checks the divisor for zero before it
/// calls; a zero here gives zeros.
#[inline(always)]
#[must_use]
pub fn divide(value: Wide, divisor: Wide) -> (Wide, Wide) {
    let zero = Wide { high: 0, low: 0 };
    if divisor.high != 0 {
        if less(value, divisor) {
            return (zero, value);
        }
        return divide_by_large(value, divisor);
    }
    if divisor.low == 0 {
        return (zero, zero);
    }
    if value.high == 0 {
        let quotient = value.low / divisor.low;
        let rest = value.low.wrapping_sub(quotient.wrapping_mul(divisor.low));
        return (Wide { high: 0, low: quotient }, Wide { high: 0, low: rest });
    }
    let high = value.high / divisor.low;
    let rest = value.high.wrapping_sub(high.wrapping_mul(divisor.low));
    let (low, rest) = divide_by_u64(Wide { high: rest, low: value.low }, divisor.low);
    (Wide { high, low }, Wide { high: 0, low: rest })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A small generator: the test needs odd bit patterns, not good randomness.
    fn next(state: &mut u64) -> u64 {
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        *state
    }

    fn operand(state: &mut u64) -> u128 {
        let value = (u128::from(next(state)) << 64) | u128::from(next(state));
        let edge = [0, 1, u128::MAX, 1 << 64, (1 << 64) - 1, 1 << 127, 1 << 63];
        match next(state) % 8 {
            0 => edge[(next(state) % 7) as usize],
            1 => !(value >> (next(state) % 128)),
            _ => value >> (next(state) % 128),
        }
    }

    #[test]
    fn products_and_quotients_equal_those_of_native_128_bit_numbers() {
        let mut state = 0x9e37_79b9_7f4a_7c15;
        for _ in 0..2_000_000 {
            let (a, b) = (operand(&mut state), operand(&mut state));
            let (wide_a, wide_b) = (Wide::from_u128(a), Wide::from_u128(b));
            assert_eq!(multiply(wide_a, wide_b).to_u128(), a.wrapping_mul(b));
            let (quotient, rest) = divide(wide_a, wide_b);
            assert_eq!(quotient.to_u128(), a.checked_div(b).unwrap_or(0), "{a} / {b}");
            assert_eq!(rest.to_u128(), a.checked_rem(b).unwrap_or(0), "{a} % {b}");
        }
    }
}
