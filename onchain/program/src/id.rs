//! The program's address and the address that signs its events.
//!
//! Both are compiled in: an event's signer is then compared, not derived (1,500 units). Nobody holds a key of the
//! default address; it is off the curve. A public deployment puts its own here and rebuilds.

use pinocchio::Address;

/// `QuantDeskPerp111111111111111111111111111111`.
pub const ID: Address = Address::new_from_array([
    6, 31, 208, 95, 1, 222, 58, 13, 11, 163, 128, 97, 134, 187, 152, 92, 243, 224, 208, 104, 185, 151, 36, 217, 60,
    129, 240, 45, 64, 0, 0, 0,
]);

/// Seed of the address that signs events (Anchor's convention).
pub const EVENT_AUTHORITY_SEED: &[u8] = b"__event_authority";

/// Bump of the address that signs events.
pub const EVENT_AUTHORITY_BUMP: u8 = 254;

/// `ATBAbLdMdZ26aVQSZnJ7mx1QsLa9LzLM8W33p7an4mAx`: the address that signs events.
pub const EVENT_AUTHORITY: Address = Address::new_from_array([
    140, 109, 199, 4, 2, 224, 222, 211, 48, 247, 28, 45, 21, 30, 246, 187, 178, 247, 251, 173, 77, 69, 89, 231, 19, 99,
    2, 132, 8, 23, 125, 89,
]);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_event_authority_is_the_first_address_derived_from_the_seed_and_the_program() {
        let derived = Address::find_program_address(&[EVENT_AUTHORITY_SEED], &ID);
        assert_eq!(derived, (EVENT_AUTHORITY, EVENT_AUTHORITY_BUMP));
    }
}
