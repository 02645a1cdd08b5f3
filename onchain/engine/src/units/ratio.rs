//! `a * b / c` with a named rounding: 64 bits when they suffice, else 128.

/// One as a rate in 1e-6.
pub const MILLION: u64 = 1_000_000;

/// Which way a division that does not come out even goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// Towards minus infinity.
    Down,
    /// Towards plus infinity.
    Up,
}

/// `a * b / c`, or `None` when `c` is 0 or the result needs more than 64 bits.
#[inline(always)]
pub fn mul_div(a: u64, b: u64, c: u64, rounding: Rounding) -> Option<u64> {
    match a.checked_mul(b) {
        Some(product) if c != 0 => Some(match rounding {
            Rounding::Down => product / c,
            Rounding::Up => product.div_ceil(c),
        }),
        _ => mul_div_wide(a, b, c, rounding),
    }
}

#[cold]
#[inline(never)]
fn mul_div_wide(a: u64, b: u64, c: u64, rounding: Rounding) -> Option<u64> {
    if c == 0 {
        return None;
    }
    let product = u128::from(a) * u128::from(b);
    let divisor = u128::from(c);
    let quotient = match rounding {
        Rounding::Down => product / divisor,
        Rounding::Up => product.div_ceil(divisor),
    };
    u64::try_from(quotient).ok()
}

/// `a * b / c` for a signed `a`; the rounding is of the signed result.
#[inline(always)]
pub fn mul_div_signed(a: i64, b: u64, c: u64, rounding: Rounding) -> Option<i64> {
    if a >= 0 {
        i64::try_from(mul_div(a.unsigned_abs(), b, c, rounding)?).ok()
    } else {
        let mirrored = match rounding {
            Rounding::Down => Rounding::Up,
            Rounding::Up => Rounding::Down,
        };
        let size = i64::try_from(mul_div(a.unsigned_abs(), b, c, mirrored)?).ok()?;
        Some(-size)
    }
}
