//! Golden vectors for the mirrors in other languages: `tests/vectors/*.json`.
//!
//! `QUANTDESK_WRITE_VECTORS=1 cargo test -p quantdesk-engine --test vectors` writes them; otherwise the
//! files must be what the engine gives. Integers beyond 2^53 are strings of digits.

mod support;

use quantdesk_engine::book::ASK_BIT;
use quantdesk_engine::describe::{Pod, StructDesc, TypeDesc};
use quantdesk_engine::instructions::Side;
use quantdesk_engine::money::still_locked;
use quantdesk_engine::state::*;
use quantdesk_engine::units::{BaseLots, FundingIndex, LotPrice, MILLION, QuoteAtoms, Rounding, mul_div_signed};
use quantdesk_engine::{events, funding, instructions, margin, position, vesting};
use serde_json::{Value, json};
use std::path::PathBuf;
use support::{USD, World};

fn hold(name: &str, vectors: Value) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors").join(name);
    let text = serde_json::to_string_pretty(&vectors).expect("it is JSON") + "\n";
    if std::env::var_os("QUANTDESK_WRITE_VECTORS").is_some() {
        std::fs::write(&path, &text).expect("the folder is writable");
    }
    let present = std::fs::read_to_string(&path).expect("the vectors were written once");
    assert!(present == text, "{name} is not what the engine gives: see the top of this file");
}

/// Repeatable numbers without a pattern (a linear congruential generator, high bits).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    fn within(&mut self, limit: i64) -> i64 {
        self.below(2 * limit as u64 + 1) as i64 - limit
    }
}

fn size(ty: &TypeDesc) -> usize {
    match ty {
        TypeDesc::Primitive(name) => name.trim_start_matches(['u', 'i']).parse::<usize>().expect("an integer") / 8,
        TypeDesc::Pubkey => 32,
        TypeDesc::Array(of, count) => size(of) * count,
        TypeDesc::Defined(name) => all_structs().find(|layout| layout.name == *name).expect("declared").size,
        TypeDesc::List(_) => unreachable!("state holds no lists"),
    }
}

fn all_structs() -> impl Iterator<Item = &'static StructDesc> {
    ACCOUNTS.iter().map(|(_, layout)| layout).chain(STRUCTS)
}

