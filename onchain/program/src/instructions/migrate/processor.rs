//! Brings rows to this program's layout and reports how far it is.

use pinocchio::AccountView;
use quantdesk_engine::events::AccountMigrated;
use quantdesk_engine::instructions::Migrate;
use quantdesk_engine::migration;
use quantdesk_engine::state::Exchange;

use crate::clock::now;
use crate::event::{emit, next_event};
use crate::failure::Failure;
use crate::loader::{exactly, key, require_event_accounts, typed};

/// # Errors
/// Those of the account checks and of [`migration::migrate`].
#[inline(never)]
pub fn process(accounts: &mut [AccountView], args: &Migrate) -> Result<(), Failure> {
    let [account, event_authority, program] = exactly::<3>(accounts)?;
    require_event_accounts(event_authority, program)?;
    let address = *key(account);
    let exchange = typed::<Exchange>(account)?;
    migration::migrate(exchange, args.cursor, args.rows)?;
    let clock = now()?;
    let event = AccountMigrated {
        seq: next_event(exchange)?,
        slot: clock.slot,
        unix_ts: clock.unix,
        account: address,
        cursor: exchange.migrated,
        layout_version: exchange.header.layout_version,
    };
    emit(AccountMigrated::DISCRIMINATOR, &event, event_authority)
}
