//! Price-time priority: the book against a list that is searched from end to end for every match.

mod support;

use proptest::prelude::*;
use quantdesk_engine::error::Error;
use quantdesk_engine::instructions::*;
use support::*;

/// Orders a side that the book holds.
const CAPACITY: usize = 16;

/// One step at the book of a market.
#[derive(Clone, Debug)]
enum Step {
    Place { who: usize, bid: bool, post: bool, ticks: u32, lots: u32 },
    Cancel { nth: prop::sample::Index },
    Change { nth: prop::sample::Index, ticks: Option<u32>, lots: u32 },
}

fn step() -> impl Strategy<Value = Step> {
    let ticks = || 9_990u32..10_010;
    prop_oneof![
        8 => (0usize..4, any::<bool>(), any::<bool>(), ticks(), 20u32..200)
            .prop_map(|(who, bid, post, ticks, lots)| Step::Place { who, bid, post, ticks, lots }),
        2 => any::<prop::sample::Index>().prop_map(|nth| Step::Cancel { nth }),
        2 => (any::<prop::sample::Index>(), prop::option::of(ticks()), 1u32..200)
            .prop_map(|(nth, ticks, lots)| Step::Change { nth, ticks, lots }),
    ]
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Resting {
    who: usize,
    bid: bool,
    post: bool,
    ticks: u32,
    lots: u32,
    /// When it came, in steps.
    age: usize,
    /// The exchange's number of it.
    seq: u64,
}

impl Resting {
    /// How far from the best price of its side.
    fn distance(&self) -> u32 {
        if self.bid { u32::MAX - self.ticks } else { self.ticks }
    }

    fn crosses(&self, other: &Self) -> bool {
        self.bid != other.bid && if self.bid { self.ticks >= other.ticks } else { self.ticks <= other.ticks }
    }
}

/// Maker, ticks and lots of a fill.
type Fill = (u16, u32, u32);

/// Orders in no order.
#[derive(Clone, Default)]
struct List {
    resting: Vec<Resting>,
}

impl List {
    /// Fills of an arriving order; `None` when it is refused and nothing changes.
    fn arrive(&mut self, order: Resting) -> Option<Vec<Fill>> {
        let before = self.clone();
        let (mut fills, mut left) = (Vec::new(), order.lots);
        while left > 0 {
            let crossing = self.resting.iter().enumerate().filter(|(_, maker)| order.crosses(maker));
            let best = crossing.min_by_key(|(_, maker)| (maker.distance(), maker.age));
            let Some(index) = best.map(|(index, _)| index) else { break };
            if order.post {
                return None;
            }
            let maker = &mut self.resting[index];
            let lots = if maker.who == order.who { maker.lots } else { left.min(maker.lots) };
            maker.lots -= lots;
            if maker.who != order.who {
                fills.push((maker.who as u16, maker.ticks, lots));
                left -= lots;
            }
            self.resting.retain(|maker| maker.lots > 0);
        }
        let rests = left == 0 || self.rest(Resting { lots: left, ..order });
        if fills.is_empty() && !rests {
            *self = before;
            return None;
        }
        Some(fills)
    }

    /// A full side gives up its worst price, newest first, for a better one.
    fn rest(&mut self, order: Resting) -> bool {
        let own = self.resting.iter().filter(|other| other.bid == order.bid);
        if own.clone().count() == CAPACITY {
            let worst = *own.max_by_key(|other| (other.distance(), other.age)).expect("it is full");
            if worst.distance() <= order.distance() {
                return false;
            }
            self.resting.retain(|other| *other != worst);
        }
        self.resting.push(order);
        true
    }

    /// Ticks, lots and owner of a side, best and oldest first.
    fn side(&self, bid: bool) -> Vec<(u32, u32, u16)> {
        let mut side: Vec<Resting> = self.resting.iter().filter(|order| order.bid == bid).copied().collect();
        side.sort_by_key(|order| (order.distance(), order.age));
        side.into_iter().map(|order| (order.ticks, order.lots, order.who as u16)).collect()
    }
}

fn fills(report: &Report) -> Vec<Fill> {
    report.fills.iter().map(|fill| (fill.maker_slot, fill.ticks, fill.lots)).collect()
}

/// Runs the step on both; what the exchange answers must be what the list gives.
fn take(world: &mut World, list: &mut List, step: &Step, age: usize) -> Result<(), TestCaseError> {
    let pick = |nth: &prop::sample::Index, list: &List| list.resting[nth.index(list.resting.len())];
    match step {
        Step::Cancel { .. } | Step::Change { .. } if list.resting.is_empty() => {}
        Step::Cancel { nth } => {
            let order = pick(nth, list);
            world.cancel(order.who, order.ticks, order.seq).expect("it rests");
            list.resting.retain(|other| *other != order);
        }
        &Step::Place { who, bid, post, ticks, lots } => {
            let side = if bid { Side::Bid } else { Side::Ask };
            let kind = if post { OrderKind::PostOnly } else { OrderKind::Limit };
            let answer = world.place(who, PlaceOrder { kind, ..limit(side, ticks, lots) });
            let seq = answer.as_ref().map_or(0, |report| report.orders[0].seq);
            let expected = list.arrive(Resting { who, bid, post, ticks, lots, age, seq });
            prop_assert_eq!(answer.ok().map(|report| fills(&report)), expected);
        }
        Step::Change { nth, ticks, lots } => {
            let order = pick(nth, list);
            let ticks = ticks.unwrap_or(order.ticks);
            let answer = world.modify(order.who, (order.ticks, order.seq), ticks, *lots);
            if ticks == order.ticks && *lots <= order.lots {
                prop_assert!(answer.is_ok());
                let kept = list.resting.iter_mut().find(|other| **other == order).expect("it rests");
                kept.lots = *lots;
                return Ok(());
            }
            let before = list.clone();
            list.resting.retain(|other| *other != order);
            let seq = answer.as_ref().map_or(0, |report| report.orders[0].seq);
            let expected = list.arrive(Resting { ticks, lots: *lots, age, seq, ..order });
            if expected.is_none() {
                *list = before;
            }
            prop_assert_eq!(answer.ok().map(|report| fills(&report)), expected);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases.min(64)))]

    #[test]
    fn orders_trade_and_rest_by_price_then_age_however_they_come_change_and_go(
        steps in prop::collection::vec(step(), 1..100),
    ) {
        let (mut world, mut list) = (World::new(4, CAPACITY as u32), List::default());
        // The minimum to rest grows with occupancy: here it never binds.
        world.exchange.markets[0].min_order_notional = 1;
        for (age, step) in steps.iter().enumerate() {
            take(&mut world, &mut list, step, age)?;
            prop_assert_eq!(world.side(Side::Bid), list.side(true));
            prop_assert_eq!(world.side(Side::Ask), list.side(false));
        }
    }
}

#[test]
fn on_a_full_side_an_equal_or_worse_price_is_refused_and_a_better_one_takes_the_newest_of_the_worst() {
    let mut world = World::new(3, 4);
    world.exchange.markets[0].min_order_notional = 1;
    for who in [0, 1, 1, 0] {
        world.place(who, limit(Side::Ask, 10_020, 20)).unwrap();
    }
    assert_eq!(world.place(2, limit(Side::Ask, 10_020, 20)).err(), Some(Error::BookSideFull));
    assert_eq!(world.place(2, limit(Side::Ask, 10_021, 20)).err(), Some(Error::BookSideFull));
    let report = world.place(2, limit(Side::Ask, 10_019, 20)).unwrap();
    assert_eq!({ report.removed[0].slot }, 0);
    assert_eq!(world.side(Side::Ask), [(10_019, 20, 2), (10_020, 20, 0), (10_020, 20, 1), (10_020, 20, 1)]);
}
