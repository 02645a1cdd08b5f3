//! Who may do what: admin, guardian, pause.

use super::accounts::*;
use crate::describe::AccountDesc;
use crate::instruction;
use crate::units::Pubkey;

const ADMINISTERED: &[AccountDesc] = &[ADMIN, EXCHANGE, EVENT_AUTHORITY, PROGRAM];
const SIGNED: &[AccountDesc] = &[AUTHORITY, EXCHANGE, EVENT_AUTHORITY, PROGRAM];

instruction! {
    /// Names the next admin, who has to accept. Naming nobody (zero) withdraws the offer.
    pub propose_authority ProposeAuthority {
        /// The next admin.
        pub admin: Pubkey,
    }
    accounts ADMINISTERED;

    /// The named next admin takes over.
    pub accept_authority AcceptAuthority {}
    accounts SIGNED;

    /// Replaces the guardian: signed by the guardian, before opening also by the admin.
    pub set_guardian SetGuardian {
        /// The guardian.
        pub guardian: Pubkey,
    }
    accounts SIGNED;

    /// Sets what is refused. The guardian may only add to it; the admin may also take away, and then
    /// matching and liquidation rest for 60 seconds. Cancels, deposits and orders that reduce are
    /// never refused, and withdrawals for at most three days of seven.
    pub set_pause SetPause {
        /// Bits: 1 orders that may add risk, 2 withdrawals, 4 new traders and activations, 8 liquidation.
        pub paused: u32,
    }
    accounts SIGNED;
}
