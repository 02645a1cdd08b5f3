//! Properties that hold for any input: rounding, margin, and all invariants over random instructions.

mod support;

use proptest::prelude::*;
use quantdesk_engine::error::Error;
use quantdesk_engine::instructions::*;
use quantdesk_engine::margin;
use quantdesk_engine::position;
use quantdesk_engine::realize;
use quantdesk_engine::state::Position;
use quantdesk_engine::units::{Rounding, mul_div, mul_div_signed};
use support::*;

proptest! {
    #[test]
    fn mul_div_agrees_with_exact_arithmetic(a: u64, b: u64, c: u64) {
        let exact = |up: bool| {
            let product = u128::from(a) * u128::from(b);
            let divisor = u128::from(c);
            (c != 0).then(|| if up { product.div_ceil(divisor) } else { product / divisor })
        };
        let fits = |value: Option<u128>| value.and_then(|value| u64::try_from(value).ok());
        prop_assert_eq!(mul_div(a, b, c, Rounding::Down), fits(exact(false)));
        prop_assert_eq!(mul_div(a, b, c, Rounding::Up), fits(exact(true)));
    }

    #[test]
    fn a_signed_ratio_rounds_towards_the_named_infinity(a in -(1i64 << 40)..(1i64 << 40), b in 0u64..1 << 20, c in 1u64..1 << 20) {
        let exact = i128::from(a) * i128::from(b);
        let down = exact.div_euclid(i128::from(c)) as i64;
        let up = down + i64::from(exact.rem_euclid(i128::from(c)) != 0);
        prop_assert_eq!(mul_div_signed(a, b, c, Rounding::Down), Some(down));
        prop_assert_eq!(mul_div_signed(a, b, c, Rounding::Up), Some(up));
    }

    #[test]
    fn closing_in_parts_never_brings_more_than_closing_at_once(
        base in 2i64..1_000_000, entry in 1u64..2_000_000, exit in 1u64..2_000_000, parts in prop::collection::vec(1u32..1_000, 1..12),
    ) {
        let mut whole = Position::zeroed();
        position::fill(&mut whole, Side::Bid, base as u32, entry, 1).unwrap();
        let mut split = whole;
        let at_once = position::fill(&mut whole, Side::Ask, base as u32, exit, 1).unwrap().0;
        let mut sum = 0;
        for part in parts {
            let lots = i64::from(part).min(split.base.0);
            if lots > 0 {
                sum += position::fill(&mut split, Side::Ask, lots as u32, exit, 1).unwrap().0;
            }
            let left = split.base.0 * exit as i64 + split.quote.0;
            prop_assert!(sum + left == at_once, "parts move value, they never create it");
        }
    }

    #[test]
    fn splitting_an_order_never_lowers_its_fees_or_raises_its_rebate(notional in 1u64..1 << 50, parts in 2u64..50, rate in -1_000i64..1_000) {
        let fee = |amount: u64| mul_div_signed(rate, amount, 1_000_000, Rounding::Up).unwrap();
        let part = notional / parts;
        let last = notional - part * (parts - 1);
        prop_assert!(fee(part) * (parts as i64 - 1) + fee(last) >= fee(notional));
    }

    #[test]
    fn margin_grows_with_size_and_maintenance_stays_below_initial(lots in 1u64..60_000_000, more in 1u64..10_000_000, price in 900_000u64..1_100_000) {
        let world = World::new(1, 4);
        let market = &world.exchange.markets[0];
        let small = margin::initial_of(market, lots, price).unwrap();
        let large = margin::initial_of(market, lots + more, price).unwrap();
        prop_assert!(small <= large);
        prop_assert!(margin::maintenance_of(market, lots, price).unwrap() <= small);
    }
}

/// One random step.
#[derive(Clone, Debug)]
enum Step {
    Place { who: usize, bid: bool, offset: u32, lots: u32, kind: u8, reduce: bool, client: u64, expires: bool },
    Replace { who: usize, offset: u32, lots: u32 },
    Cancel { who: usize, nth: usize },
    CancelAll { who: usize },
    Modify { who: usize, nth: usize, ticks: u32, lots: u32 },
    Liquidate { who: usize, victim: usize, only_orders: bool },
    TakeOver { who: usize, victim: usize, lots: u32 },
    Deleverage { who: usize, victim: usize },
    Resolve { who: usize, victim: usize },
    Realize { who: usize },
    Pass { seconds: i64 },
    Publish { price: u64 },
}

