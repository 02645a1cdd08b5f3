//! One failure type for the shell: the number that the entry point returns.

use core::num::NonZeroU64;

use pinocchio::error::ProgramError;
use quantdesk_engine::error::Error;

/// Why an instruction was refused: a number of the IDL's error list, or what the runtime or a called program
/// returned. One word, so that `Result<(), Failure>` is the program's exit code itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure(NonZeroU64);

impl Failure {
    /// The number, as the runtime reads it.
    #[inline(always)]
    #[must_use]
    pub const fn code(self) -> u64 {
        self.0.get()
    }

    #[inline(always)]
    fn of(code: u64) -> Self {
        Self(NonZeroU64::new(code).unwrap_or(NonZeroU64::MAX))
    }
}

impl From<Error> for Failure {
    #[inline(always)]
    fn from(error: Error) -> Self {
        Self::of(error as u64)
    }
}

impl From<ProgramError> for Failure {
    #[cold]
    #[inline(never)]
    fn from(error: ProgramError) -> Self {
        Self::of(u64::from(error))
    }
}
