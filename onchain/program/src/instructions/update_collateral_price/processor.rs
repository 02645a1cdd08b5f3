//! Gives the price to its collateral and reports it.

use pinocchio::AccountView;
use quantdesk_engine::events::CollateralPriceUpdated;
use quantdesk_engine::instructions::UpdateCollateralPrice;
use quantdesk_engine::{money, pyth};

use crate::clock::now;
use crate::event::{emit, next_event};
use crate::failure::Failure;
use crate::instructions::pyth::Accounts;

/// # Errors
/// Those of the account checks and of [`pyth::update_collateral`].
pub fn process(accounts: &mut [AccountView], args: &UpdateCollateralPrice) -> Result<(), Failure> {
    let Accounts { exchange, price, event_authority } = Accounts::parse(accounts)?;
    let clock = now()?;
    let flags = pyth::update_collateral(exchange, args.collateral, price, clock)?;
    let seq = next_event(exchange)?;
    let known = money::collateral(exchange, args.collateral)?;
    let event = CollateralPriceUpdated {
        seq,
        slot: clock.slot,
        unix_ts: clock.unix,
        collateral: args.collateral,
        price: known.price,
        confidence: known.confidence,
        publish_ms: known.publish_ms,
        flags,
    };
    emit(CollateralPriceUpdated::DISCRIMINATOR, &event, event_authority)
}
