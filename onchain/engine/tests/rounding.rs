//! Rounding, book order and monotone margin: nothing a caller chooses creates a quote atom for it.

mod support;

use proptest::prelude::*;
use quantdesk_engine::book::{ASK_BIT, BookView, position_of};
use quantdesk_engine::error::Error;
use quantdesk_engine::position::{find, find_or_take};
use quantdesk_engine::state::{Book, Market, NO_MARKET, Order, Position, Slot};
use quantdesk_engine::units::{FundingIndex, QuoteAtoms, product, share_up, value_of};
use quantdesk_engine::{funding, instructions::Side, margin, money, vesting};
use support::*;

fn position(base: i64) -> Position {
    let mut position = Position::zeroed();
    position.base.0 = base;
    position
}

fn owed(base: i64, moved: i64) -> i64 {
    funding::owed(&position(base), FundingIndex(moved)).unwrap().0
}

#[test]
fn funding_that_divides_evenly_is_not_rounded() {
    for base in [1 << 10, 1 << 24] {
        assert_eq!((owed(base, 3_000_000), owed(-base, 3_000_000)), (3 * base, -3 * base));
    }
}

proptest! {
    #[test]
    fn products_and_shares_agree_with_exact_arithmetic(a: u64, b: u64, lots: i64, rate in 0u32..2_000_000) {
        let exact = u128::from(a) * u128::from(b);
        prop_assert_eq!(product(a, b), u64::try_from(exact).ok());
        let value = i128::from(lots) * i128::from(a);
        prop_assert_eq!(value_of(lots, a).map(i128::from), i64::try_from(value).ok().map(i128::from));
        let share = (u128::from(a) * u128::from(rate)).div_ceil(1_000_000);
        prop_assert_eq!(share_up(a, rate), u64::try_from(share).ok());
    }

    #[test]
    fn funding_owed_is_exact_at_every_magnitude(base: i64, moved: i64, small in 0u32..63, short in 0u32..63) {
        let (base, moved) = (base >> small, moved >> short);
        let exact = i128::from(base) * i128::from(moved);
        let up = -(-exact).div_euclid(1_000_000);
        let found = funding::owed(&position(base), FundingIndex(moved)).ok().map(|amount| i128::from(amount.0));
        prop_assert_eq!(found, (up.unsigned_abs() < 1 << 63).then_some(up));
    }

    #[test]
    fn funding_pays_out_no_more_than_it_takes_in(base in 1i64..1 << 40, moved in -(1i64 << 40)..1 << 40) {
        let left = owed(base, moved) + owed(-base, moved);
        prop_assert!((0..=1).contains(&left), "{left} atoms stay with the exchange");
    }

    #[test]
    fn settling_funding_in_parts_or_for_parts_never_costs_less(
        base in 2i64..1 << 30, moved in -(1i64 << 30)..1 << 30, at in 0.0f64..1.0, cut in 0.0f64..1.0,
    ) {
        let whole = owed(base, moved);
        let first = (moved as f64 * at) as i64;
        prop_assert!(owed(base, first) + owed(base, moved - first) >= whole);
        let part = 1 + ((base - 1) as f64 * cut) as i64;
        prop_assert!(owed(part, moved) + owed(base - part, moved) >= whole);
    }

    #[test]
    fn locked_profit_only_falls_and_is_gone_at_its_end(
        profit in 1i64..1 << 50, over in 1u32..700_000, times in prop::collection::vec(0i64..800_000, 2..8), loss in 0i64..1 << 50,
    ) {
        let mut slot = Slot::zeroed();
        vesting::book(&mut slot, profit, over, 1_000).unwrap();
        let mut times = times;
        times.sort_unstable();
        let locked: Vec<u64> = times.iter().map(|after| money::still_locked(&slot, 1_000 + after)).collect();
        prop_assert!(locked.windows(2).all(|pair| pair[0] >= pair[1]));
        prop_assert!(locked[0] <= profit as u64);
        prop_assert_eq!(money::still_locked(&slot, 1_000 + i64::from(over)), 0);
        let now = 1_000 + times[0];
        let before = money::still_locked(&slot, now) as i64;
        vesting::book(&mut slot, -loss, over, now).unwrap();
        prop_assert_eq!(money::still_locked(&slot, now) as i64, (before - loss).max(0));
    }
}

