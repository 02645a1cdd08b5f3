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

/// `a * b`, or `None` when it needs more than 64 bits.
///
/// The VM has no instruction for the high half of a product, so an overflow check is a 128-bit
/// multiplication in software; two numbers of 32 bits need none.
#[inline(always)]
pub fn product(a: u64, b: u64) -> Option<u64> {
    if (a | b) >> 32 == 0 { Some(a.wrapping_mul(b)) } else { product_wide(a, b) }
}

#[cold]
#[inline(never)]
fn product_wide(a: u64, b: u64) -> Option<u64> {
    a.checked_mul(b)
}

/// Worth of `lots` at `price` quote atoms per lot, with the sign of `lots`.
#[inline(always)]
pub fn value_of(lots: i64, price: u64) -> Option<i64> {
    if lots.unsigned_abs() >> 31 == 0 && price >> 32 == 0 {
        return Some(lots.wrapping_mul(price as i64));
    }
    value_wide(lots, price)
}

#[cold]
#[inline(never)]
fn value_wide(lots: i64, price: u64) -> Option<i64> {
    lots.checked_mul(i64::try_from(price).ok()?)
}

/// `a * b / c`, or `None` when `c` is 0 or the result needs more than 64 bits.
#[inline(always)]
pub fn mul_div(a: u64, b: u64, c: u64, rounding: Rounding) -> Option<u64> {
    let narrow = (a | b) >> 32 == 0 || (a.min(b) >> 20 == 0 && a.max(b) >> 44 == 0);
    if !narrow || c == 0 {
        return mul_div_wide(a, b, c, rounding);
    }
    let product = a.wrapping_mul(b);
    Some(match rounding {
        Rounding::Down => product / c,
        Rounding::Up => product.div_ceil(c),
    })
}

/// `amount * rate` for a rate in 1e-6, rounded up, or `None` when it needs more than 64 bits.
///
/// The margin loops run on this: amounts under 2^44 ($17m) at rates under 2^20 (105 %) need neither
/// an overflow check nor 128 bits.
#[inline(always)]
pub fn share_up(amount: u64, rate: u32) -> Option<u64> {
    let rate = u64::from(rate);
    if amount < 1 << 44 && rate < 1 << 20 {
        return Some(amount.wrapping_mul(rate).wrapping_add(MILLION - 1) / MILLION);
    }
    mul_div_wide(amount, rate, MILLION, Rounding::Up)
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

#[cfg(test)]
mod tests {
    use super::*;

    const EDGES: [u64; 12] = [
        0,
        1,
        999_999,
        1_000_000,
        (1 << 20) - 1,
        1 << 20,
        (1 << 32) - 1,
        1 << 32,
        (1 << 44) - 1,
        1 << 44,
        1 << 53,
        u64::MAX,
    ];

    #[test]
    fn the_fast_paths_give_what_128_bits_give() {
        for a in EDGES {
            for b in EDGES {
                let wide = u128::from(a) * u128::from(b);
                assert_eq!(product(a, b), u64::try_from(wide).ok());
                for c in EDGES.into_iter().filter(|c| *c != 0) {
                    let down = u64::try_from(wide / u128::from(c)).ok();
                    assert_eq!(mul_div(a, b, c, Rounding::Down), down, "{a} * {b} / {c}");
                    let up = u64::try_from(wide.div_ceil(u128::from(c))).ok();
                    assert_eq!(mul_div(a, b, c, Rounding::Up), up, "{a} * {b} / {c}");
                }
                if let Ok(rate) = u32::try_from(b) {
                    let up = u64::try_from(wide.div_ceil(u128::from(MILLION))).ok();
                    assert_eq!(share_up(a, rate), up, "{a} * {rate}");
                }
            }
        }
    }

    #[test]
    fn a_value_has_the_sign_of_its_lots_and_never_wraps() {
        for lots in EDGES.into_iter().flat_map(|edge| [edge as i64, (edge as i64).wrapping_neg()]) {
            for price in EDGES {
                let wide = i128::from(lots) * i128::from(price);
                let expected = i64::try_from(wide).ok().filter(|_| i64::try_from(price).is_ok());
                assert_eq!(value_of(lots, price), expected, "{lots} at {price}");
            }
        }
    }
}
