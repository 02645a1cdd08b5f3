//! Accounts that instructions share.

use crate::describe::{AccountDesc, SeedDesc};

const fn account(name: &'static str, doc: &'static str, seeds: &'static [SeedDesc]) -> AccountDesc {
    AccountDesc { name, doc, writable: false, signer: false, seeds, address: "" }
}

const fn writable(account: AccountDesc) -> AccountDesc {
    AccountDesc { writable: true, ..account }
}

const fn signer(account: AccountDesc) -> AccountDesc {
    AccountDesc { signer: true, ..account }
}

const fn at(account: AccountDesc, address: &'static str) -> AccountDesc {
    AccountDesc { address, ..account }
}

/// The exchange, when it exists already.
pub const EXCHANGE: AccountDesc = writable(account("exchange", "The exchange (PDA \"exchange\", id u16 LE)", &[]));
/// The exchange, when it is created.
pub const NEW_EXCHANGE: AccountDesc =
    writable(account("exchange", "The exchange to create", &[SeedDesc::Text("exchange"), SeedDesc::Argument("id")]));
/// The ledger.
pub const LEDGER: AccountDesc = writable(account(
    "ledger",
    "The exchange's ledger of trader slots",
    &[SeedDesc::Text("ledger"), SeedDesc::Account("exchange"), SeedDesc::Byte(0)],
));
/// The market's book.
pub const BOOK: AccountDesc = writable(account(
    "book",
    "The market's book",
    &[SeedDesc::Text("book"), SeedDesc::Account("exchange"), SeedDesc::Argument("market")],
));
/// The signing owner's trader account.
pub const OWN_TRADER: AccountDesc = writable(account(
    "trader",
    "The owner's sub-account",
    &[
        SeedDesc::Text("trader"),
        SeedDesc::Account("exchange"),
        SeedDesc::Account("owner"),
        SeedDesc::Account("trader.sub"),
    ],
));
/// The trader account to create.
pub const NEW_TRADER: AccountDesc = writable(account(
    "trader",
    "The sub-account to create",
    &[SeedDesc::Text("trader"), SeedDesc::Account("exchange"), SeedDesc::Account("owner"), SeedDesc::Argument("sub")],
));
/// The trader account that an owner or a delegate acts for.
pub const TRADER: AccountDesc = writable(account(
    "trader",
    "The sub-account that trades",
    &[
        SeedDesc::Text("trader"),
        SeedDesc::Account("exchange"),
        SeedDesc::Account("trader.owner"),
        SeedDesc::Account("trader.sub"),
    ],
));
/// Owner or delegate.
pub const SIGNER: AccountDesc = signer(account("signer", "The trader's owner or a delegate of it", &[]));
/// Anyone.
pub const EXECUTOR: AccountDesc = signer(account("signer", "Anyone", &[]));
/// Owner.
pub const OWNER: AccountDesc = signer(account("owner", "The trader's owner", &[]));
/// Admin.
pub const ADMIN: AccountDesc = signer(account("admin", "The exchange's admin", &[]));
/// Pays rent.
pub const PAYER: AccountDesc = signer(writable(account("payer", "Pays the rent", &[])));
/// The account that grows.
pub const GROWING: AccountDesc = writable(account("account", "The account that grows (may be the exchange)", &[]));
/// The mint of a new collateral.
pub const MINT: AccountDesc = account("mint", "Mint of the collateral (classic SPL token)", &[]);
/// The vault of a new collateral.
pub const NEW_VAULT: AccountDesc = writable(account(
    "vault",
    "Token account to create, owned by the exchange",
    &[SeedDesc::Text("vault"), SeedDesc::Account("exchange"), SeedDesc::Account("mint")],
));
/// The vault of a known collateral.
pub const VAULT: AccountDesc =
    writable(account("vault", "The collateral's vault (PDA \"vault\", exchange, mint)", &[]));
/// Where a deposit comes from.
pub const SOURCE: AccountDesc = writable(account("source", "The owner's token account that pays", &[]));
/// Where a withdrawal goes to.
pub const DESTINATION: AccountDesc = writable(account("destination", "Token account that receives", &[]));
/// Who gets the rent back.
pub const RENT_RECEIVER: AccountDesc = writable(account("rent_receiver", "Receives the account's rent", &[]));
/// Signs prices.
pub const PRICE_AUTHORITY: AccountDesc = signer(account("authority", "Price authority of every market updated", &[]));
/// The system program.
pub const SYSTEM: AccountDesc =
    at(account("system_program", "The system program", &[]), "11111111111111111111111111111111");
/// The token program.
pub const TOKEN: AccountDesc =
    at(account("token_program", "The classic SPL token program", &[]), "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA");
/// Signs events.
pub const EVENT_AUTHORITY: AccountDesc =
    account("event_authority", "Signs the event's self-CPI", &[SeedDesc::Text("__event_authority")]);
/// The program itself.
pub const PROGRAM: AccountDesc = account("program", "This program", &[]);

/// What every trading instruction takes.
pub const TRADING: &[AccountDesc] = &[EXCHANGE, LEDGER, BOOK, TRADER, SIGNER, EVENT_AUTHORITY, PROGRAM];
/// What the execution of a trigger takes.
pub const TRIGGERED: &[AccountDesc] = &[EXCHANGE, LEDGER, BOOK, TRADER, EXECUTOR, EVENT_AUTHORITY, PROGRAM];
/// The sub-account that a transfer goes to.
pub const TO_TRADER: AccountDesc = writable(account(
    "to_trader",
    "Another sub-account of the owner",
    &[
        SeedDesc::Text("trader"),
        SeedDesc::Account("exchange"),
        SeedDesc::Account("to_trader.owner"),
        SeedDesc::Account("to_trader.sub"),
    ],
));
/// Whoever the instruction says may sign.
pub const AUTHORITY: AccountDesc = signer(account("authority", "The admin, guardian or next admin", &[]));
