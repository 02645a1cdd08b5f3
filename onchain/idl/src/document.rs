//! The IDL as a JSON document.

use crate::json::Json;
use quantdesk_engine::describe::{
    AccountDesc, ChoiceDesc, FieldDesc, InstructionDesc, SeedDesc, StructDesc, TypeDesc, VariantsDesc,
};
use quantdesk_engine::{error::Error, events, instructions, state};

/// The program's address (`program/src/id.rs`).
const ADDRESS: &str = "QuantDeskPerp111111111111111111111111111111";

/// The whole document.
pub fn document() -> Json {
    Json::Object(vec![
        ("address", Json::text(ADDRESS)),
        (
            "metadata",
            Json::Object(vec![
                ("name", Json::text("quantdesk")),
                ("version", Json::text(env!("CARGO_PKG_VERSION"))),
                ("spec", Json::text("0.1.0")),
                ("description", Json::text("A perpetual-futures exchange with an on-chain order book")),
            ]),
        ),
        ("instructions", Json::list(instructions::ALL, instruction)),
        ("accounts", Json::list(state::ACCOUNTS, |(tag, layout)| tagged(layout.name, tag))),
        ("events", Json::list(events::ALL, |(tag, layout)| tagged(layout.name, tag))),
        (
            "errors",
            Json::list(Error::ALL, |(code, name, message)| {
                Json::Object(vec![
                    ("code", Json::Number(u64::from(*code))),
                    ("name", Json::text(*name)),
                    ("msg", Json::text(*message)),
                ])
            }),
        ),
        ("types", Json::List(types())),
    ])
}

fn types() -> Vec<Json> {
    let accounts = state::ACCOUNTS.iter().map(|(_, layout)| layout).chain(state::STRUCTS);
    let records = instructions::RECORDS.iter().chain(events::RECORDS).chain(events::ALL.iter().map(|(_, event)| event));
    let mut types: Vec<Json> = accounts.map(zero_copy).collect();
    types.extend(records.map(borsh));
    types.extend(instructions::CHOICES.iter().map(choice));
    types.extend(instructions::VARIANTS.iter().map(variants));
    types
}

fn tagged(name: &str, tag: &[u8; 8]) -> Json {
    Json::Object(vec![("name", Json::text(name)), ("discriminator", bytes(tag))])
}

fn bytes(values: &[u8]) -> Json {
    Json::list(values, |value| Json::Number(u64::from(*value)))
}

fn docs(lines: &[&str]) -> Json {
    Json::list(lines, |line| Json::text(line.trim()))
}

fn instruction(instruction: &InstructionDesc) -> Json {
    Json::Object(vec![
        ("name", Json::text(instruction.name)),
        ("docs", docs(instruction.docs)),
        ("discriminator", bytes(&instruction.discriminator)),
        ("accounts", Json::list(instruction.accounts, account)),
        ("args", Json::list(instruction.args, field)),
    ])
}

fn account(account: &AccountDesc) -> Json {
    let mut members = vec![("name", Json::text(account.name)), ("docs", docs(&[account.doc]))];
    if account.writable {
        members.push(("writable", Json::Bool(true)));
    }
    if account.signer {
        members.push(("signer", Json::Bool(true)));
    }
    if !account.address.is_empty() {
        members.push(("address", Json::text(account.address)));
    }
    if !account.seeds.is_empty() {
        members.push(("pda", Json::Object(vec![("seeds", Json::list(account.seeds, seed))])));
    }
    Json::Object(members)
}

fn seed(seed: &SeedDesc) -> Json {
    let (kind, value) = match seed {
        SeedDesc::Text(text) => ("const", ("value", bytes(text.as_bytes()))),
        SeedDesc::Byte(byte) => ("const", ("value", bytes(&[*byte]))),
        SeedDesc::Account(path) => ("account", ("path", Json::text(*path))),
        SeedDesc::Argument(path) => ("arg", ("path", Json::text(*path))),
    };
    let mut members = vec![("kind", Json::text(kind)), value];
    if let SeedDesc::Account(path) = seed
        && let Some((of, _)) = path.split_once('.')
    {
        members.push(("account", Json::text(if of == "change" { "QueuedChange" } else { "Trader" })));
    }
    Json::Object(members)
}

fn field(field: &FieldDesc) -> Json {
    Json::Object(vec![("name", Json::text(field.name)), ("docs", docs(field.docs)), ("type", ty(&field.ty))])
}

fn ty(desc: &TypeDesc) -> Json {
    match desc {
        TypeDesc::Primitive(name) => Json::text(*name),
        TypeDesc::Pubkey => Json::text("pubkey"),
        TypeDesc::Array(of, count) => {
            Json::Object(vec![("array", Json::List(vec![ty(of), Json::Number(*count as u64)]))])
        }
        TypeDesc::List(of) => Json::Object(vec![("vec", ty(of))]),
        TypeDesc::Defined(name) => Json::Object(vec![("defined", Json::Object(vec![("name", Json::text(*name))]))]),
    }
}

fn zero_copy(layout: &StructDesc) -> Json {
    Json::Object(vec![
        ("name", Json::text(layout.name)),
        ("docs", docs(layout.docs)),
        ("serialization", Json::text("bytemuck")),
        ("repr", Json::Object(vec![("kind", Json::text("c"))])),
        ("type", fields(layout)),
    ])
}

fn borsh(layout: &StructDesc) -> Json {
    Json::Object(vec![("name", Json::text(layout.name)), ("docs", docs(layout.docs)), ("type", fields(layout))])
}

fn fields(layout: &StructDesc) -> Json {
    // An account's own discriminator is outside its fields in Anchor's format.
    let skip = |field: &&FieldDesc| field.name != "discriminator";
    let fields = layout.fields.iter().filter(skip);
    Json::Object(vec![("kind", Json::text("struct")), ("fields", Json::list(fields, field))])
}

fn choice(choice: &ChoiceDesc) -> Json {
    let variants = Json::list(choice.variants, |name| Json::Object(vec![("name", Json::text(*name))]));
    Json::Object(vec![
        ("name", Json::text(choice.name)),
        ("docs", docs(choice.docs)),
        ("type", Json::Object(vec![("kind", Json::text("enum")), ("variants", variants)])),
    ])
}

fn variants(of: &VariantsDesc) -> Json {
    let variants = Json::list(of.variants, |(name, record)| {
        Json::Object(vec![("name", Json::text(*name)), ("fields", Json::List(vec![ty(record)]))])
    });
    Json::Object(vec![
        ("name", Json::text(of.name)),
        ("docs", docs(of.docs)),
        ("type", Json::Object(vec![("kind", Json::text("enum")), ("variants", variants)])),
    ])
}
