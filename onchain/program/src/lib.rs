//! The Solana shell of the exchange: accounts, tokens, events. The rules are in `quantdesk-engine`.
//!
//! | file | |
//! |---|---|
//! | `instructions/<name>/` | `accounts.rs` parses and verifies, `processor.rs` does the work |
//! | `loader.rs` | raw accounts into typed ones |
//! | `event.rs`, `heap.rs` | one event per instruction, put together without an allocator |
//! | `creation.rs`, `growth.rs`, `seeds.rs` | accounts at derived addresses, and those over 10,240 bytes |
//! | `vault.rs` | token accounts |
//! | `failure.rs`, `id.rs`, `clock.rs` | errors, addresses, time |
#![cfg_attr(target_arch = "bpf", no_std)]

pub mod clock;
pub mod creation;
pub mod event;
pub mod failure;
pub mod growth;
pub mod heap;
pub mod id;
pub mod instructions;
pub mod loader;
pub mod seeds;
pub mod vault;

use pinocchio::AccountView;
use quantdesk_engine::error::Error;
use quantdesk_engine::events::EVENT_TAG;
use quantdesk_engine::instructions as args;

use failure::Failure;

#[cfg(target_arch = "bpf")]
mod entry {
    use core::mem::MaybeUninit;

    use pinocchio::{AccountView, entrypoint::deserialize};

    // Linked for the functions that compiled code calls by name.
    extern crate quantdesk_int128 as _;
    pinocchio::no_allocator!();

    /// Accounts that are looked at; no instruction takes more, and each counts them.
    const MOST_ACCOUNTS: usize = 16;

    /// What the VM calls; returns 0 or why the instruction was refused.
    ///
    /// # Safety
    /// `input` is what the runtime serialized.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn entrypoint(input: *mut u8) -> u64 {
        let mut accounts = [const { MaybeUninit::<AccountView>::uninit() }; MOST_ACCOUNTS];
        // SAFETY: the caller's promise.
        let (_, count, data) = unsafe { deserialize::<MOST_ACCOUNTS>(input, &mut accounts) };
        // SAFETY: `deserialize` wrote the first `count` of them.
        let accounts = unsafe { core::slice::from_raw_parts_mut(accounts.as_mut_ptr().cast(), count) };
        match super::process(accounts, data) {
            Ok(()) => 0,
            Err(failure) => failure.code(),
        }
    }

    /// Stops the program. What and where is not told: saying it costs a tenth of the program's size,
    /// and every refusal that can be foreseen has a numbered error.
    #[panic_handler]
    fn stop(_: &core::panic::PanicInfo<'_>) -> ! {
        // SAFETY: ends the program.
        unsafe { pinocchio::syscalls::abort() }
    }
}

/// Runs one instruction.
///
/// # Errors
/// A numbered error of the engine, or what the runtime or a called program returned.
#[inline(always)]
pub fn process(accounts: &mut [AccountView], data: &[u8]) -> Result<(), Failure> {
    match data.split_first_chunk::<8>() {
        Some((tag, data)) => dispatch(u64::from_le_bytes(*tag), accounts, data),
        None => Err(Error::UnknownInstruction.into()),
    }
}

const EVENT: u64 = u64::from_le_bytes(EVENT_TAG);

