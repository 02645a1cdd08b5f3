//! One folder per instruction: `accounts.rs` parses and verifies, `processor.rs` does the work.
//!
//! Arguments are declared once, in the engine, together with the IDL; the shell decodes them whole
//! ([`decode`]) before anything runs.

pub mod accept_authority;
pub mod activate;
pub mod add_collateral;
pub mod apply_change;
pub mod authority;
pub mod auto_deleverage;
pub mod cancel_all;
pub mod cancel_by_client_id;
pub mod cancel_change;
pub mod cancel_order;
pub mod cancel_trigger;
pub mod close_trader;
pub mod convert_collateral;
pub mod create_market;
pub mod deposit;
pub mod deposit_insurance;
pub mod execute_trigger;
pub mod force_cancel;
pub mod grow_account;
pub mod init_exchange;
pub mod liquidate;
pub mod migrate;
pub mod modify_order;
pub mod open_exchange;
pub mod open_trader;
pub mod park;
pub mod place_many;
pub mod place_order;
pub mod place_trigger;
pub mod propose_authority;
pub mod prune_expired;
pub mod pyth;
pub mod queue_change;
pub mod realize;
pub mod replace_many;
pub mod resolve_bankruptcy;
pub mod seated;
pub mod set_dead_man;
pub mod set_delegate;
pub mod set_guardian;
pub mod set_market_status;
pub mod set_pause;
pub mod settle_slots;
pub mod sweep_fees;
pub mod take_over;
pub mod trading;
pub mod transfer;
pub mod update_collateral_price;
pub mod update_price;
pub mod update_price_pyth;
pub mod withdraw;

use quantdesk_engine::describe::{Decode, Reader};
use quantdesk_engine::error::Error;

use crate::failure::Failure;

/// All of the data as the arguments `T`: not a byte more or less.
///
/// # Errors
/// `MalformedArguments`.
#[inline(always)]
pub fn decode<'a, T: Decode<'a>>(data: &'a [u8]) -> Result<T, Failure> {
    // Arguments of a fixed size are as long as that: knowing it, no field needs a check of its own.
    if T::SIZE != 0 && data.len() != T::SIZE {
        return Err(Error::MalformedArguments.into());
    }
    let mut reader = Reader::new(data);
    match T::decode(&mut reader) {
        Some(value) if reader.is_empty() => Ok(value),
        _ => Err(Error::MalformedArguments.into()),
    }
}
