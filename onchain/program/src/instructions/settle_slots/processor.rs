//! Hands the request to the engine and reports either the orders cancelled or the positions closed.

use pinocchio::AccountView;
use quantdesk_engine::events::transfer_kind;
use quantdesk_engine::instructions::SettleSlots;
use quantdesk_engine::trading::{self, kind};

use crate::failure::Failure;
use crate::instructions::trading::{hand_in, report, visit};

/// # Errors
/// Those of the account checks and of [`trading::settle_slots`].
#[inline(never)]
pub fn process(accounts: &mut [AccountView], args: &SettleSlots) -> Result<(), Failure> {
    visit(accounts, args.market, false, |venue, signer, event_authority| {
        if trading::settle_slots(venue)? {
            hand_in(venue, transfer_kind::SETTLEMENT, signer, event_authority)
        } else {
            report(venue, kind::SETTLE_SLOTS, signer, event_authority)
        }
    })
}