/// A book with the capacity for any test here.
struct Shelf {
    header: Box<Book>,
    bids: Vec<Order>,
    asks: Vec<Order>,
}

impl Shelf {
    fn new() -> Self {
        let room = vec![Order::zeroed(); 64];
        Self { header: Box::new(Book::zeroed()), bids: room.clone(), asks: room }
    }

    fn view(&mut self) -> BookView<'_> {
        BookView { header: &mut self.header, bids: &mut self.bids, asks: &mut self.asks }
    }
}

#[test]
fn a_side_takes_no_more_than_it_has_room_for_and_gives_only_what_rests() {
    let mut shelf = Shelf::new();
    for side in [Side::Bid, Side::Ask] {
        let mut book = shelf.view();
        assert_eq!(book.remove(side, 0).err(), Some(Error::BrokenInvariant));
        assert_eq!(book.pop(side), Err(Error::BrokenInvariant));
        for number in 0..64 {
            book.insert(side, Order { ticks: 5, seq: number, lots: 1, ..Order::zeroed() }).unwrap();
        }
        assert_eq!(book.insert(side, Order { ticks: 5, ..Order::zeroed() }), Err(Error::BookSideFull));
        assert_eq!(book.remove(side, 64).err(), Some(Error::BrokenInvariant));
        assert_eq!(book.remove(side, 63).unwrap().seq, 0, "the oldest is the best");
    }
}

#[test]
fn running_numbers_end_before_they_would_name_the_other_side() {
    let mut shelf = Shelf::new();
    shelf.header.order_seq = ASK_BIT - 2;
    assert_eq!(shelf.view().next_seq(Side::Ask), Ok(2 * (ASK_BIT - 1) + 1));
    assert_eq!(shelf.view().next_seq(Side::Bid), Err(Error::ArithmeticOverflow));
}

#[test]
fn an_entry_that_is_taken_again_holds_nothing_of_before() {
    let mut slot = Slot::zeroed();
    slot.positions.iter_mut().for_each(|position| position.market = NO_MARKET);
    slot.positions[0] = Position { market: NO_MARKET, epoch: 5, funding_index: FundingIndex(7), ..position(0) };
    assert_eq!(find_or_take(&mut slot, 3), Ok(0));
    let taken = slot.positions[0];
    assert_eq!((taken.market, taken.epoch, taken.funding_index.0), (3, 0, 0));
    assert_eq!((find(&slot, 3), find(&slot, 0), slot.market_bitmap), (Some(0), None, 1 << 3));
}

/// Better price first, then older: as a sort of what is in the book would have it.
fn expected(mut orders: Vec<(u32, u64)>, side: Side) -> Vec<(u32, u64)> {
    orders.sort_by_key(|(ticks, seq)| match side {
        Side::Bid => (*ticks, u64::MAX - seq),
        Side::Ask => (u32::MAX - ticks, u64::MAX - seq),
    });
    orders
}

