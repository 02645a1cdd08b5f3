//! Searching one side of a book.

use crate::instructions::Side;
use crate::state::Order;
use core::cmp::Ordering;

/// Whether an arriving order of `side` at `limit` trades with a resting one at `resting`.
#[inline(always)]
pub const fn crosses(side: Side, limit: u32, resting: u32) -> bool {
    match side {
        Side::Bid => limit >= resting,
        Side::Ask => limit <= resting,
    }
}

/// Whether `ticks` is a better price than `other` for orders of `side`.
#[inline(always)]
pub const fn better(side: Side, ticks: u32, other: u32) -> bool {
    match side {
        Side::Bid => ticks > other,
        Side::Ask => ticks < other,
    }
}

/// Index at which a new order of this price belongs: before (behind, in time) all of its price.
#[inline(always)]
pub fn insertion_point(orders: &[Order], side: Side, ticks: u32) -> usize {
    let mut end = orders.len();
    // Most orders rest near the top: look at the last few before halving.
    let near = end.saturating_sub(4);
    while end > near {
        if better(side, ticks, orders[end - 1].ticks) {
            return end;
        }
        end -= 1;
    }
    let (mut low, mut high) = (0, end);
    while low < high {
        let middle = low + (high - low) / 2;
        if better(side, ticks, orders[middle].ticks) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

/// Index of the order with this price and running number.
#[inline(always)]
pub fn position_of(orders: &[Order], side: Side, ticks: u32, seq: u64) -> Option<usize> {
    let (mut low, mut high) = (0, orders.len());
    while low < high {
        let middle = low + (high - low) / 2;
        let order = &orders[middle];
        let order_is_worse = match order.ticks.cmp(&ticks) {
            Ordering::Equal if order.seq == seq => return Some(middle),
            Ordering::Equal => order.seq > seq,
            _ => better(side, ticks, order.ticks),
        };
        if order_is_worse {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    None
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
