//! One failure type for the shell: the engine's numbered error, or what a called program returned.

use pinocchio::error::ProgramError;
use quantdesk_engine::error::Error;

/// Why an instruction was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// A condition of the exchange failed: a number of the IDL's error list.
    Refused(Error),
    /// The runtime or a called program failed.
    Runtime(ProgramError),
}

impl From<Error> for Failure {
    #[inline(always)]
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

impl From<ProgramError> for Failure {
    #[inline(always)]
    fn from(error: ProgramError) -> Self {
        Self::Runtime(error)
    }
}

impl From<Failure> for ProgramError {
    #[cold]
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(error) => Self::Custom(error as u32),
            Failure::Runtime(error) => error,
        }
    }
}