/// Somebody in trouble, or nearly: mostly one of the poor.
fn victim() -> impl Strategy<Value = usize> {
    prop_oneof![1 => 0usize..6, 4 => 2usize..4]
}

fn step() -> impl Strategy<Value = Step> {
    let place = (
        0usize..6,
        any::<bool>(),
        0u32..60,
        5u32..3_000,
        0u8..4,
        prop::bool::weighted(0.2),
        0u64..6,
        prop::bool::weighted(0.2),
    )
        .prop_map(|(who, bid, offset, lots, kind, reduce, client, expires)| Step::Place {
            who,
            bid,
            offset,
            lots,
            kind,
            reduce,
            client,
            expires,
        });
    prop_oneof![
        12 => place,
        2 => (0usize..6, 0u32..40, 20u32..400).prop_map(|(who, offset, lots)| Step::Replace { who, offset, lots }),
        2 => (0usize..6, 0usize..10).prop_map(|(who, nth)| Step::Cancel { who, nth }),
        1 => (0usize..6).prop_map(|who| Step::CancelAll { who }),
        2 => (0usize..6, 0usize..10, 9_900u32..10_100, 5u32..3_000)
            .prop_map(|(who, nth, ticks, lots)| Step::Modify { who, nth, ticks, lots }),
        4 => (0usize..6, victim(), any::<bool>())
            .prop_map(|(who, victim, only_orders)| Step::Liquidate { who, victim, only_orders }),
        3 => (0usize..6, victim(), 1u32..3_000).prop_map(|(who, victim, lots)| Step::TakeOver { who, victim, lots }),
        2 => (0usize..6, victim()).prop_map(|(who, victim)| Step::Deleverage { who, victim }),
        2 => (0usize..6, victim()).prop_map(|(who, victim)| Step::Resolve { who, victim }),
        1 => (0usize..6).prop_map(|who| Step::Realize { who }),
        2 => (0i64..4_000).prop_map(|seconds| Step::Pass { seconds }),
        4 => (930_000u64..1_070_000).prop_map(|price| Step::Publish { price }),
    ]
}

fn take(world: &mut World, step: &Step) -> Result<(), Error> {
    match *step {
        Step::Place { who, bid, offset, lots, kind, reduce, client, expires } => {
            let side = if bid { Side::Bid } else { Side::Ask };
            // Around the index, so that about half of the orders cross.
            let middle = (world.exchange.markets[0].index_price.0 / 100) as u32;
            let ticks = if bid { middle + 25 - offset } else { middle - 25 + offset };
            let order = PlaceOrder {
                kind: OrderKind::from_u8(kind).expect("four kinds"),
                reduce_only: reduce,
                client_id: client,
                expiry_kind: if expires { ExpiryKind::Time } else { ExpiryKind::Never },
                expiry: world.now.unix as u32 + 50,
                ..limit(side, ticks, lots)
            };
            world.place(who, order).map(drop)
        }
        Step::Replace { who, offset, lots } => {
            let own: Vec<OrderId> = world.bids[..world.header.bid_count as usize]
                .iter()
                .filter(|order| usize::from(order.slot) == who)
                .take(16)
                .map(|order| OrderId { ticks: order.ticks, seq: order.seq })
                .collect();
            let quotes: Vec<Quote> = (0..4)
                .flat_map(|level| {
                    let away = 1 + offset + level * 3;
                    [quote(Side::Bid, MID - away, lots), quote(Side::Ask, MID + away, lots)]
                })
                .collect();
            world.replace(who, &own, &quotes).map(drop)
        }
        Step::Cancel { who, nth } => {
            let own = world.asks[..world.header.ask_count as usize]
                .iter()
                .filter(|order| usize::from(order.slot) == who)
                .nth(nth)
                .map(|order| (order.ticks, order.seq));
            own.map_or(Ok(()), |(ticks, seq)| world.cancel(who, ticks, seq).map(drop))
        }
        Step::Modify { who, nth, ticks, lots } => {
            let own = world.bids[..world.header.bid_count as usize]
                .iter()
                .filter(|order| usize::from(order.slot) == who)
                .nth(nth)
                .map(|order| (order.ticks, order.seq));
            own.map_or(Ok(()), |id| world.modify(who, id, ticks, lots).map(drop))
        }
        Step::Liquidate { who, victim, only_orders: true } => world.force_cancel(who, victim).map(drop),
        Step::Liquidate { who, victim, only_orders: false } => world.liquidate(who, victim).map(drop),
        Step::TakeOver { who, victim, lots } => world.take_over(who, victim, lots).map(drop),
        Step::Deleverage { who, victim } => world.auto_deleverage(who, victim).map(drop),
        Step::Resolve { who, victim } => world.resolve_bankruptcy(who, victim).map(drop),
        Step::Realize { who } => {
            let (before, trader) = (world.clone(), world.traders[who]);
            let args = Realize { market: 0 };
            let done = realize::realize(&mut world.exchange, &mut world.slots, &trader, &args, world.now);
            if done.is_err() {
                *world = before;
            }
            done.map(drop)
        }
        Step::CancelAll { who } => world.cancel_all(who).map(drop),
        Step::Pass { seconds } => {
            world.pass(seconds);
            Ok(())
        }
        Step::Publish { price } => {
            world.publish(price);
            Ok(())
        }
    }
}

