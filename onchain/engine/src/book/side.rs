//! Searching one side of a book.

use crate::instructions::Side;
use crate::state::Order;

/// Whether an arriving order of `side` at `limit` trades with a resting one at `resting`.
#[inline(always)]
pub const fn crosses(side: Side, limit: u32, resting: u32) -> bool {
    match side {
        Side::Bid => limit >= resting,
        Side::Ask => limit <= resting,
    }
}

/// Index of the first order that is not `worse`, on a side where all worse ones come first. Most
/// searches end near the top, so it looks there first, in doubling steps.
#[inline(always)]
fn first_not(orders: &[Order], worse: impl Fn(&Order) -> bool) -> usize {
    let (mut low, mut high, mut step) = (0, orders.len(), 1);
    while step <= orders.len() {
        let index = orders.len() - step;
        if worse(&orders[index]) {
            low = index + 1;
            break;
        }
        high = index;
        step *= 2;
    }
    while low < high {
        let middle = low.midpoint(high);
        if worse(&orders[middle]) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

/// Index at which a new order of this price belongs: before (behind, in time) all of its price.
#[inline(always)]
pub fn insertion_point(orders: &[Order], side: Side, ticks: u32) -> usize {
    match side {
        Side::Bid => first_not(orders, |order| order.ticks < ticks),
        Side::Ask => first_not(orders, |order| order.ticks > ticks),
    }
}

/// Index of the order with this price and running number.
#[inline(never)]
pub fn position_of(orders: &[Order], side: Side, ticks: u32, seq: u64) -> Option<usize> {
    position_of_inline(orders, side, ticks, seq)
}

/// The same in place, for the hot path.
#[inline(always)]
pub fn position_of_inline(orders: &[Order], side: Side, ticks: u32, seq: u64) -> Option<usize> {
    let newer = |order: &Order| order.ticks == ticks && order.seq > seq;
    let index = match side {
        Side::Bid => first_not(orders, |order| order.ticks < ticks || newer(order)),
        Side::Ask => first_not(orders, |order| order.ticks > ticks || newer(order)),
    };
    let found = orders.get(index)?;
    (found.ticks == ticks && found.seq == seq).then_some(index)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(ticks: u32, seq: u64) -> Order {
        Order { ticks, seq, ..Order::zeroed() }
    }

    #[test]
    fn a_new_order_goes_behind_all_of_its_price() {
        let bids = [order(90, 3), order(100, 2), order(100, 1), order(101, 4)];
        assert_eq!(insertion_point(&bids, Side::Bid, 100), 1);
        assert_eq!(insertion_point(&bids, Side::Bid, 102), 4);
        assert_eq!(insertion_point(&bids, Side::Bid, 1), 0);
        let asks = [order(110, 9), order(105, 8), order(105, 7)];
        assert_eq!(insertion_point(&asks, Side::Ask, 105), 1);
        assert_eq!(insertion_point(&asks, Side::Ask, 104), 3);
        assert_eq!(insertion_point(&asks, Side::Ask, 200), 0);
    }

    #[test]
    fn an_order_is_found_by_price_and_number_only() {
        let bids: Vec<Order> = (0..100u64).map(|i| order(1 + (i / 7) as u32, 1_000 - i)).collect();
        for (index, known) in bids.iter().enumerate() {
            assert_eq!(position_of(&bids, Side::Bid, known.ticks, known.seq), Some(index));
        }
        assert_eq!(position_of(&bids, Side::Bid, 3, 5), None);
        assert_eq!(position_of(&bids, Side::Bid, 99, 1_000), None);
    }
}