#[test]
fn layouts() {
    let structs: Vec<Value> = all_structs()
        .map(|layout| {
            let mut at = 0;
            let fields: Vec<Value> = layout
                .fields
                .iter()
                .map(|field| {
                    let value = json!({"name": field.name, "offset": at, "bytes": size(&field.ty)});
                    at += size(&field.ty);
                    value
                })
                .collect();
            assert_eq!(at, layout.size);
            json!({"name": layout.name, "bytes": layout.size, "fields": fields})
        })
        .collect();
    let accounts: Vec<Value> =
        ACCOUNTS.iter().map(|(tag, layout)| json!({"name": layout.name, "discriminator": hex(tag)})).collect();
    let instructions: Vec<Value> = instructions::ALL
        .iter()
        .map(|known| json!({"name": known.name, "discriminator": hex(&known.discriminator)}))
        .collect();
    let events: Vec<Value> =
        events::ALL.iter().map(|(tag, layout)| json!({"name": layout.name, "discriminator": hex(tag)})).collect();
    hold(
        "layouts.json",
        json!({"structs": structs, "accounts": accounts, "instructions": instructions, "events": events}),
    );
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn hex_of<T: Pod>(value: &T) -> String {
    // SAFETY: a Pod value is its bytes.
    hex(unsafe { std::slice::from_raw_parts(std::ptr::from_ref(value).cast(), size_of::<T>()) })
}

#[test]
fn samples() {
    let entry = Position {
        market: 3,
        bid_orders: 2,
        ask_orders: 5,
        flags: 0,
        epoch: 77,
        base: BaseLots(-12_345),
        quote: QuoteAtoms(987_654_321),
        entry_quote: QuoteAtoms(987_000_000),
        funding_index: FundingIndex(-55_555),
        bid_lots: 400,
        ask_lots: 900,
    };
    let order = Order {
        ticks: 86_123,
        lots: 250,
        seq: ASK_BIT | 41,
        client_id: u64::MAX - 1,
        expiry: 1_763_900_000,
        slot: 17,
        flags: order_flags::EXPIRES_AT_TIME | order_flags::POST_ONLY,
        ledger: 0,
    };
    hold(
        "samples.json",
        json!([
            {"type": "Position", "hex": hex_of(&entry), "values": {
                "market": 3, "bid_orders": 2, "ask_orders": 5, "flags": 0, "epoch": 77, "base": -12_345,
                "quote": 987_654_321, "entry_quote": 987_000_000, "funding_index": -55_555, "bid_lots": 400,
                "ask_lots": 900}},
            {"type": "Order", "hex": hex_of(&order), "values": {
                "ticks": 86_123, "lots": 250, "seq": (ASK_BIT | 41).to_string(),
                "client_id": (u64::MAX - 1).to_string(), "expiry": 1_763_900_000, "slot": 17, "flags": 12,
                "ledger": 0}},
        ]),
    );
}

#[test]
fn order_ids() {
    let cases: Vec<Value> = [(1u32, 1u64, Side::Bid), (86_123, 41, Side::Ask), (u32::MAX, ASK_BIT - 1, Side::Ask)]
        .into_iter()
        .map(|(ticks, number, side)| {
            let seq = if matches!(side, Side::Ask) { ASK_BIT | number } else { number };
            let id = (u128::from(ticks) << 64) | u128::from(seq);
            let side = if matches!(side, Side::Ask) { "ask" } else { "bid" };
            json!({"ticks": ticks, "seq": seq.to_string(), "side": side, "id": id.to_string()})
        })
        .collect();
    hold("order_ids.json", json!(cases));
}

fn market_json(market: &Market) -> Value {
    let tiers: Vec<Value> = market.tiers.iter().map(|tier| json!({"up_to": tier.up_to, "rate": tier.rate})).collect();
    json!({"tiers": tiers, "maintenance_fraction": market.maintenance_fraction, "profit_weight": market.profit_weight})
}

#[test]
fn margins() {
    let world = World::new(1, 4);
    let market = world.exchange.markets[0];
    let mut numbers = Numbers(1);
    let cases: Vec<Value> = (0..60)
        .map(|case| {
            let price = 100_000 + numbers.below(100_000_000);
            let most = [1_000_000, 100_000_000, 90_000_000 * USD as u64 / price, (1 << 52) / price][case % 4];
            let lots = numbers.below(most.min(4_000_000_000)) + 1;
            json!({
                "lots": lots,
                "price": price,
                "base": margin::base_margin(&market, lots * price).unwrap(),
                "initial": margin::initial_of(&market, lots, price).unwrap(),
                "maintenance": margin::maintenance_of(&market, lots, price).unwrap(),
            })
        })
        .collect();
    hold("margin.json", json!({"market": market_json(&market), "cases": cases}));
}

#[test]
fn fundings() {
    let mut numbers = Numbers(2);
    let cases: Vec<Value> = (0..60)
        .map(|case| {
            let mut entry = Position::zeroed();
            entry.base = BaseLots(numbers.within([5, 1_000, 2_000_000_000][case % 3]));
            entry.funding_index = FundingIndex(numbers.within(1_000_000_000));
            let index = FundingIndex(numbers.within(1_000_000_000));
            let owed = funding::owed(&entry, index).unwrap().0;
            json!({"base": entry.base.0, "from": entry.funding_index.0, "to": index.0, "owed": owed})
        })
        .collect();
    hold("funding.json", json!(cases));
}

#[test]
fn fees() {
    let mut numbers = Numbers(3);
    let cases: Vec<Value> = (0..40)
        .map(|_| {
            let notional = numbers.below(1 << 31) * (1 + numbers.below(1 << 10));
            let rate = numbers.within(1_000);
            let fee = mul_div_signed(rate, notional, MILLION, Rounding::Up).unwrap();
            json!({"notional": notional, "rate": rate, "fee": fee})
        })
        .collect();
    hold("fees.json", json!(cases));
}

#[test]
fn fills() {
    let mut numbers = Numbers(4);
    let mut entry = Position::zeroed();
    let cases: Vec<Value> = (0..80)
        .map(|case| {
            let side = if numbers.below(2) == 0 { Side::Bid } else { Side::Ask };
            let (lots, price) = (numbers.below(500) as u32 + 1, 900_000 + numbers.below(200_000));
            let realised = position::fill(&mut entry, side, lots, price, case).unwrap().0;
            json!({
                "side": if matches!(side, Side::Bid) { "bid" } else { "ask" }, "lots": lots, "price": price,
                "realised": realised, "base": entry.base.0, "quote": entry.quote.0, "entry_quote": entry.entry_quote.0,
            })
        })
        .collect();
    hold("fills.json", json!({"note": "one position from flat, fill after fill", "cases": cases}));
}

#[test]
fn vestings() {
    let mut numbers = Numbers(5);
    let mut slot = Slot::zeroed();
    let mut unix = 1_700_000_000;
    let cases: Vec<Value> = (0..60)
        .map(|_| {
            unix += numbers.below(400) as i64;
            let realised = numbers.within(1_000_000);
            let period = if numbers.below(4) == 0 { 86_400 } else { 600 };
            vesting::book(&mut slot, realised, period, unix).unwrap();
            let later = unix + numbers.below(700) as i64;
            json!({
                "unix": unix, "realised": realised, "vesting_s": period, "locked": slot.locked.0,
                "locked_at": slot.locked_at, "locked_for": slot.locked_for,
                "later": later, "still_locked": still_locked(&slot, later),
            })
        })
        .collect();
    hold("vesting.json", json!({"note": "one slot, profit after profit", "cases": cases}));
}

#[test]
fn accounts() {
    let mut numbers = Numbers(6);
    let mut world = World::new(1, 4);
    world.exchange.market_count = 3;
    let first = world.exchange.markets[0];
    world.exchange.markets[1] = first;
    world.exchange.markets[2] = first;
    world.exchange.markets[2].profit_weight = 300_000;
    let cases: Vec<Value> = (0..40).map(|_| account(&mut world, &mut numbers)).collect();
    let markets: Vec<Value> = world.exchange.markets[..3].iter().map(market_json).collect();
    hold("accounts.json", json!({"markets": markets, "cases": cases}));
}

/// A slot with up to three positions in random markets at random marks.
fn account(world: &mut World, numbers: &mut Numbers) -> Value {
    let mut entries = Vec::new();
    let mut slot = world.slots[0];
    slot.usdc = QuoteAtoms(numbers.within(5_000 * USD));
    slot.locked = QuoteAtoms(numbers.below(1_000 * USD as u64) as i64);
    slot.locked_at = world.now.unix as u32 - numbers.below(700) as u32;
    slot.locked_for = 600;
    for market in 0..3u8 {
        let known = &mut world.exchange.markets[usize::from(market)];
        known.mark_price = LotPrice(800_000 + numbers.below(400_000));
        known.funding_index = FundingIndex(numbers.within(50_000_000));
        if numbers.below(3) == 0 {
            continue;
        }
        let entry = &mut slot.positions[usize::from(market)];
        *entry = Position::zeroed();
        entry.market = market;
        entry.base = BaseLots(numbers.within(8_000));
        entry.quote = QuoteAtoms(-entry.base.0 * (900_000 + numbers.below(200_000)) as i64);
        entry.bid_lots = numbers.below(2_000) as u32;
        entry.ask_lots = numbers.below(2_000) as u32;
        slot.market_bitmap |= 1 << market;
        let owed = funding::owed(entry, known.funding_index).unwrap().0;
        entries.push(json!({
            "market": market, "base": entry.base.0, "quote": entry.quote.0, "bid_lots": entry.bid_lots,
            "ask_lots": entry.ask_lots, "mark": known.mark_price.0, "owed": owed,
        }));
    }
    let initial = margin::initial(&world.exchange, &slot, world.now).unwrap();
    let maintenance = margin::maintenance(&world.exchange, &slot, world.now).unwrap();
    let withdrawable = margin::withdrawable(&world.exchange, &slot, 0, world.now).unwrap();
    json!({
        "usdc": slot.usdc.0, "locked": slot.locked.0, "locked_at": slot.locked_at, "locked_for": slot.locked_for,
        "now": world.now.unix, "positions": entries,
        "initial_equity": initial.equity, "initial_required": initial.required,
        "equity": maintenance.equity, "maintenance_required": maintenance.required, "withdrawable": withdrawable,
    })
}

#[test]
fn standings() {
    let mut numbers = Numbers(7);
    let mut world = World::new(1, 4);
    let first = world.exchange.markets[0];
    world.exchange.market_count = 3;
    world.exchange.markets[1] = first;
    world.exchange.markets[2] = first;
    world.exchange.collateral_count = 3;
    for (known, weight) in world.exchange.collaterals[1..3].iter_mut().zip([950_000, 800_000]) {
        known.maintenance_weight = weight;
        known.max_age_s = 30;
    }
    let cases: Vec<Value> = (0..60).map(|case| standing(&mut world, &mut numbers, case)).collect();
    let markets: Vec<Value> = world.exchange.markets[..3].iter().map(market_json).collect();
    hold("standing.json", json!({"markets": markets, "cases": cases}));
}

/// A slot with up to three positions, some of them large, in markets of which some have a pending jump,
/// and with two other collaterals, some of them stale or with a pending jump.
fn standing(world: &mut World, numbers: &mut Numbers, case: usize) -> Value {
    let mut slot = world.slots[0];
    slot.usdc = QuoteAtoms(numbers.within(5_000 * USD));
    let mut collaterals = Vec::new();
    for index in 0..2 {
        let known = &mut world.exchange.collaterals[index + 1];
        slot.collaterals[index] = [0, numbers.below(1 << 30)][case % 2];
        known.price = numbers.below(1 << 20);
        known.pending_price = [0, numbers.below(1 << 20)][numbers.below(2) as usize];
        known.publish_ms = world.now.unix * 1_000 - [29_999, 30_000, 30_001][numbers.below(3) as usize];
        collaterals.push(json!({
            "held": slot.collaterals[index], "price": known.price, "pending_price": known.pending_price,
            "publish_ms": known.publish_ms,
            "maintenance_weight": known.maintenance_weight, "max_age_s": known.max_age_s,
        }));
    }
    let mut entries = Vec::new();
    for market in 0..3u8 {
        let known = &mut world.exchange.markets[usize::from(market)];
        known.mark_price = LotPrice(800_000 + numbers.below(400_000));
        known.pending_price = LotPrice([0, 800_000 + numbers.below(400_000)][numbers.below(2) as usize]);
        known.funding_index = FundingIndex(numbers.within(50_000_000));
        if numbers.below(3) == 0 {
            continue;
        }
        let entry = &mut slot.positions[usize::from(market)];
        *entry = Position::zeroed();
        entry.market = market;
        entry.base = BaseLots(numbers.within([8_000, 8_000, 4_000_000, 1_000_000_000][case % 4]));
        entry.quote = QuoteAtoms(-entry.base.0 * (900_000 + numbers.below(200_000)) as i64);
        entry.funding_index = FundingIndex(numbers.within(50_000_000));
        entry.bid_lots = numbers.below(2_000) as u32;
        entry.ask_lots = numbers.below(2_000) as u32;
        slot.market_bitmap |= 1 << market;
        entries.push(json!({
            "market": market, "base": entry.base.0, "quote": entry.quote.0, "funding_index": entry.funding_index.0,
            "bid_lots": entry.bid_lots, "ask_lots": entry.ask_lots, "mark": known.mark_price.0,
            "pending": known.pending_price.0, "market_funding_index": known.funding_index.0,
        }));
    }
    let standing = margin::standing(&world.exchange, &slot, world.now).unwrap();
    json!({
        "usdc": slot.usdc.0, "now": world.now.unix, "collaterals": collaterals, "positions": entries,
        "equity": standing.equity, "maintenance": standing.maintenance, "initial": standing.initial,
        "half_way": standing.half_way(),
    })
}
