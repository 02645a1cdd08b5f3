//! Seeds of the derived addresses.

/// `exchange`, id u16 little endian.
pub const EXCHANGE: &[u8] = b"exchange";
/// `ledger`, exchange, index u8.
pub const LEDGER: &[u8] = b"ledger";
/// `book`, exchange, market u16 little endian.
pub const BOOK: &[u8] = b"book";
/// `vault`, exchange, mint.
pub const VAULT: &[u8] = b"vault";
/// `trader`, exchange, owner, sub u8.
pub const TRADER: &[u8] = b"trader";
/// `change`, exchange, number u64 little endian.
pub const CHANGE: &[u8] = b"change";
/// Index of the one ledger.
pub const LEDGER_INDEX: [u8; 1] = [0];
