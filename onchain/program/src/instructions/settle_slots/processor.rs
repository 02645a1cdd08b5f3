//! Hands the request to the engine and reports either the orders cancelled or the positions closed.

use pinocchio::AccountView;
use quantdesk_engine::events::transfer_kind;
use quantdesk_engine::instructions::SettleSlots;
use quantdesk_engine::trading::{self, kind};

use crate::failure::Failure;
use crate::instructions::trading::{hand_in, open, report};

/// # Errors
/// Those of the account checks and of [`trading::settle_slots`].
#[inline(never)]
pub fn process(accounts: &mut [AccountView], args: &SettleSlots) -> Result<(), Failure> {
    let (mut venue, signer, event_authority) = open(accounts, args.market, false)?;
    match trading::settle_slots(&mut venue)? {
        Some(closed) => hand_in(&mut venue, transfer_kind::SETTLEMENT, signer, &closed, event_authority),
        None => report(&mut venue, kind::SETTLE_SLOTS, signer, event_authority),
    }
}
