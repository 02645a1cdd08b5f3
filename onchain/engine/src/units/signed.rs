//! Signed sums for the hot path.
//!
//! The VM has no overflow flag. For `+` and `-` of signed numbers the compiler compares twice and joins the results,
//! ten instructions in all; the sign bits tell the same in six. What runs for each position and each fill uses these.

/// `a + b`. Panics when it overflows, as `+` does.
#[inline(always)]
pub fn sum(a: i64, b: i64) -> i64 {
    let sum = a.wrapping_add(b);
    // Overflow: the sum's sign is neither operand's.
    if (a ^ sum) & (b ^ sum) < 0 {
        overflow();
    }
    sum
}

/// `a - b`. Panics when it overflows, as `-` does.
#[inline(always)]
pub fn difference(a: i64, b: i64) -> i64 {
    let difference = a.wrapping_sub(b);
    // Overflow: the operands' signs differ, and the difference does not have the first one's.
    if (a ^ b) & (a ^ difference) < 0 {
        overflow();
    }
    difference
}

#[cold]
#[inline(never)]
fn overflow() -> ! {
    panic!("attempt to add or subtract with overflow")
}

#[cfg(test)]
mod tests {
    use super::*;

    const EDGES: [i64; 9] = [i64::MIN, i64::MIN + 1, -(1 << 53), -1, 0, 1, 1 << 53, i64::MAX - 1, i64::MAX];

    #[test]
    fn they_give_what_checked_operators_give_and_panic_where_those_have_nothing() {
        std::panic::set_hook(std::boxed::Box::new(|_| {}));
        for a in EDGES {
            for b in EDGES {
                assert_eq!(std::panic::catch_unwind(|| sum(a, b)).ok(), a.checked_add(b), "{a} + {b}");
                assert_eq!(std::panic::catch_unwind(|| difference(a, b)).ok(), a.checked_sub(b), "{a} - {b}");
            }
        }
    }
}
