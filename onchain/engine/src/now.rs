//! A reading of the chain's clock.

/// Slot and time of the running instruction; one is never computed from the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Slot.
    pub slot: u64,
    /// Unix time in seconds.
    pub unix: i64,
}
