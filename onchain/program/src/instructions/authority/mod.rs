//! What the four instructions about authorities share: their accounts, and how one runs and reports.

use pinocchio::AccountView;
use quantdesk_engine::error::Error;
use quantdesk_engine::events::AuthoritiesSet;
use quantdesk_engine::now::Now;
use quantdesk_engine::state::Exchange;
use quantdesk_engine::units::Pubkey;

use crate::clock::now;
use crate::event::{emit, next_event};
use crate::failure::Failure;
use crate::loader::{exactly, key, ready, require_event_accounts, require_signer};

/// Verified accounts. Whether `signer` may do this the engine decides.
pub struct Accounts<'a> {
    /// Who signed.
    pub signer: &'a Pubkey,
    /// The exchange.
    pub exchange: &'a mut Exchange,
    /// Signs the event.
    pub event_authority: &'a AccountView,
}

impl<'a> Accounts<'a> {
    /// Verifies them.
    pub fn parse(accounts: &'a mut [AccountView]) -> Result<Self, Failure> {
        let [signer, exchange, event_authority, program] = exactly::<4>(accounts)?;
        require_signer(signer)?;
        let exchange = ready::<Exchange>(exchange)?;
        require_event_accounts(event_authority, program)?;
        Ok(Self { signer: key(signer), exchange, event_authority })
    }
}

/// Lets `act` change the authorities and reports who they are now.
///
/// # Errors
/// Those of the account checks and of `act`.
pub fn change(
    accounts: &mut [AccountView],
    act: impl FnOnce(&mut Exchange, &Pubkey) -> Result<(), Error>,
) -> Result<(), Failure> {
    let Accounts { signer, exchange, event_authority } = Accounts::parse(accounts)?;
    act(exchange, signer)?;
    let Now { slot, unix } = now()?;
    let event = AuthoritiesSet {
        seq: next_event(exchange)?,
        slot,
        unix_ts: unix,
        admin: exchange.admin,
        pending_admin: exchange.pending_admin,
        guardian: exchange.guardian,
    };
    emit(AuthoritiesSet::DISCRIMINATOR, &event, event_authority)
}
