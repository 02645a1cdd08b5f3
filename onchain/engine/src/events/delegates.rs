//! Events of delegates.

use crate::event;
use crate::instructions::DelegateTerms;
use crate::units::Pubkey;

event! {
    /// A delegate was set; revoked when its `expires` is not 0 and not after `unix_ts`.
    pub struct DelegateSet {
        /// Owner.
        pub owner: Pubkey,
        /// Sub-account number.
        pub sub: u8,
        /// Who may do what.
        pub terms: DelegateTerms,
    }
}