#[inline(always)]
fn dispatch(tag: u64, accounts: &mut [AccountView], data: &[u8]) -> Result<(), Failure> {
    use instructions::*;
    match tag {
        args::PlaceOrder::TAG => place_order::process(accounts, &decode(data)?),
        args::PlaceMany::TAG => place_many::process(accounts, &decode(data)?),
        args::ReplaceMany::TAG => replace_many::process(accounts, &decode(data)?),
        args::CancelOrder::TAG => cancel_order::process(accounts, &decode(data)?),
        args::CancelByClientId::TAG => cancel_by_client_id::process(accounts, &decode(data)?),
        args::CancelAll::TAG => cancel_all::process(accounts, &decode(data)?),
        args::ModifyOrder::TAG => modify_order::process(accounts, &decode(data)?),
        args::PruneExpired::TAG => prune_expired::process(accounts, &decode(data)?),
        args::ForceCancel::TAG => force_cancel::process(accounts, &decode(data)?),
        args::Liquidate::TAG => liquidate::process(accounts, &decode(data)?),
        args::TakeOver::TAG => take_over::process(accounts, &decode(data)?),
        args::ResolveBankruptcy::TAG => resolve_bankruptcy::process(accounts, &decode(data)?),
        args::AutoDeleverage::TAG => auto_deleverage::process(accounts, &decode(data)?),
        args::SettleSlots::TAG => settle_slots::process(accounts, &decode(data)?),
        args::DepositInsurance::TAG => deposit_insurance::process(accounts, &decode(data)?),
        args::SweepFees::TAG => sweep_fees::process(accounts, &decode(data)?),
        EVENT => event::receive(accounts),
        args::InitExchange::TAG => init_exchange::process(accounts, &decode(data)?),
        args::OpenExchange::TAG => {
            decode::<args::OpenExchange>(data)?;
            open_exchange::process(accounts)
        }
        args::AddCollateral::TAG => add_collateral::process(accounts, &decode(data)?),
        args::CreateMarket::TAG => create_market::process(accounts, &decode(data)?),
        args::GrowAccount::TAG => grow_account::process(accounts, &decode(data)?),
        args::Migrate::TAG => migrate::process(accounts, &decode(data)?),
        args::UpdatePrice::TAG => update_price::process(accounts, &decode(data)?),
        args::UpdatePricePyth::TAG => update_price_pyth::process(accounts, &decode(data)?),
        args::UpdateCollateralPrice::TAG => update_collateral_price::process(accounts, &decode(data)?),
        args::OpenTrader::TAG => open_trader::process(accounts, &decode(data)?),
        args::Activate::TAG => {
            decode::<args::Activate>(data)?;
            activate::process(accounts)
        }
        args::Deposit::TAG => deposit::process(accounts, &decode(data)?),
        args::Withdraw::TAG => withdraw::process(accounts, &decode(data)?),
        args::Park::TAG => {
            decode::<args::Park>(data)?;
            park::process(accounts)
        }
        args::SetDeadMan::TAG => set_dead_man::process(accounts, &decode(data)?),
        args::PlaceTrigger::TAG => place_trigger::process(accounts, &decode(data)?),
        args::CancelTrigger::TAG => cancel_trigger::process(accounts, &decode(data)?),
        args::ExecuteTrigger::TAG => execute_trigger::process(accounts, &decode(data)?),
        args::SetDelegate::TAG => set_delegate::process(accounts, &decode(data)?),
        args::Transfer::TAG => transfer::process(accounts, &decode(data)?),
        args::Realize::TAG => realize::process(accounts, &decode(data)?),
        args::ConvertCollateral::TAG => convert_collateral::process(accounts, &decode(data)?),
        args::ProposeAuthority::TAG => propose_authority::process(accounts, &decode(data)?),
        args::AcceptAuthority::TAG => {
            decode::<args::AcceptAuthority>(data)?;
            accept_authority::process(accounts)
        }
        args::SetGuardian::TAG => set_guardian::process(accounts, &decode(data)?),
        args::SetPause::TAG => set_pause::process(accounts, &decode(data)?),
        args::QueueChange::TAG => queue_change::process(accounts, &decode(data)?),
        args::ApplyChange::TAG => {
            decode::<args::ApplyChange>(data)?;
            apply_change::process(accounts)
        }
        args::CancelChange::TAG => {
            decode::<args::CancelChange>(data)?;
            cancel_change::process(accounts)
        }
        args::SetMarketStatus::TAG => set_market_status::process(accounts, &decode(data)?),
        args::CloseTrader::TAG => {
            decode::<args::CloseTrader>(data)?;
            close_trader::process(accounts)
        }
        _ => Err(Error::UnknownInstruction.into()),
    }
}
