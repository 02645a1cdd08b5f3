//! What must hold after every instruction. Checked by tests and by tools that read the chain; the
//! program itself never runs this.

use crate::book::{BookView, side_of};
use crate::funding;
use crate::instructions::Side;
use crate::state::{Exchange, NO_MARKET, Order, Position, Slot, market_status, slot_flags};

/// An invariant that does not hold: its number in the design and what is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken(pub u8, pub &'static str);

/// Checks everything that one exchange's accounts can show. `books` are by market index.
///
/// # Errors
/// The first invariant that does not hold.
pub fn check(exchange: &Exchange, slots: &[Slot], books: &[BookView<'_>]) -> Result<(), Broken> {
    money_is_accounted(exchange, slots)?;
    for book in books {
        let market = book.header.market;
        open_interest_balances(exchange, slots, market)?;
        funding_favours_the_exchange(exchange, slots, market)?;
        book_is_sorted(book)?;
        totals_match_the_book(slots, book)?;
        caches_match_the_book(exchange, book)?;
    }
    slots_are_consistent(slots)
}

fn require(holds: bool, number: u8, what: &'static str) -> Result<(), Broken> {
    if holds { Ok(()) } else { Err(Broken(number, what)) }
}

fn positions(slots: &[Slot], market: u16) -> impl Iterator<Item = &Position> {
    slots.iter().flat_map(|slot| &slot.positions).filter(move |position| u16::from(position.market) == market)
}

/// 1: what the USDC vault must hold is the sum of everyone's claims, exactly.
///
/// # Errors
/// `Broken(1, _)`.
pub fn money_is_accounted(exchange: &Exchange, slots: &[Slot]) -> Result<(), Broken> {
    let usdc = &exchange.collaterals[0];
    let balances: i128 = slots.iter().map(|slot| i128::from(slot.usdc.0)).sum();
    let negative: i128 = slots.iter().map(|slot| i128::from(slot.usdc.0.min(0))).sum();
    let entries = slots.iter().flat_map(|slot| &slot.positions).filter(|position| position.market != NO_MARKET);
    let quote: i128 = entries.map(|position| i128::from(position.quote.0) + half_settled(exchange, position)).sum();
    let pools: i128 = exchange.markets.iter().map(|market| i128::from(market.funding_pool)).sum();
    require(quote == i128::from(exchange.open_quote), 1, "the sum of open quote")?;
    require(-negative == i128::from(exchange.negative_usdc), 1, "the sum of negative USDC")?;
    let claims = balances
        + quote
        + pools
        + i128::from(usdc.total_parked)
        + i128::from(exchange.fees_collected)
        + i128::from(exchange.insurance)
        - i128::from(exchange.deficit);
    require(claims == i128::from(usdc.total_deposits), 1, "claims and deposits differ")
}

/// Worth of a position whose other side may be closed already, in a market that settles at one price.
fn half_settled(exchange: &Exchange, position: &Position) -> i128 {
    match exchange.markets.get(usize::from(position.market)) {
        Some(market) if market.status == market_status::SETTLING => {
            i128::from(position.base.0) * i128::from(market.settlement_price.0)
        }
        _ => 0,
    }
}

/// 2: every long lot has its short lot, and the stored open interest is both.
///
/// # Errors
/// `Broken(2, _)`.
pub fn open_interest_balances(exchange: &Exchange, slots: &[Slot], market: u16) -> Result<(), Broken> {
    let (mut long, mut short) = (0u64, 0u64);
    for position in positions(slots, market) {
        long += position.base.0.max(0).unsigned_abs();
        short += position.base.0.min(0).unsigned_abs();
    }
    let known = &exchange.markets[usize::from(market)];
    if known.status == market_status::SETTLING && known.settlement_price.0 != 0 {
        // Positions close one by one at one price: the sum is back at zero with the last.
        return require(known.open_long == long && known.open_short == short, 2, "stored open interest");
    }
    require(long == short, 2, "longs and shorts differ")?;
    require(known.open_long == long && known.open_short == short, 2, "stored open interest")
}

/// 3: what everyone owes plus what the pool holds is never negative.
///
/// # Errors
/// `Broken(3, _)`.
pub fn funding_favours_the_exchange(exchange: &Exchange, slots: &[Slot], market: u16) -> Result<(), Broken> {
    let known = &exchange.markets[usize::from(market)];
    let mut sum = i128::from(known.funding_pool);
    for position in positions(slots, market) {
        let owed = funding::owed(position, known.funding_index).map_err(|_| Broken(3, "funding overflows"))?;
        sum += i128::from(owed.0);
    }
    require(sum >= 0, 3, "funding pays out more than it takes in")
}

/// 4: both sides sorted with the oldest of a price nearest the end, and not crossed.
///
/// # Errors
/// `Broken(4, _)`.
pub fn book_is_sorted(book: &BookView<'_>) -> Result<(), Broken> {
    for side in [Side::Bid, Side::Ask] {
        let orders = book.orders(side);
        require(orders.len() == book.count(side), 4, "more orders than room")?;
        for order in orders {
            require(order.lots > 0 && order.ticks > 0, 4, "an empty order rests")?;
            require(side_of(order.seq) == side, 4, "an order rests on the wrong side")?;
        }
        for pair in orders.windows(2) {
            require(in_order(side, &pair[0], &pair[1]), 4, "a side is not sorted")?;
        }
    }
    match (book.best(Side::Bid), book.best(Side::Ask)) {
        (Some(bid), Some(ask)) => require(bid.ticks < ask.ticks, 4, "the book is crossed"),
        _ => Ok(()),
    }
}

fn in_order(side: Side, worse: &Order, better: &Order) -> bool {
    if worse.ticks == better.ticks {
        return worse.seq > better.seq;
    }
    match side {
        Side::Bid => worse.ticks < better.ticks,
        Side::Ask => worse.ticks > better.ticks,
    }
}

/// 5: a slot's resting totals are the sums of its orders.
///
/// # Errors
/// `Broken(5, _)`.
pub fn totals_match_the_book(slots: &[Slot], book: &BookView<'_>) -> Result<(), Broken> {
    for (index, slot) in slots.iter().enumerate() {
        let entry = slot.positions.iter().find(|position| u16::from(position.market) == book.header.market);
        let (bids, bid_lots) = totals(book.orders(Side::Bid), index);
        let (asks, ask_lots) = totals(book.orders(Side::Ask), index);
        let known = entry.map_or((0, 0, 0, 0), |entry| {
            (entry.bid_orders, u64::from(entry.bid_lots), entry.ask_orders, u64::from(entry.ask_lots))
        });
        require(known == (bids, bid_lots, asks, ask_lots), 5, "resting totals and orders differ")?;
    }
    Ok(())
}

fn totals(orders: &[Order], slot: usize) -> (u8, u64) {
    let own = orders.iter().filter(|order| usize::from(order.slot) == slot);
    own.fold((0, 0), |(count, lots), order| (count + 1, lots + u64::from(order.lots)))
}

/// 5: the market's cached top is the book's.
///
/// # Errors
/// `Broken(5, _)`.
pub fn caches_match_the_book(exchange: &Exchange, book: &BookView<'_>) -> Result<(), Broken> {
    let market = &exchange.markets[usize::from(book.header.market)];
    let bid = book.best(Side::Bid).map_or((0, 0), |order| (order.ticks, order.lots));
    let ask = book.best(Side::Ask).map_or((0, 0), |order| (order.ticks, order.lots));
    require((market.best_bid_ticks, market.best_bid_lots) == bid, 5, "the cached best bid")?;
    require((market.best_ask_ticks, market.best_ask_lots) == ask, 5, "the cached best ask")
}

/// 5: bitmaps name exactly the entries in use, and an unused slot holds nothing.
///
/// # Errors
/// `Broken(5, _)`.
pub fn slots_are_consistent(slots: &[Slot]) -> Result<(), Broken> {
    for slot in slots.iter().filter(|slot| slot.flags & slot_flags::ACTIVE != 0) {
        let mut bitmap = 0u64;
        for position in slot.positions.iter().filter(|position| position.market != NO_MARKET) {
            let bit = 1 << position.market;
            require(bitmap & bit == 0, 5, "two entries for one market")?;
            bitmap |= bit;
            let used = position.base.0 != 0 || position.bid_orders != 0 || position.ask_orders != 0;
            require(used, 5, "an empty entry is kept")?;
            require(position.base.0 != 0 || position.quote.0 == 0, 5, "quote without base")?;
        }
        require(bitmap == slot.market_bitmap, 5, "the market bitmap")?;
        require(slot.locked.0 >= 0, 5, "negative locked profit")?;
    }
    Ok(())
}
