//! Quantities: integers that name their unit, and the one division that names its rounding.

mod quantity;
mod ratio;
mod signed;

pub use quantity::{BaseLots, FundingIndex, LotPrice, Pubkey, QuoteAtoms, Ticks};
pub use ratio::{MILLION, Rounding, mul_div, mul_div_signed, mul_div_wide, product, share_up, value_of};
pub use signed::{difference, sum};

/// Largest notional of a position in quote atoms (2^53), so that foreign floats stay exact.
pub const MAX_NOTIONAL: u64 = 1 << 53;
