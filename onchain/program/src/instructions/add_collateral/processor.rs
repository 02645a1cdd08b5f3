//! Creates the vault and enters the collateral into the table.

use pinocchio::{AccountView, cpi::Seed};
use pinocchio_token::instructions::InitializeAccount3;
use pinocchio_token::state::Account as TokenAccount;
use quantdesk_engine::events::CollateralAdded;
use quantdesk_engine::governance;
use quantdesk_engine::instructions::AddCollateral;

use super::accounts::Accounts;
use crate::clock::now;
use crate::creation::Creation;
use crate::event::{emit, next_event};
use crate::failure::Failure;
use crate::loader::key;
use crate::seeds;

/// # Errors
/// Those of the account checks and of the parameters' bounds; `ExchangeAlreadyOpen`, `TableFull`.
#[inline(never)]
pub fn process(accounts: &mut [AccountView], args: &AddCollateral) -> Result<(), Failure> {
    let accounts = Accounts::parse(accounts)?;
    let exchange = accounts.exchange;
    let (mint, vault) = (*key(accounts.mint), *key(accounts.vault.0));
    let index = governance::add_collateral(exchange, &args.params, mint, vault, accounts.decimals)?;
    let bump = [accounts.vault.1];
    Creation {
        account: accounts.vault.0,
        payer: accounts.payer,
        owner: &pinocchio_token::ID,
        space: TokenAccount::LEN,
        full_space: TokenAccount::LEN,
    }
    .run(&[
        Seed::from(seeds::VAULT),
        Seed::from(accounts.exchange_address.as_ref()),
        Seed::from(accounts.mint.address().as_ref()),
        Seed::from(&bump),
    ])?;
    InitializeAccount3::new(accounts.vault.0, accounts.mint, &accounts.exchange_address).invoke()?;
    let clock = now()?;
    let event = CollateralAdded {
        seq: next_event(exchange)?,
        slot: clock.slot,
        unix_ts: clock.unix,
        collateral: index,
        mint,
        vault,
        decimals: accounts.decimals,
        params: args.params,
    };
    emit(CollateralAdded::DISCRIMINATOR, &event, accounts.event_authority)
}
