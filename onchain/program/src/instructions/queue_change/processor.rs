//! Checks the change and keeps it in an account of its own.

use pinocchio::{AccountView, cpi::Seed};
use quantdesk_engine::changes;
use quantdesk_engine::describe::from_bytes_mut;
use quantdesk_engine::error::Error;
use quantdesk_engine::events::ChangeQueued;
use quantdesk_engine::instructions::QueueChange;
use quantdesk_engine::state::{Header, LAYOUT_VERSION, QueuedChange, READY};
use quantdesk_engine::units::Pubkey;

use super::accounts::Accounts;
use crate::clock::now;
use crate::creation::Creation;
use crate::event::{emit, next_event};
use crate::failure::Failure;
use crate::id::ID;
use crate::loader::key;
use crate::seeds;

/// # Errors
/// Those of the account checks and of [`changes::perform`]; `WrongAddress` unless the number is the next.
#[inline(never)]
pub fn process(accounts: &mut [AccountView], args: &QueueChange<'_>) -> Result<(), Failure> {
    let Accounts { payer, admin, exchange, exchange_address, change: (account, bump), event_authority } =
        Accounts::parse(accounts, args.seq)?;
    if args.seq != exchange.change_seq.wrapping_add(1) {
        return Err(Error::WrongAddress.into());
    }
    exchange.change_seq = args.seq;
    let clock = now()?;
    changes::perform(exchange, &args.change.value, clock, false)?;
    let space = size_of::<QueuedChange>();
    let (number, bump_seed) = (args.seq.to_le_bytes(), [bump]);
    Creation { account, payer, owner: &ID, space, full_space: space }.run(&[
        Seed::from(seeds::CHANGE),
        Seed::from(exchange_address.as_ref()),
        Seed::from(&number),
        Seed::from(&bump_seed),
    ])?;
    // SAFETY: just created by this instruction, no other view of it.
    let data = unsafe { account.borrow_unchecked_mut() };
    let queued = from_bytes_mut::<QueuedChange>(data).ok_or(Error::BrokenInvariant)?;
    queued.header = Header {
        discriminator: QueuedChange::DISCRIMINATOR,
        layout_version: LAYOUT_VERSION,
        status: READY,
        bump,
        stride: 0,
    };
    queued.exchange = Pubkey(exchange_address.to_bytes());
    queued.seq = args.seq;
    queued.queued_at = clock.unix;
    queued.eta = clock.unix + changes::timelock(exchange);
    queued.payer = *key(payer);
    queued.length = args.change.bytes.len() as u16;
    queued.payload.get_mut(..args.change.bytes.len()).ok_or(Error::BrokenInvariant)?.copy_from_slice(args.change.bytes);
    let event = ChangeQueued {
        seq: next_event(exchange)?,
        slot: clock.slot,
        unix_ts: clock.unix,
        change_seq: args.seq,
        eta: queued.eta,
        by: *key(admin),
        change: args.change,
    };
    emit(ChangeQueued::DISCRIMINATOR, &event, event_authority)
}
