//! Converts and reports both sides.

use pinocchio::AccountView;
use quantdesk_engine::error::Error;
use quantdesk_engine::events::CollateralConverted;
use quantdesk_engine::instructions::ConvertCollateral;
use quantdesk_engine::money;
use quantdesk_engine::realize::convert;

use crate::clock::now;
use crate::event::{emit, next_event};
use crate::failure::Failure;
use crate::instructions::activate::Accounts;

/// # Errors
/// Those of the account checks and of [`convert`].
pub fn process(accounts: &mut [AccountView], args: &ConvertCollateral) -> Result<(), Failure> {
    let Accounts { exchange, ledger, trader, event_authority } = Accounts::parse(accounts)?;
    let (clock, slots) = (now()?, ledger.slots);
    let done = convert(exchange, slots, trader, args, clock)?;
    let after = money::balances(slots, trader)?;
    let debtor = slots.get(usize::from(args.slot)).ok_or(Error::BrokenInvariant)?;
    let left = debtor.collaterals.get(usize::from(args.collateral).wrapping_sub(1)).ok_or(Error::BrokenInvariant)?;
    let event = CollateralConverted {
        seq: next_event(exchange)?,
        slot: clock.slot,
        unix_ts: clock.unix,
        owner: trader.owner,
        sub: trader.sub,
        collateral: args.collateral,
        amount: done.amount,
        paid: done.paid,
        discount: done.discount,
        after,
        debtor_slot: args.slot,
        debtor_generation: args.generation,
        debtor_usdc: debtor.usdc.0,
        debtor_left: *left,
    };
    emit(CollateralConverted::DISCRIMINATOR, &event, event_authority)
}