/// Errors that mean a bug, whatever the input.
fn is_bug(error: Error) -> bool {
    matches!(error, Error::BrokenInvariant | Error::EventTooLarge | Error::ArithmeticOverflow)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases.min(96)))]

    #[test]
    fn every_invariant_holds_after_every_instruction(steps in prop::collection::vec(step(), 1..90)) {
        let mut world = World::new(5, 32);
        // A second account of the first owner, so that self-trade is met.
        world.add_trader(1, 1, 500 * USD);
        world.exchange.markets[0].liquidation_fee = 5_000;
        world.exchange.markets[0].insurance_budget = u64::MAX;
        world.insure(5 * USD as u64);
        // Two with $100 hold $1,500 each: a few per cent put one of them under water.
        for (who, side) in [(2, Side::Bid), (3, Side::Ask)] {
            world.place(4, limit(side.opposite(), MID, 1_500)).unwrap();
            world.place(who, ioc(side, MID, 1_500)).unwrap();
            world.set_equity(who, 100 * USD);
        }
        for step in &steps {
            let before = of_the_exchange(&world);
            // `World::run` checks every invariant after each.
            let done = take(&mut world, step);
            if let Err(error) = done {
                prop_assert!(!is_bug(error), "{error:?} on {step:?}");
            }
            world.check();
            let gained = of_the_exchange(&world) - before;
            let paid_out = matches!(step, Step::Resolve { .. }) && done.is_ok();
            prop_assert!(gained >= 0 || paid_out, "{gained} millionths for all traders together on {step:?}");
        }
        unwind(&mut world);
    }
}

/// What is not the traders', in millionths of a quote atom: fees, insurance less the deficit, and the funding that
/// is paid and not received, exactly. Whatever traders do with each other, split or rounded, never lowers it.
fn of_the_exchange(world: &World) -> i128 {
    let (exchange, market) = (&world.exchange, &world.exchange.markets[0]);
    let owed = |position: Position| {
        i128::from(position.base.0) * i128::from(market.funding_index.0 - position.funding_index.0)
    };
    let owed: i128 = (0..world.slots.len()).map(|who| owed(world.position(who))).sum();
    let whole = exchange.fees_collected + exchange.insurance as i64 - exchange.deficit as i64 + market.funding_pool;
    i128::from(whole) * 1_000_000 + owed
}

/// Everyone cancels and closes: no position and no open quote may be left, and what is missing from
/// the balances lies in fees and the funding pool.
fn unwind(world: &mut World) {
    // Enough money for everyone, so that margin does not stand in the way of closing.
    for slot in &mut world.slots {
        slot.usdc.0 += 1_000_000 * USD;
        world.exchange.collaterals[0].total_deposits += 1_000_000 * USD as u64;
    }
    world.exchange.negative_usdc = 0;
    for who in 0..world.slots.len() {
        world.cancel_all(who).expect("cancels are always possible");
    }
    world.publish(PRICE);
    let stranger = world.add_trader(99, 0, 100_000_000 * USD);
    for who in 0..stranger {
        let base = world.position(who).base.0;
        if base != 0 {
            let side = if base > 0 { Side::Ask } else { Side::Bid };
            let lots = base.unsigned_abs() as u32;
            let rest = PlaceOrder { reduce_only: true, ..limit(side, MID, lots) };
            world.place(who, rest).expect("closing is possible");
            world.place(stranger, PlaceOrder { ..ioc(side.opposite(), MID, lots.max(10)) }).expect("meets it");
        }
    }
    assert!(world.slots.iter().all(|slot| slot.market_bitmap == 0), "a position is left");
    assert_eq!((world.exchange.open_quote, world.exchange.markets[0].open_long), (0, 0));
    assert!(world.exchange.markets[0].funding_pool >= 0);
    assert!(world.exchange.fees_collected >= 0);
}
