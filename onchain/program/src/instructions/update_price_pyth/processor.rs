//! Gives the price to its market and reports what became of it.

use pinocchio::AccountView;
use quantdesk_engine::describe::{Encode, Writer};
use quantdesk_engine::error::Error;
use quantdesk_engine::instructions::UpdatePricePyth;
use quantdesk_engine::pyth;

use crate::clock::now;
use crate::failure::Failure;
use crate::heap;
use crate::instructions::pyth::Accounts;
use crate::instructions::update_price::report;

/// # Errors
/// Those of the account checks and of [`pyth::update_market`].
pub fn process(accounts: &mut [AccountView], args: &UpdatePricePyth) -> Result<(), Failure> {
    let Accounts { exchange, price, event_authority } = Accounts::parse(accounts)?;
    let now = now()?;
    // SAFETY: once per instruction.
    let region = unsafe { heap::record_region() };
    let mut records = Writer::new(region);
    pyth::update_market(exchange, args.market, price, now)?.encode(&mut records);
    let length = records.finish().ok_or(Error::EventTooLarge)?;
    report(exchange, &region[..length], now, event_authority)
}
