//! Accounts of `grow_account`.

use pinocchio::AccountView;
use quantdesk_engine::error::Error;
use quantdesk_engine::instructions::GrowKind;
use quantdesk_engine::state::EXCHANGE_VERSION;

use crate::failure::Failure;
use crate::growth::ExchangeHead;
use crate::loader::{
    address, exactly, require_address, require_event_accounts, require_signer, require_writable, same,
};

/// Verified accounts.
pub struct Accounts<'a> {
    /// Pays rent that is missing.
    pub payer: &'a AccountView,
    /// The exchange, of any size.
    pub exchange: ExchangeHead<'a>,
    /// What grows; its kind is checked by the processor. Not to be used for the exchange itself.
    pub account: &'a mut AccountView,
    /// Signs the event.
    pub event_authority: &'a AccountView,
}

impl<'a> Accounts<'a> {
    /// Verifies them. The exchange grows as `account` too: it is then passed twice.
    pub fn parse(accounts: &'a mut [AccountView], kind: GrowKind) -> Result<Self, Failure> {
        let [payer, admin, exchange, account, system, event_authority, program] = exactly::<7>(accounts)?;
        require_signer(payer)?;
        require_writable(payer)?;
        require_signer(admin)?;
        require_writable(exchange)?;
        require_writable(account)?;
        require_address(system, &pinocchio_system::ID)?;
        require_event_accounts(event_authority, program)?;
        let twice = same(exchange.address(), account.address());
        if twice != matches!(kind, GrowKind::Exchange) {
            return Err(if twice { Error::DuplicateAccount } else { Error::WrongAddress }.into());
        }
        let exchange = ExchangeHead::of(exchange)?;
        // An exchange that was still growing grows on: it is migrated at full size.
        if !twice && exchange.header().layout_version != EXCHANGE_VERSION {
            return Err(Error::WrongLayoutVersion.into());
        }
        if !same(address(&exchange.admin()), admin.address()) {
            return Err(Error::NotAuthorised.into());
        }
        Ok(Self { payer, exchange, account, event_authority })
    }
}