proptest! {
    #[test]
    fn a_side_is_what_sorting_it_by_price_and_age_would_be(
        ask: bool, steps in prop::collection::vec((1u32..12, any::<prop::sample::Index>(), prop::bool::weighted(0.3)), 1..120),
    ) {
        let side = if ask { Side::Ask } else { Side::Bid };
        let mut shelf = Shelf::new();
        let mut known: Vec<(u32, u64)> = Vec::new();
        for (ticks, pick, remove) in steps {
            let mut book = shelf.view();
            if remove && !known.is_empty() {
                let (ticks, seq) = known.remove(pick.index(known.len()));
                let at = position_of(book.orders(side), side, ticks, seq).expect("it rests");
                let gone = book.remove(side, at).unwrap();
                prop_assert_eq!((gone.ticks, gone.seq), (ticks, seq));
            } else if known.len() < 64 {
                let seq = book.next_seq(side).unwrap();
                prop_assert_eq!(seq & ASK_BIT != 0, ask);
                book.insert(side, Order { ticks, seq, lots: 1, ..Order::zeroed() }).unwrap();
                known.push((ticks, seq));
            }
            let found: Vec<(u32, u64)> = book.orders(side).iter().map(|order| (order.ticks, order.seq)).collect();
            prop_assert_eq!(&found, &expected(known.clone(), side));
            for (index, (ticks, seq)) in found.iter().enumerate() {
                prop_assert_eq!(position_of(book.orders(side), side, *ticks, *seq), Some(index));
                prop_assert_eq!(position_of(book.orders(side), side, ticks + 1, *seq), None);
            }
            prop_assert_eq!(book.best(side).map(|order| (order.ticks, order.seq)), found.last().copied());
        }
    }

    #[test]
    fn taking_in_parts_never_leaves_more_than_taking_at_once(
        levels in prop::collection::vec((0u32..30, 20u32..200), 1..6), parts in prop::collection::vec(20u32..150, 1..6), bid: bool,
    ) {
        let mut world = World::new(2, 32);
        let (makes, takes) = if bid { (Side::Ask, Side::Bid) } else { (Side::Bid, Side::Ask) };
        for (away, lots) in levels {
            let ticks = if bid { MID + away } else { MID - away };
            world.place(1, limit(makes, ticks, lots)).unwrap();
        }
        let cap = if bid { MID + 40 } else { MID - 40 };
        let mut split = world.clone();
        let _ = world.place(0, ioc(takes, cap, parts.iter().sum()));
        for part in &parts {
            let _ = split.place(0, ioc(takes, cap, *part));
        }
        let worth = |world: &World| {
            let position = world.position(0);
            world.slots[0].usdc.0 + position.quote.0 + position.base.0 * PRICE as i64
        };
        prop_assert_eq!(world.position(0).base, split.position(0).base);
        prop_assert!(worth(&split) <= worth(&world));
    }

    #[test]
    fn margin_never_falls_with_an_order_and_health_never_rises_with_an_adverse_price(
        base in -3_000i64..3_000, bids in 0u32..3_000, asks in 0u32..3_000, more in 1u32..3_000, fall in 1u64..200_000,
    ) {
        let mut world = World::new(1, 4);
        let entry = &mut world.slots[0].positions[0];
        *entry = Position { bid_lots: bids, ask_lots: asks, ..position(base) };
        entry.market = 0;
        entry.quote = QuoteAtoms(-base * PRICE as i64);
        let now = world.now;
        let initial = |world: &World| margin::initial(&world.exchange, &world.slots[0], now).unwrap();
        let before = initial(&world);
        let left = margin::withdrawable(&world.exchange, &world.slots[0], 0, now).unwrap();
        prop_assert!(i128::from(left) <= i128::from(before.health().max(0)));
        for side in [Side::Bid, Side::Ask] {
            let mut ordered = world.clone();
            match side {
                Side::Bid => ordered.slots[0].positions[0].bid_lots += more,
                Side::Ask => ordered.slots[0].positions[0].ask_lots += more,
            }
            prop_assert!(initial(&ordered).required >= before.required);
            prop_assert!(margin::withdrawable(&ordered.exchange, &ordered.slots[0], 0, now).unwrap() <= left);
        }
        let mut adverse = world.clone();
        let mark = &mut adverse.exchange.markets[0].mark_price.0;
        *mark = if base > 0 { *mark - fall } else { *mark + fall };
        let health = |world: &World| margin::maintenance(&world.exchange, &world.slots[0], now).unwrap().health();
        prop_assert!(base == 0 || health(&adverse) < health(&world));
    }

    #[test]
    fn the_surcharge_grows_with_what_is_new_and_with_what_is_open(
        open in 0u64..20_000_000, rise in 0u64..5_000_000, lots in 1u64..100_000, more in 0u64..100_000,
    ) {
        let world = World::new(1, 4);
        let mut market: Market = world.exchange.markets[0];
        (market.oi_cap, market.surcharge_start, market.surcharge_rate) = (10_000_000, 800_000, 100_000);
        market.open_long = open;
        let before = margin::surcharge(&market, lots).unwrap();
        prop_assert!(margin::surcharge(&market, lots + more).unwrap() >= before);
        market.open_long = open + rise;
        prop_assert!(margin::surcharge(&market, lots).unwrap() >= before);
    }
}
